/* SPDX-License-Identifier: Apache-2.0
 *
 * `audit list`: who changed what, and when; the newest first, a page at a time. `audit erase`: takes personal data out of it. Checking it
 * is in audit_verify.c, handing it over in audit_export.c.
 */
#include "base/timestamp.h"
#include "cli/fields.h"
#include "store/audit_seals.h"
#include "store/audit_search.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *before;
    const char *target;
    const char *actor;
    const char *action;
    const char *since;
    const char *until;
} list_t;

/* clang-format off */
static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(list_t, brand), false, "SLUG", "of this brand; else what concerns the whole installation", 0, 0},
    {"target", OPTION_TEXT, offsetof(list_t, target), false, "ID", "about this license, activation, product, ...", 0, 0},
    {"actor", OPTION_TEXT, offsetof(list_t, actor), false, "ACTOR", "by device, cli, server or api_key:ID", 0, 0},
    {"action", OPTION_TEXT, offsetof(list_t, action), false, "ACTION", "as it is shown: license.renewed", 0, 0},
    {"since", OPTION_TEXT, offsetof(list_t, since), false, "TIME", "not before this time", 0, 0},
    {"until", OPTION_TEXT, offsetof(list_t, until), false, "TIME", "not after this time", 0, 0},
    {"before", OPTION_TEXT, offsetof(list_t, before), false, "ID", "the page before this entry", 0, 0},
};
/* clang-format on */

typedef struct {
    const char *slug;
    audit_search_t search;
    audit_page_t page;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand = {.slug = NULL};
    pl_err err;

    if (work->slug && (err = find_brand(tx, work->slug, &brand)))
        return err;
    work->search.brand_id = brand.id;
    return audit_search(tx, &work->search, &work->page);
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
    pl_json_put_text(&cli->json, "request", entry->request_id ? entry->request_id : "");
    pl_json_put_text(&cli->json, "note", entry->note ? entry->note : "");
    pl_json_put_text(&cli->json, "details", entry->metadata ? entry->metadata : "");
    pl_json_put_text(&cli->json, "before", entry->before ? entry->before : "");
    pl_json_put_text(&cli->json, "after", entry->after ? entry->after : "");
    pl_json_close(&cli->json);
}

static pl_err read_moment(const char *option, const char *text, int64_t *ms)
{
    int64_t seconds;

    if (!text)
        return PL_OK;
    if (pl_timestamp_parse(pl_span_text(text), &seconds) || seconds < 0)
        return pl_fail(PL_ERR_INVALID, "--%s is \"%s\"; a time like 2027-01-31T12:00:00Z is needed", option, text);
    *ms = seconds * 1000;
    return PL_OK;
}

static pl_err read_search(const list_t *list, audit_search_t *search)
{
    pl_err err;

    search->limit = AUDIT_PAGE_MAX;
    search->actor = list->actor;
    if (list->action && (search->action = audit_action_parse(list->action)) == 0)
        return pl_fail(PL_ERR_INVALID, "there is no action \"%s\"; one like license.renewed is needed", list->action);
    if ((list->before && (err = read_id("before", list->before, &search->before))) ||
        (list->target && (err = read_id("target", list->target, &search->target))) ||
        (err = read_moment("since", list->since, &search->since_ms)) ||
        (err = read_moment("until", list->until, &search->until_ms)))
        return err;
    search->until_ms += list->until != NULL; /* that moment is in it */
    return PL_OK;
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_t *list = values;
    list_work_t work = {.slug = list->brand};
    pl_err err = read_search(list, &work.search);

    if (err || (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "entries", '[');
    for (size_t i = 0; i < work.page.count; i++)
        put_entry(cli, &work.page.entries[i]);
    pl_json_close(&cli->json);
    if (work.page.has_more)
        put_id(cli, "before", work.page.last);
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

/* ---- erasing ---- */

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *target;
} erase_t;

/* clang-format off */
static const option_t erase_options[] = {
    {"brand", OPTION_TEXT, offsetof(erase_t, brand), true, "SLUG", "of this brand", 0, 0},
    {"target", OPTION_TEXT, offsetof(erase_t, target), true, "ID", "in the entries about this license, activation, customer, ...", 0, 0},
};
/* clang-format on */

typedef struct {
    const char *slug;
    pl_uuid target;
    int64_t count;
} erase_work_t;

static pl_err work_erase(void *context, tx_t *tx)
{
    erase_work_t *work = context;
    audit_t entry = {.action = AUDIT_ERASED, .target = work->target};
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->slug, &brand)) || (err = audit_erase(tx, brand.id, work->target, &work->count)))
        return err;
    entry.brand_id = brand.id;
    return work->count ? audit_append(tx, &entry) : PL_OK;
}

static pl_err run_erase(cli_t *cli, const void *values)
{
    const erase_t *erase = values;
    erase_work_t work = {.slug = erase->brand};
    pl_err err;

    if ((err = read_id("target", erase->target, &work.target)) ||
        (err = instance_write(cli->instance, &cli->arena, work_erase, &work)))
        return err;
    pl_json_put_int(&cli->json, "entries", work.count);
    return PL_OK;
}

const command_t command_audit_erase = {
    .name = "audit erase",
    .summary = "take addresses, notes and salts out of the entries about something",
    .example = "audit erase --data /var/lib/pospal --brand acme --target 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = erase_options,
    .option_count = sizeof erase_options / sizeof *erase_options,
    .run = run_erase,
};
