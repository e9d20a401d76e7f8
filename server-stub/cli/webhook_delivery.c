/* SPDX-License-Identifier: Apache-2.0
 *
 * `webhook deliveries`, `delivery`, `redeliver`: what was sent to an endpoint, what came of it, and sending it again.
 */
#include "cli/fields.h"
#include "licensing/webhooks.h"

#include <string.h>

enum { SHOWN = 100 };

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *webhook;
    const char *delivery;
    const char *status;
    const char *before;
    int64_t limit;
} delivery_values_t;

/* clang-format off */
#define BRAND {"brand", OPTION_TEXT, offsetof(delivery_values_t, brand), true, "SLUG", "the brand", 0, 0}

static const option_t list_options[] = {
    BRAND,
    {"webhook", OPTION_TEXT, offsetof(delivery_values_t, webhook), true, "ID", "the endpoint", 0, 0},
    {"status", OPTION_TEXT, offsetof(delivery_values_t, status), false, "STATUS", "waiting, delivered or dead; else all", 0, 0},
    {"limit", OPTION_NUMBER, offsetof(delivery_values_t, limit), false, "N", "how many (100)", 1, 500},
    {"before", OPTION_TEXT, offsetof(delivery_values_t, before), false, "ID", "the page before this delivery", 0, 0},
};
static const option_t one_options[] = {
    BRAND,
    {"delivery", OPTION_TEXT, offsetof(delivery_values_t, delivery), true, "ID", "the delivery", 0, 0},
};
/* clang-format on */

static const char *const states[] = {"any", "waiting", "delivered", "dead"}; /* by delivery_state */

enum { STATES = sizeof states / sizeof *states };

typedef struct {
    const delivery_values_t *values;
    delivery_page_t page;
    delivery_t *list;
    size_t count;
    pl_uuid id;
    delivery_t delivery;
    attempt_t *attempts;
    size_t attempt_count;
} delivery_work_t;

static void put_delivery(cli_t *cli, const delivery_t *delivery)
{
    put_id(cli, "delivery_id", delivery->id);
    put_id(cli, "event_id", delivery->event_id);
    pl_json_put_text(&cli->json, "type", delivery->type);
    pl_json_put_text(&cli->json, "status", states[delivery->state]);
    pl_json_put_int(&cli->json, "attempts", delivery->attempts);
    pl_json_put_int(&cli->json, "http_status", delivery->status);
    put_time(cli, "created_at", delivery->created_at_ms);
    if (delivery->state == DELIVERY_WAITING)
        put_time(cli, "next_attempt_at", delivery->due_at_ms);
}

/* ---- many ---- */

static pl_err work_list(void *context, tx_t *tx)
{
    delivery_work_t *work = context;
    webhook_t webhook;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->values->brand, &brand)))
        return err;
    work->page.brand_id = brand.id;
    if ((err = webhooks_find(tx, brand.id, work->page.endpoint_id, &webhook)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no webhook endpoint of that id; `webhook list` shows them")
                                       : err;
    return deliveries_list(tx, &work->page, &work->list, &work->count);
}

static pl_err read_status(const char *text, int64_t *state)
{
    for (size_t i = DELIVERY_WAITING; text && i < STATES; i++)
        if (strcmp(states[i], text) == 0)
            *state = (int64_t)i;
    if (text && !*state)
        return pl_fail(PL_ERR_INVALID, "--status is \"%s\"; waiting, delivered and dead are possible", text);
    return PL_OK;
}

static pl_err run_list(cli_t *cli, const void *values)
{
    delivery_work_t work = {.values = values};
    pl_err err;

    work.page.limit = work.values->limit ? work.values->limit : SHOWN;
    if ((err = read_id("webhook", work.values->webhook, &work.page.endpoint_id)) ||
        (err = read_status(work.values->status, &work.page.state)) ||
        (work.values->before && (err = read_id("before", work.values->before, &work.page.before))) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "deliveries", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_delivery(cli, &work.list[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

/* ---- one ---- */

static pl_err find_delivery(tx_t *tx, delivery_work_t *work, const brand_t *brand)
{
    pl_err err = deliveries_find(tx, brand->id, work->id, &work->delivery);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no delivery of that id; `webhook deliveries` shows them") : err;
}

static pl_err work_show(void *context, tx_t *tx)
{
    delivery_work_t *work = context;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->values->brand, &brand)) || (err = find_delivery(tx, work, &brand)))
        return err;
    return attempts_list(tx, brand.id, work->id, &work->attempts, &work->attempt_count);
}

static pl_err work_redeliver(void *context, tx_t *tx)
{
    delivery_work_t *work = context;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->values->brand, &brand)) || (err = brands_lock(tx, brand.id)) ||
        (err = find_delivery(tx, work, &brand)))
        return err;
    return webhook_redeliver(tx, &work->delivery);
}

static void put_attempt(cli_t *cli, const attempt_t *attempt)
{
    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_int(&cli->json, "number", attempt->number);
    put_time(cli, "sent_at", attempt->sent_at_ms);
    pl_json_put_int(&cli->json, "duration_ms", attempt->duration_ms);
    pl_json_put_int(&cli->json, "http_status", attempt->status);
    pl_json_put_text(&cli->json, "error", attempt->error ? attempt->error : "");
    pl_json_put_text(&cli->json, "answer", attempt->answer ? attempt->answer : "");
    pl_json_close(&cli->json);
}

static pl_err run_show(cli_t *cli, const void *values)
{
    delivery_work_t work = {.values = values};
    pl_err err;

    if ((err = read_id("delivery", work.values->delivery, &work.id)) ||
        (err = instance_read(cli->instance, &cli->arena, work_show, &work)))
        return err;
    put_delivery(cli, &work.delivery);
    pl_json_put_text(&cli->json, "payload", work.delivery.payload);
    pl_json_open(&cli->json, "attempts_made", '[');
    for (size_t i = 0; i < work.attempt_count; i++)
        put_attempt(cli, &work.attempts[i]);
    pl_json_close(&cli->json);
    return PL_OK;
}

static pl_err run_redeliver(cli_t *cli, const void *values)
{
    delivery_work_t work = {.values = values};
    pl_err err;

    if ((err = read_id("delivery", work.values->delivery, &work.id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_redeliver, &work)))
        return err;
    put_delivery(cli, &work.delivery);
    return PL_OK;
}

const command_t command_webhook_deliveries = {
    .name = "webhook deliveries",
    .summary = "list what was sent to an endpoint",
    .example =
        "webhook deliveries --data /var/lib/pospal --brand acme --webhook 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --status dead",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_webhook_delivery = {
    .name = "webhook delivery",
    .summary = "show one delivery, with its attempts",
    .example = "webhook delivery --data /var/lib/pospal --brand acme --delivery 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = one_options,
    .option_count = sizeof one_options / sizeof *one_options,
    .run = run_show,
};

const command_t command_webhook_redeliver = {
    .name = "webhook redeliver",
    .summary = "send a delivery again, under the same id",
    .example = "webhook redeliver --data /var/lib/pospal --brand acme --delivery 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = one_options,
    .option_count = sizeof one_options / sizeof *one_options,
    .run = run_redeliver,
};
