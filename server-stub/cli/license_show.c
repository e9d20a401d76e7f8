/* SPDX-License-Identifier: Apache-2.0
 *
 * `license show`, `license list`.
 */
#include "cli/fields.h"

#include <string.h>

typedef struct {
    cli_common_t common;
    const char *license;
    bool reveal;
} show_t;

static const option_t show_options[] = {
    {"license", OPTION_TEXT, offsetof(show_t, license), true, "ID", "the license", 0, 0},
    {"reveal", OPTION_FLAG, offsetof(show_t, reveal), false, NULL, "show the license key in full", 0, 0},
};

typedef struct {
    const keyring_t *keyring;
    pl_uuid id;
    bool reveal;
    license_view_t view;
    const char *key;
} show_work_t;

static pl_err work_show(void *context, tx_t *tx)
{
    show_work_t *work = context;
    pl_err err = find_license(tx, work->id, &work->view);

    if (err || !work->reveal)
        return err;
    return admin_license_reveal(tx, work->keyring, &work->view.license, &work->key);
}

/* As JSON texts, which people see too; in a list they would be too wide. */
static void put_own(cli_t *cli, const license_t *license)
{
    if (license->entitlements)
        pl_json_put_text(&cli->json, "entitlements", license->entitlements);
    if (license->metadata)
        pl_json_put_text(&cli->json, "metadata", license->metadata);
    if (license->policy)
        pl_json_put_text(&cli->json, "policy", license->policy);
}

static pl_err run_show(cli_t *cli, const void *values)
{
    const show_t *show = values;
    show_work_t work = {.reveal = show->reveal};
    pl_err err;

    work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    if (!work.keyring)
        return PL_ERR_MEMORY;
    /* A key that is revealed is audited: a write. */
    if ((err = read_id("license", show->license, &work.id)) ||
        (err = (show->reveal ? instance_write : instance_read)(cli->instance, &cli->arena, work_show, &work)))
        return err;
    pl_json_put_text(&cli->json, "license_key", work.key);
    put_license(cli, &work.view);
    put_own(cli, &work.view.license);
    return PL_OK;
}

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *email;
    const char *product;
    const char *plan;
    const char *status;
    const char *metadata;
    int64_t expiring_before;
    const char *after;
    int64_t limit;
} list_t;

static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(list_t, brand), true, "SLUG", "the brand", 0, 0},
    {"email", OPTION_TEXT, offsetof(list_t, email), false, "E", "of this customer only", 0, 0},
    {"product", OPTION_TEXT, offsetof(list_t, product), false, "SLUG", "of this product only", 0, 0},
    {"plan", OPTION_TEXT, offsetof(list_t, plan), false, "NAME", "of this plan only, such as trial", 0, 0},
    {"status", OPTION_TEXT, offsetof(list_t, status), false, "STATUS",
     "as it is now: valid (or active, as `license show` says), suspended, cancelled, expired or check_in_overdue", 0, 0},
    {"expiring-before", OPTION_TIME, offsetof(list_t, expiring_before), false, "TIME", "that end before then", 0, 0},
    {"metadata", OPTION_TEXT, offsetof(list_t, metadata), false, "NAME=VALUE", "whose metadata says so", 0, 0},
    {"limit", OPTION_NUMBER, offsetof(list_t, limit), false, "N", "how many (100)", 1, LICENSE_PAGE_MAX},
    {"after", OPTION_TEXT, offsetof(list_t, after), false, "ID", "the page after this license", 0, 0},
};

typedef struct {
    const char *brand;
    license_filter_t filter;
    license_list_t list;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->brand, &brand)))
        return err;
    work->filter.brand_id = brand.id;
    return admin_license_list(tx, &work->filter, &work->list);
}

static pl_err read_status(const char *text, license_filter_t *filter)
{
    static const char *const words[] = {[LICENSE_IS_VALID] = "valid",
                                        [LICENSE_IS_SUSPENDED] = "suspended",
                                        [LICENSE_IS_CANCELLED] = "cancelled",
                                        [LICENSE_IS_EXPIRED] = "expired",
                                        [LICENSE_IS_OVERDUE] = "check_in_overdue"};

    if (text && strcmp(text, "active") == 0)
        text = words[LICENSE_IS_VALID]; /* as status_text has it */
    for (int i = LICENSE_IS_VALID; text && i <= LICENSE_IS_OVERDUE; i++)
        if (strcmp(words[i], text) == 0)
            filter->condition = (license_condition)i;
    if (text && !filter->condition)
        return pl_fail(PL_ERR_INVALID,
                       "--status is \"%s\"; valid or active, suspended, cancelled, expired and check_in_overdue are possible",
                       text);
    return PL_OK;
}

static pl_err read_metadata(pl_arena *arena, const char *text, license_filter_t *filter)
{
    const char *equals = text ? strchr(text, '=') : NULL;

    if (!text)
        return PL_OK;
    if (!equals || equals == text)
        return pl_fail(PL_ERR_INVALID, "--metadata is \"%s\"; NAME=VALUE is needed, as in order=4711", text);
    filter->metadata_key = pl_arena_text(arena, pl_span_of(text, (size_t)(equals - text)));
    filter->metadata_value = equals + 1;
    return filter->metadata_key ? PL_OK : PL_ERR_MEMORY;
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_t *list = values;
    list_work_t work = {.brand = list->brand,
                        .filter = {.email = list->email, .product = list->product, .plan = list->plan, .limit = list->limit}};
    pl_err err;

    work.filter.expiring_before_ms = list->expiring_before * 1000;
    if ((err = read_status(list->status, &work.filter)) || (err = read_metadata(&cli->arena, list->metadata, &work.filter)))
        return err;
    if ((list->after && (err = read_id("after", list->after, &work.filter.after))) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "licenses", '[');
    for (size_t i = 0; i < work.list.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_license(cli, &work.list.items[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    pl_json_put_bool(&cli->json, "has_more", work.list.has_more);
    return PL_OK;
}

const command_t command_license_show = {
    .name = "license show",
    .summary = "show one license",
    .example = "license show --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = run_show,
};

const command_t command_license_list = {
    .name = "license list",
    .summary = "list licenses, by customer or product",
    .example = "license list --data /var/lib/pospal --brand acme --email ann@example.com",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};
