/* SPDX-License-Identifier: Apache-2.0
 *
 * `webhook list`, `add`, `change`, `remove`, `rotate`, `test`: addresses that hear of events. What was sent to them: webhook_delivery.c.
 */
#include "cli/fields.h"
#include "licensing/events.h"
#include "licensing/webhooks.h"
#include "notify/address.h"

#include <string.h>

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *webhook;
    const char *url;
    const char *description;
    const char *events;
    int64_t overlap_hours;
    bool enable;
    bool disable;
    bool no_overlap;
} hook_values_t;

/* clang-format off */
#define BRAND {"brand", OPTION_TEXT, offsetof(hook_values_t, brand), true, "SLUG", "the brand", 0, 0}
#define WEBHOOK {"webhook", OPTION_TEXT, offsetof(hook_values_t, webhook), true, "ID", "the endpoint", 0, 0}
#define DESCRIPTION {"description", OPTION_TEXT, offsetof(hook_values_t, description), false, "TEXT", "what it is for", 0, 0}
#define EVENTS {"events", OPTION_TEXT, offsetof(hook_values_t, events), false, "NAMES", "names with spaces between; * (default) is all", 0, 0}

static const option_t list_options[] = {BRAND};
static const option_t one_options[] = {BRAND, WEBHOOK};
static const option_t add_options[] = {
    BRAND,
    {"url", OPTION_TEXT, offsetof(hook_values_t, url), true, "URL", "https://..., where it listens", 0, 0},
    DESCRIPTION,
    EVENTS,
};
static const option_t change_options[] = {
    BRAND,
    WEBHOOK,
    {"url", OPTION_TEXT, offsetof(hook_values_t, url), false, "URL", "another address", 0, 0},
    DESCRIPTION,
    EVENTS,
    {"enable", OPTION_FLAG, offsetof(hook_values_t, enable), false, NULL, "send to it again", 0, 0},
    {"disable", OPTION_FLAG, offsetof(hook_values_t, disable), false, NULL, "send nothing to it", 0, 0},
};
static const option_t rotate_options[] = {
    BRAND,
    WEBHOOK,
    {"overlap-hours", OPTION_NUMBER, offsetof(hook_values_t, overlap_hours), false, "N", "the old secret signs too for so long (24)", 1, WEBHOOK_OVERLAP_HOURS_MAX},
    {"no-overlap", OPTION_FLAG, offsetof(hook_values_t, no_overlap), false, NULL, "the old secret is over at once", 0, 0},
};
/* clang-format on */

typedef struct {
    const hook_values_t *values;
    const keyring_t *keyring;
    pl_uuid id;
    webhook_t webhook;
    webhook_t *webhooks;
    size_t count;
    const char *secret;
} hook_work_t;

static const char *state_word(webhook_state state)
{
    switch (state) {
    case WEBHOOK_ON:
        return "enabled";
    case WEBHOOK_OFF:
        return "disabled";
    case WEBHOOK_FAILED:
        break;
    }
    return "failed";
}

static void put_webhook(cli_t *cli, const webhook_t *webhook)
{
    put_id(cli, "webhook_id", webhook->id);
    pl_json_put_text(&cli->json, "url", webhook->url);
    pl_json_put_text(&cli->json, "events", webhook->events);
    pl_json_put_text(&cli->json, "status", state_word(webhook->state));
    pl_json_put_int(&cli->json, "failures", webhook->failures);
    pl_json_put_text(&cli->json, "description", webhook->description ? webhook->description : "");
    put_time(cli, "failing_since", webhook->failing_since_ms);
    put_time(cli, "created_at", webhook->created_at_ms);
}

/* Networks of the operator's own (webhook-allow) are the server's to know: such addresses are added by the API. */
static pl_err check_url(const char *url)
{
    const address_list_t none = {.count = 0};
    const char *fault;

    if (!url || (strlen(url) <= WEBHOOK_URL_MAX && address_url_is_fine(&none, url, &fault)))
        return PL_OK;
    if (strlen(url) > WEBHOOK_URL_MAX)
        fault = "it is too long";
    return pl_fail(PL_ERR_INVALID, "--url: %s", fault);
}

static pl_err check_events(pl_arena *arena, const char *events)
{
    for (const char *word = events; word && *word; word += *word == ' ') {
        size_t size = strcspn(word, " ");
        const char *name = pl_arena_text(arena, pl_span_of(word, size));

        if (!name)
            return PL_ERR_MEMORY;
        if (strcmp(name, "*") != 0 && !event_is_name(name))
            return pl_fail(PL_ERR_INVALID, "--events: there is no event \"%.64s\"; docs/WEBHOOKS.md names them", name);
        word += size;
    }
    if (events && (!events[0] || strlen(events) > WEBHOOK_EVENTS_MAX))
        return pl_fail(PL_ERR_INVALID, "--events has 1 to %d bytes; * is all", (int)WEBHOOK_EVENTS_MAX);
    return PL_OK;
}

static pl_err check(cli_t *cli, const hook_values_t *values)
{
    pl_err err;

    if ((err = check_url(values->url)) || (err = check_events(&cli->arena, values->events)))
        return err;
    if (values->enable && values->disable)
        return pl_fail(PL_ERR_INVALID, "either --enable or --disable");
    if (values->description && (!values->description[0] || strlen(values->description) > WEBHOOK_DESCRIPTION_MAX))
        return pl_fail(PL_ERR_INVALID, "--description has 1 to %d bytes", (int)WEBHOOK_DESCRIPTION_MAX);
    return PL_OK;
}

/* ---- work ---- */

static pl_err work_list(void *context, tx_t *tx)
{
    hook_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->values->brand, &brand);

    return err ? err : webhooks_list(tx, brand.id, &work->webhooks, &work->count);
}

static pl_err lock_brand(tx_t *tx, const hook_work_t *work, brand_t *brand)
{
    pl_err err = find_brand(tx, work->values->brand, brand);

    return err ? err : brands_lock(tx, brand->id);
}

static pl_err find_webhook(tx_t *tx, hook_work_t *work)
{
    brand_t brand;
    pl_err err;

    if ((err = lock_brand(tx, work, &brand)))
        return err;
    err = webhooks_find(tx, brand.id, work->id, &work->webhook);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no webhook endpoint of that id; `webhook list` shows them")
                                   : err;
}

static pl_err work_add(void *context, tx_t *tx)
{
    hook_work_t *work = context;
    const hook_values_t *values = work->values;
    brand_t brand;
    pl_err err = lock_brand(tx, work, &brand);

    if (err)
        return err;
    work->webhook = (webhook_t){.brand_id = brand.id,
                                .url = values->url,
                                .description = values->description,
                                .events = values->events ? values->events : "*"};
    return webhook_add(tx, work->keyring, &work->webhook, &work->secret);
}

static pl_err work_change(void *context, tx_t *tx)
{
    hook_work_t *work = context;
    const hook_values_t *values = work->values;
    pl_err err = find_webhook(tx, work);

    if (err)
        return err;
    work->webhook.url = values->url ? values->url : work->webhook.url;
    work->webhook.description = values->description ? values->description : work->webhook.description;
    work->webhook.events = values->events ? values->events : work->webhook.events;
    if (values->enable || values->disable)
        work->webhook.state = values->enable ? WEBHOOK_ON : WEBHOOK_OFF;
    return webhook_change(tx, &work->webhook);
}

static pl_err work_remove(void *context, tx_t *tx)
{
    hook_work_t *work = context;
    pl_err err = find_webhook(tx, work);

    return err ? err : webhook_remove(tx, &work->webhook);
}

static pl_err work_rotate(void *context, tx_t *tx)
{
    hook_work_t *work = context;
    int64_t hours = work->values->overlap_hours ? work->values->overlap_hours : WEBHOOK_OVERLAP_HOURS;
    pl_err err = find_webhook(tx, work);

    return err ? err : webhook_rotate(tx, work->keyring, &work->webhook, work->values->no_overlap ? 0 : hours, &work->secret);
}

static pl_err work_test(void *context, tx_t *tx)
{
    hook_work_t *work = context;
    pl_err err = find_webhook(tx, work);

    return err ? err : webhook_test(tx, &work->webhook);
}

/* ---- commands ---- */

static pl_err run_list(cli_t *cli, const void *values)
{
    hook_work_t work = {.values = values};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    if (err)
        return err;
    pl_json_open(&cli->json, "webhooks", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_webhook(cli, &work.webhooks[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

/* A new secret is shown here, and never again. */
static pl_err run_work(cli_t *cli, const hook_values_t *values, store_work run)
{
    hook_work_t work = {.values = values};
    pl_err err;

    if (!(work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena)))
        return PL_ERR_MEMORY;
    if ((err = check(cli, values)) || (values->webhook && (err = read_id("webhook", values->webhook, &work.id))) ||
        (err = instance_write(cli->instance, &cli->arena, run, &work)))
        return err;
    pl_json_put_text(&cli->json, "secret", work.secret);
    put_webhook(cli, &work.webhook);
    return PL_OK;
}

static pl_err run_add(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_add);
}

static pl_err run_change(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_change);
}

static pl_err run_remove(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_remove);
}

static pl_err run_rotate(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_rotate);
}

static pl_err run_test(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_test);
}

const command_t command_webhook_list = {
    .name = "webhook list",
    .summary = "list a brand's webhook endpoints",
    .example = "webhook list --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_webhook_add = {
    .name = "webhook add",
    .summary = "add a webhook endpoint, and show its secret once",
    .example = "webhook add --data /var/lib/pospal --brand acme --url https://shop.example/hooks",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

const command_t command_webhook_change = {
    .name = "webhook change",
    .summary = "change an endpoint's address or events, or stop it",
    .example = "webhook change --data /var/lib/pospal --brand acme --webhook 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --events "
               "license.renewed",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_change,
};

const command_t command_webhook_remove = {
    .name = "webhook remove",
    .summary = "remove an endpoint, with what waits for it",
    .example = "webhook remove --data /var/lib/pospal --brand acme --webhook 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = one_options,
    .option_count = sizeof one_options / sizeof *one_options,
    .run = run_remove,
};

const command_t command_webhook_rotate = {
    .name = "webhook rotate",
    .summary = "give an endpoint a new secret",
    .example = "webhook rotate --data /var/lib/pospal --brand acme --webhook 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = rotate_options,
    .option_count = sizeof rotate_options / sizeof *rotate_options,
    .run = run_rotate,
};

const command_t command_webhook_test = {
    .name = "webhook test",
    .summary = "send the event webhook.test",
    .example = "webhook test --data /var/lib/pospal --brand acme --webhook 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = one_options,
    .option_count = sizeof one_options / sizeof *one_options,
    .run = run_test,
};
