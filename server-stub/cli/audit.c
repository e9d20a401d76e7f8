/* SPDX-License-Identifier: Apache-2.0
 *
 * `audit list`: who changed what, and when; the newest first, a page at a time.
 */
#include "cli/fields.h"
#include "store/audit.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *before;
} list_t;

static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(list_t, brand), false, "SLUG", "of this brand; else what concerns the whole installation", 0,
     0},
    {"before", OPTION_TEXT, offsetof(list_t, before), false, "ID", "the page before this entry", 0, 0},
};

typedef struct {
    const char *slug;
    pl_uuid before;
    audit_t *entries;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand = {.slug = NULL};
    pl_err err;

    if (work->slug && (err = find_brand(tx, work->slug, &brand)))
        return err;
    return audit_list(tx, brand.id, work->before, &work->entries, &work->count);
}

static void put_entry(cli_t *cli, const audit_t *entry)
{
    pl_json_open(&cli->json, NULL, '{');
    put_time(cli, "at", pl_uuid_v7_time_ms(entry->id));
    pl_json_put_text(&cli->json, "action", audit_action_text(entry->action));
    pl_json_put_text(&cli->json, "actor", entry->actor);
    pl_json_put_text(&cli->json, "address", entry->address ? entry->address : "");
    if (pl_uuid_is_nil(entry->target))
        pl_json_put_text(&cli->json, "target", "");
    else
        put_id(cli, "target", entry->target);
    pl_json_put_text(&cli->json, "details", entry->metadata ? entry->metadata : "");
    pl_json_close(&cli->json);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_t *list = values;
    list_work_t work = {.slug = list->brand};
    pl_err err = list->before ? read_id("before", list->before, &work.before) : PL_OK;

    if (err || (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "entries", '[');
    for (size_t i = 0; i < work.count; i++)
        put_entry(cli, &work.entries[i]);
    pl_json_close(&cli->json);
    if (work.count == AUDIT_PAGE_MAX)
        put_id(cli, "before", work.entries[work.count - 1].id);
    return PL_OK;
}

const command_t command_audit_list = {
    .name = "audit list",
    .summary = "show who changed what, the newest first",
    .example = "audit list --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};
