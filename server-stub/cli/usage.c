/* SPDX-License-Identifier: Apache-2.0
 *
 * `usage list`.
 */
#include "cli/fields.h"
#include "licensing/usage.h"
#include "store/usage.h"

enum { MS = 1000, PAGE_DEFAULT = 100 };

typedef struct {
    cli_common_t common;
    const char *license;
    const char *meter;
    int64_t limit;
    int64_t after;
} list_t;

static const option_t list_options[] = {
    {"license", OPTION_TEXT, offsetof(list_t, license), true, "ID", "the license", 0, 0},
    {"meter", OPTION_TEXT, offsetof(list_t, meter), false, "NAME", "of this meter only", 0, 0},
    {"limit", OPTION_NUMBER, offsetof(list_t, limit), false, "N", "how many reports (100)", 1, USAGE_PAGE_MAX},
    {"after", OPTION_NUMBER, offsetof(list_t, after), false, "N", "pass over so many", 0, INT64_MAX},
};

typedef struct {
    pl_uuid license_id;
    usage_page_t page;
    usage_entry_t *entries;
    size_t count;
    pl_usage_claims totals;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    const pl_usage_report of_meter = {.meter = work->page.meter};
    const pl_usage_batch asked = {.reports = &of_meter, .count = 1};
    license_view_t view;
    pl_err err;

    if ((err = find_license(tx, work->license_id, &view)) ||
        (err = licensing_usage_balances(tx, &view.license, &view.product, of_meter.meter ? &asked : NULL, &work->totals)))
        return err;
    work->page.brand_id = view.license.brand_id;
    work->page.license_id = view.license.id;
    return usage_list(tx, &work->page, &work->entries, &work->count);
}

static void put_total(cli_t *cli, const pl_usage_balance *total)
{
    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_text(&cli->json, "meter", total->meter);
    pl_json_put_int(&cli->json, "used", total->used);
    if (total->allowed >= 0) {
        pl_json_put_int(&cli->json, "allowed", total->allowed);
        pl_json_put_int(&cli->json, "overdraft", total->used > total->allowed ? total->used - total->allowed : 0);
    }
    pl_json_close(&cli->json);
}

/* Of the seat that used it: NULL: it was live when it told. */
static void put_entry(cli_t *cli, const usage_entry_t *entry)
{
    static const char *const released[] = {
        [USAGE_OF_LIVE] = NULL, [USAGE_OF_RELEASED] = "by_device", [USAGE_OF_TAKEN] = "by_operator"};

    pl_json_open(&cli->json, NULL, '{');
    put_id(cli, "activation_id", entry->activation_id);
    pl_json_put_int(&cli->json, "sequence", entry->report.sequence);
    pl_json_put_text(&cli->json, "meter", entry->report.meter);
    pl_json_put_int(&cli->json, "amount", entry->report.amount);
    put_time(cli, "used_at", entry->report.at * MS);
    put_time(cli, "received_at", entry->received_at_ms);
    pl_json_put_bool(&cli->json, "forked", entry->is_fork);
    pl_json_put_text(&cli->json, "after_release",
                     entry->released >= 0 && entry->released <= USAGE_OF_TAKEN ? released[entry->released] : NULL);
    pl_json_close(&cli->json);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_t *list = values;
    list_work_t work = {.page = {.meter = list->meter, .after = list->after, .limit = list->limit}};
    pl_err err;

    if (!work.page.limit)
        work.page.limit = PAGE_DEFAULT;
    if ((err = read_id("license", list->license, &work.license_id)) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "totals", '[');
    for (size_t i = 0; i < work.totals.balance_count; i++)
        put_total(cli, &work.totals.balances[i]);
    pl_json_close(&cli->json);
    pl_json_put_int(&cli->json, "more_totals", work.totals.more);
    pl_json_open(&cli->json, "reports", '[');
    for (size_t i = 0; i < work.count; i++)
        put_entry(cli, &work.entries[i]);
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_usage_list = {
    .name = "usage list",
    .summary = "what a license used: totals by meter, and the reports",
    .example = "usage list --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --meter hours",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};
