/* SPDX-License-Identifier: Apache-2.0
 *
 * `api-key list`, `add`, `change`, `rotate`, `revoke`: what a vendor's programs sign in with.
 */
#include "cli/fields.h"
#include "licensing/api_access.h"

enum { OVERLAP_MS = 24 * 3600 * 1000 };

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *key;
    const char *name;
    const char *scopes;
    int64_t expires;
    int64_t old_expires;
    bool never_expires;
} key_values_t;

/* clang-format off */
#define BRAND {"brand", OPTION_TEXT, offsetof(key_values_t, brand), true, "SLUG", "the brand", 0, 0}
#define KEY {"key", OPTION_TEXT, offsetof(key_values_t, key), true, "ID", "the API key's id", 0, 0}

static const option_t list_options[] = {BRAND};
static const option_t revoke_options[] = {BRAND, KEY};
static const option_t add_options[] = {
    BRAND,
    {"name", OPTION_TEXT, offsetof(key_values_t, name), true, "NAME", "what it is for", 0, 0},
    {"scopes", OPTION_TEXT, offsetof(key_values_t, scopes), true, "SCOPES", "such as \"licenses:write customers:read\"; * is all of the brand", 0, 0},
    {"expires", OPTION_TIME, offsetof(key_values_t, expires), false, "TIME", "its end; else none", 0, 0},
};
static const option_t change_options[] = {
    BRAND,
    KEY,
    {"name", OPTION_TEXT, offsetof(key_values_t, name), false, "NAME", "what it is for", 0, 0},
    {"scopes", OPTION_TEXT, offsetof(key_values_t, scopes), false, "SCOPES", "all that it has from now on", 0, 0},
    {"expires", OPTION_TIME, offsetof(key_values_t, expires), false, "TIME", "another end", 0, 0},
    {"never-expires", OPTION_FLAG, offsetof(key_values_t, never_expires), false, NULL, "no end any more", 0, 0},
};
static const option_t rotate_options[] = {
    BRAND,
    KEY,
    {"old-expires", OPTION_TIME, offsetof(key_values_t, old_expires), false, "TIME", "the old one's end (in 24 hours)", 0, 0},
};
/* clang-format on */

typedef struct {
    const key_values_t *values;
    pl_uuid id;
    api_key_t key;
    api_key_t *keys;
    size_t count;
    const char *shown; /* the key itself */
} key_work_t;

static const char *status_of(const api_key_t *key, int64_t now_ms)
{
    if (key->revoked_at_ms)
        return "revoked";
    return key->expires_at_ms && key->expires_at_ms <= now_ms ? "expired" : "active";
}

static void put_key(cli_t *cli, const api_key_t *key)
{
    put_id(cli, "key_id", key->id);
    pl_json_put_text(&cli->json, "name", key->name);
    pl_json_put_text(&cli->json, "scopes", key->scopes);
    pl_json_put_text(&cli->json, "status", status_of(key, instance_now_ms(cli->instance)));
    pl_json_put_text(&cli->json, "tail", key->tail ? key->tail : "");
    put_time(cli, "created_at", key->created_at_ms);
    put_time(cli, "expires_at", key->expires_at_ms);
    put_time(cli, "last_used_at", key->last_used_at_ms);
}

static pl_err work_list(void *context, tx_t *tx)
{
    key_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->values->brand, &brand);

    return err ? err : api_keys_list(tx, brand.id, &work->keys, &work->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    key_work_t work = {.values = values};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    if (err)
        return err;
    pl_json_open(&cli->json, "api_keys", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_key(cli, &work.keys[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

/* As over HTTP, where no key has that scope to give away. */
static pl_err check_scopes(const char *scopes)
{
    if (scopes && api_scopes_allow(scopes, "ecosystem:read"))
        return pl_fail(PL_ERR_INVALID, "no key of a brand looks across brands; `operator-key add` makes one that does");
    return PL_OK;
}

static pl_err work_add(void *context, tx_t *tx)
{
    key_work_t *work = context;
    const key_values_t *values = work->values;
    const api_key_order_t order = {values->name, values->scopes, values->expires * 1000};
    brand_t brand;
    pl_err err;

    if ((err = check_scopes(values->scopes)) || (err = find_brand(tx, values->brand, &brand)) ||
        (err = brands_lock(tx, brand.id)))
        return err;
    return api_key_add(tx, brand.id, &order, &work->key, &work->shown);
}

/* One after the other, as the API has it: what is read is written whole. */
static pl_err find_key(tx_t *tx, key_work_t *work, api_key_t *key)
{
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->values->brand, &brand)) || (err = brands_lock(tx, brand.id)))
        return err;
    err = api_keys_find(tx, brand.id, work->id, key);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no API key of that id; `api-key list` shows them") : err;
}

static pl_err work_change(void *context, tx_t *tx)
{
    key_work_t *work = context;
    const key_values_t *values = work->values;
    api_key_t before;
    pl_err err;

    if ((err = check_scopes(values->scopes)) || (err = find_key(tx, work, &before)))
        return err;
    work->key = before;
    if (values->name)
        work->key.name = values->name;
    if (values->scopes)
        work->key.scopes = values->scopes;
    if (values->expires || values->never_expires)
        work->key.expires_at_ms = values->expires * 1000;
    return api_key_change(tx, &before, &work->key);
}

static pl_err work_rotate(void *context, tx_t *tx)
{
    key_work_t *work = context;
    int64_t ends_at_ms = work->values->old_expires ? work->values->old_expires * 1000 : tx->now_ms + OVERLAP_MS;
    api_key_t old;
    pl_err err = find_key(tx, work, &old);

    return err ? err : api_key_rotate(tx, &old, ends_at_ms, &work->key, &work->shown);
}

static pl_err work_revoke(void *context, tx_t *tx)
{
    key_work_t *work = context;
    pl_err err = find_key(tx, work, &work->key);

    return err ? err : api_key_revoke(tx, &work->key);
}

/* A new key's text is shown here, and never again. */
static pl_err run_work(cli_t *cli, const key_values_t *values, store_work run)
{
    key_work_t work = {.values = values};
    pl_err err;

    if ((values->key && (err = read_id("key", values->key, &work.id))) ||
        (err = instance_write(cli->instance, &cli->arena, run, &work)))
        return err;
    pl_json_put_text(&cli->json, "api_key", work.shown);
    put_key(cli, &work.key);
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

static pl_err run_rotate(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_rotate);
}

static pl_err run_revoke(cli_t *cli, const void *values)
{
    return run_work(cli, values, work_revoke);
}

const command_t command_api_key_list = {
    .name = "api-key list",
    .summary = "list a brand's API keys",
    .example = "api-key list --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_api_key_add = {
    .name = "api-key add",
    .summary = "make an API key, and show it once",
    .example = "api-key add --data /var/lib/pospal --brand acme --name shop --scopes licenses:write",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

const command_t command_api_key_change = {
    .name = "api-key change",
    .summary = "change an API key's name, scopes or end",
    .example =
        "api-key change --data /var/lib/pospal --brand acme --key 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --scopes licenses:read",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_change,
};

const command_t command_api_key_rotate = {
    .name = "api-key rotate",
    .summary = "replace an API key, with an overlap",
    .example = "api-key rotate --data /var/lib/pospal --brand acme --key 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = rotate_options,
    .option_count = sizeof rotate_options / sizeof *rotate_options,
    .run = run_rotate,
};

const command_t command_api_key_revoke = {
    .name = "api-key revoke",
    .summary = "end an API key at once",
    .example = "api-key revoke --data /var/lib/pospal --brand acme --key 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = revoke_options,
    .option_count = sizeof revoke_options / sizeof *revoke_options,
    .run = run_revoke,
};
