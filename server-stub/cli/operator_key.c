/* SPDX-License-Identifier: Apache-2.0
 *
 * `operator-key add`, `operator-key list`, `operator-key revoke`: keys that look across brands. There is no other way to get one.
 */
#include "base/timestamp.h"
#include "cli/fields.h"
#include "licensing/operator_access.h"

/* ---- a new one ---- */

typedef struct {
    cli_common_t common;
    const char *name;
    const char *expires;
} add_t;

static const option_t add_options[] = {
    {"name", OPTION_TEXT, offsetof(add_t, name), true, "NAME", "whose it is, or what for", 0, 0},
    {"expires", OPTION_TEXT, offsetof(add_t, expires), false, "TIME", "its end, like 2027-01-31T12:00:00Z; else it has none", 0,
     0},
};

typedef struct {
    operator_key_order_t order;
    operator_key_t key;
    const char *shown;
} add_work_t;

static pl_err work_add(void *context, tx_t *tx)
{
    add_work_t *work = context;

    return operator_key_add(tx, &work->order, &work->key, &work->shown);
}

static pl_err run_add(cli_t *cli, const void *values)
{
    const add_t *add = values;
    add_work_t work = {.order = {.name = add->name}};
    int64_t seconds = 0;
    pl_err err;

    if (add->expires && (pl_timestamp_parse(pl_span_text(add->expires), &seconds) || seconds < 0))
        return pl_fail(PL_ERR_INVALID, "--expires is \"%s\"; a time like 2027-01-31T12:00:00Z is needed", add->expires);
    work.order.expires_at_ms = seconds * 1000;
    if ((err = instance_write(cli->instance, &cli->arena, work_add, &work)))
        return err;
    put_id(cli, "operator_key_id", work.key.id);
    pl_json_put_text(&cli->json, "operator_key", work.shown);
    return PL_OK;
}

const command_t command_operator_key_add = {
    .name = "operator-key add",
    .summary = "make a key that looks across brands, for support and analytics; it is shown this once",
    .example = "operator-key add --data /var/lib/pospal --name \"support desk\" --expires 2028-01-31T00:00:00Z",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

/* ---- all ---- */

typedef struct {
    operator_key_t *keys;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;

    return operator_keys_list(tx, &work->keys, &work->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    list_work_t work = {NULL, 0};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    (void)values;
    if (err)
        return err;
    pl_json_open(&cli->json, "operator_keys", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_id(cli, "operator_key_id", work.keys[i].id);
        pl_json_put_text(&cli->json, "name", work.keys[i].name);
        pl_json_put_text(&cli->json, "tail", work.keys[i].tail);
        put_time(cli, "created_at", work.keys[i].created_at_ms);
        put_time(cli, "expires_at", work.keys[i].expires_at_ms);
        put_time(cli, "revoked_at", work.keys[i].revoked_at_ms);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_operator_key_list = {
    .name = "operator-key list",
    .summary = "list the keys that look across brands",
    .example = "operator-key list --data /var/lib/pospal",
    .needs = CLI_INSTANCE,
    .run = run_list,
};

/* ---- the end of one ---- */

typedef struct {
    cli_common_t common;
    const char *id;
} revoke_t;

static const option_t revoke_options[] = {
    {"id", OPTION_TEXT, offsetof(revoke_t, id), true, "ID", "its id, as operator-key list shows it", 0, 0},
};

static pl_err work_revoke(void *context, tx_t *tx)
{
    return operator_key_revoke(tx, *(const pl_uuid *)context);
}

static pl_err run_revoke(cli_t *cli, const void *values)
{
    const revoke_t *revoke = values;
    pl_uuid id;
    pl_err err;

    if ((err = read_id("id", revoke->id, &id)) || (err = instance_write(cli->instance, &cli->arena, work_revoke, &id)))
        return err;
    put_id(cli, "operator_key_id", id);
    return PL_OK;
}

const command_t command_operator_key_revoke = {
    .name = "operator-key revoke",
    .summary = "end such a key at once",
    .example = "operator-key revoke --data /var/lib/pospal --id 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = revoke_options,
    .option_count = sizeof revoke_options / sizeof *revoke_options,
    .run = run_revoke,
};
