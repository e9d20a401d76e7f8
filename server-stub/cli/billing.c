/* SPDX-License-Identifier: Apache-2.0
 *
 * `billing reconcile`: compares subscriptions with the payment provider and mends them. `billing events`, `billing retry`: the
 * provider's events that came in.
 */
#include "billing/biller.h"

#include "cli/fields.h"

#include <string.h>

/* ---- what all need ---- */

static pl_err open_inbox(cli_t *cli, tx_t *about, inbox_t *inbox)
{
    const billing_options_t options = {.timeout_ms = STRIPE_TIMEOUT_MS};

    *about = (tx_t){.arena = &cli->arena, .actor = "cli", .now_ms = instance_now_ms(cli->instance)};
    *inbox = (inbox_t){billing_new(&options),
                       instance_store(cli->instance),
                       about,
                       {.keyring = keys_pin(instance_keys(cli->instance), &cli->arena)}};
    return inbox->billing && inbox->scope.keyring ? PL_OK : PL_ERR_MEMORY;
}

/* ---- reconcile ---- */

typedef struct {
    cli_common_t common;
    const char *brand;
    bool dry_run;
} reconcile_options_t;

/* clang-format off */
static const option_t reconcile_options[] = {
    {"brand", OPTION_TEXT, offsetof(reconcile_options_t, brand), true, "SLUG", "whose subscriptions", 0, 0},
    {"dry-run", OPTION_FLAG, offsetof(reconcile_options_t, dry_run), false, NULL, "say what would be mended, and change nothing", 0, 0},
};
/* clang-format on */

typedef struct {
    const char *slug;
    billing_scope_t *scope;
} scope_work_t;

static pl_err work_scope(void *context, tx_t *tx)
{
    scope_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->slug, &brand);

    if (err)
        return err;
    work->scope->brand_id = brand.id;
    return billing_find_product(tx, brand.id, &work->scope->product_id);
}

static void put_line(void *context, const reconcile_line_t *line)
{
    cli_t *cli = context;

    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_text(&cli->json, "what", line->what);
    pl_json_put_text(&cli->json, strcmp(line->what, "event") == 0 ? "event" : "subscription", line->subscription);
    if (!pl_uuid_is_nil(line->license_id))
        put_id(cli, "license", line->license_id);
    pl_json_put_text(&cli->json, "detail", line->detail);
    pl_json_close(&cli->json);
}

static void put_report(cli_t *cli, const reconcile_report_t *report)
{
    pl_json_put_int(&cli->json, "compared", report->compared);
    pl_json_put_int(&cli->json, "mended", report->mended);
    pl_json_put_int(&cli->json, "found", report->found);
    pl_json_put_int(&cli->json, "events", report->events);
    pl_json_put_int(&cli->json, "missing", report->missing);
    pl_json_put_int(&cli->json, "failed", report->failed);
}

static pl_err run_reconcile(cli_t *cli, const void *values)
{
    const reconcile_options_t *options = values;
    reconcile_t order = {.is_dry_run = options->dry_run, .tell = put_line, .context = cli};
    scope_work_t work = {options->brand, &order.inbox.scope};
    reconcile_report_t report = {.compared = 0};
    tx_t about;
    pl_err err = open_inbox(cli, &about, &order.inbox);

    order.before_ms = about.now_ms; /* all, but those that are compared in this run */
    if (!err && !(err = instance_read(cli->instance, &cli->arena, work_scope, &work))) {
        pl_json_open(&cli->json, "lines", '[');
        err = reconcile_brand(&order, &report);
        pl_json_close(&cli->json);
    }
    billing_free(order.inbox.billing);
    if (!err) {
        put_report(cli, &report);
        pl_json_put_bool(&cli->json, "dry_run", options->dry_run);
    }
    return err;
}

const command_t command_billing_reconcile = {
    .name = "billing reconcile",
    .summary = "compare subscriptions with the payment provider, and mend what a lost event left",
    .example = "billing reconcile --data /var/lib/pospal --brand acme --dry-run",
    .needs = CLI_INSTANCE,
    .options = reconcile_options,
    .option_count = sizeof reconcile_options / sizeof *reconcile_options,
    .run = run_reconcile,
};

/* ---- events ---- */

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *state;
} list_options_t;

static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(list_options_t, brand), true, "SLUG", "to whom they came", 0, 0},
    {"state", OPTION_TEXT, offsetof(list_options_t, state), false, "STATE", "waiting, done, ignored or failed (any)", 0, 0},
};

static const char *const state_words[] = {"", "waiting", "done", "ignored", "failed"};

typedef struct {
    const char *slug;
    inbound_page_t page;
    inbound_event_t *events;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->slug, &brand);

    if (err)
        return err;
    work->page.brand_id = brand.id;
    return inbound_events_list(tx, &work->page, &work->events, &work->count);
}

static pl_err read_state(const char *text, int64_t *state)
{
    if (!text)
        return PL_OK;
    for (int i = INBOUND_WAITING; i <= INBOUND_FAILED; i++)
        if (strcmp(state_words[i], text) == 0) {
            *state = i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "--state is \"%s\"; waiting, done, ignored or failed is needed", text);
}

static void put_event(cli_t *cli, const inbound_event_t *event)
{
    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_text(&cli->json, "id", event->event_id);
    pl_json_put_text(&cli->json, "type", event->type);
    pl_json_put_text(&cli->json, "state", state_words[event->state]);
    put_time(cli, "received", event->received_at_ms);
    pl_json_put_int(&cli->json, "attempts", event->attempts);
    put_time(cli, "settled", event->settled_at_ms);
    if (event->state == INBOUND_WAITING)
        put_time(cli, "due", event->due_at_ms);
    pl_json_put_text(&cli->json, "outcome", event->outcome);
    pl_json_close(&cli->json);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_options_t *options = values;
    list_work_t work = {.slug = options->brand};
    pl_err err = read_state(options->state, &work.page.state);

    if (err || (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "events", '[');
    for (size_t i = 0; i < work.count; i++)
        put_event(cli, &work.events[i]);
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_billing_events = {
    .name = "billing events",
    .summary = "list the payment provider's events, the newest first, and what became of them",
    .example = "billing events --data /var/lib/pospal --brand acme --state failed",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

typedef struct {
    cli_common_t common;
    const char *event;
} retry_options_t;

static const option_t retry_options[] = {
    {"event", OPTION_TEXT, offsetof(retry_options_t, event), true, "ID", "evt_..., as `billing events` shows it", 0, 0},
};

static pl_err run_retry(cli_t *cli, const void *values)
{
    static const char *const words[] = {
        [INBOX_DONE] = "done",       [INBOX_IGNORED] = "ignored", [INBOX_WAS_DONE] = "was done", [INBOX_IN_WORK] = "in work",
        [INBOX_UNKNOWN] = "unknown", [INBOX_INVALID] = "invalid", [INBOX_FAILED] = "failed",
    };
    inbox_answer_t answer;
    inbox_t inbox;
    tx_t about;
    pl_err err = open_inbox(cli, &about, &inbox);

    if (!err)
        err = inbox_retry(&inbox, ((const retry_options_t *)values)->event, &answer);
    billing_free(inbox.billing);
    if (err)
        return err;
    pl_json_put_text(&cli->json, "result", words[answer.verdict]);
    pl_json_put_text(&cli->json, "outcome", answer.result.outcome);
    pl_json_put_text(&cli->json, "detail", answer.detail);
    return PL_OK;
}

const command_t command_billing_retry = {
    .name = "billing retry",
    .summary = "work on an event again that failed",
    .example = "billing retry --data /var/lib/pospal --event evt_1Q2w3E",
    .needs = CLI_INSTANCE,
    .options = retry_options,
    .option_count = sizeof retry_options / sizeof *retry_options,
    .run = run_retry,
};
