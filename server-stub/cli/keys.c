/* SPDX-License-Identifier: Apache-2.0
 *
 * `keys list`, `keys export`, `keys rewrap`: what needs no root key. Changing the keyset is in keys_change.c.
 */
#include "cli/fields.h"
#include "cli/key_fields.h"

enum { MANY_KEYS = 24 };

typedef struct {
    cli_common_t common;
    const char *brand;
} brand_only_t;

static const option_t brand_options[] = {
    {"brand", OPTION_TEXT, offsetof(brand_only_t, brand), true, "SLUG", "the brand", 0, 0},
};

typedef struct {
    const char *slug;
    brand_t brand;
    key_view_t *keys;
    size_t count;
} keys_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    keys_work_t *work = context;
    pl_err err;

    if ((err = find_brand(tx, work->slug, &work->brand)))
        return err;
    return admin_keys_list(tx, work->brand.id, &work->keys, &work->count);
}

static void warn_of_many(cli_t *cli, const key_view_t *keys, size_t count)
{
    size_t signers = 0;

    for (size_t i = 0; i < count; i++)
        signers += !keys[i].is_root;
    if (signers >= MANY_KEYS)
        pl_json_put_text(&cli->json, "warning",
                         "a keyset holds 32 keys: beyond that it leaves out revoked keys, then the oldest retired ones, and what "
                         "those signed is refused");
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const brand_only_t *only = values;
    keys_work_t work = {.slug = only->brand};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    if (err)
        return err;
    put_keys(cli, work.keys, work.count);
    warn_of_many(cli, work.keys, work.count);
    return PL_OK;
}

static pl_err work_brand(void *context, tx_t *tx)
{
    keys_work_t *work = context;

    return find_brand(tx, work->slug, &work->brand);
}

static pl_err run_export(cli_t *cli, const void *values)
{
    const brand_only_t *only = values;
    const keyring_t *keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    keys_work_t work = {.slug = only->brand};
    pl_buf jwks;
    pl_err err;

    if (!keyring)
        return PL_ERR_MEMORY;
    pl_buf_init(&jwks);
    if ((err = instance_read(cli->instance, &cli->arena, work_brand, &work)) ||
        (err = keyring_export(keyring, work.brand.id, &jwks)) || (err = jwks.err))
        goto done;
    (void)fprintf(cli->out, "%s\n", jwks.data);
done:
    pl_buf_reset(&jwks);
    return err;
}

static pl_err run_rewrap(cli_t *cli, const void *values)
{
    pl_err err = instance_rewrap(cli->instance, &cli->arena);

    (void)values;
    if (err)
        return err;
    pl_json_put_bool(&cli->json, "rewrapped", true);
    pl_json_put_text(&cli->json, "next", "restart the server, and back up the new master key");
    return PL_OK;
}

const command_t command_keys_list = {
    .name = "keys list",
    .summary = "list a brand's root and signing keys",
    .example = "keys list --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = brand_options,
    .option_count = sizeof brand_options / sizeof *brand_options,
    .run = run_list,
};

const command_t command_keys_export = {
    .name = "keys export",
    .summary = "print the public keys that verify something today, as a JWKS",
    .example = "keys export --data /var/lib/pospal --brand acme > jwks.json",
    .needs = CLI_INSTANCE,
    .options = brand_options,
    .option_count = sizeof brand_options / sizeof *brand_options,
    .run = run_export,
    .prints_itself = true,
};

const command_t command_keys_rewrap = {
    .name = "keys rewrap",
    .summary = "seal everything under a new master key",
    .example = "keys rewrap --data /var/lib/pospal",
    .needs = CLI_INSTANCE,
    .run = run_rewrap,
};
