/* SPDX-License-Identifier: Apache-2.0
 *
 * `brand add`, `brand list`.
 */
#include "cli/brand_made.h"

#include <string.h>

#include "cli/fields.h"
#include "licensing/admin.h"
#include "platform/file.h"

typedef struct {
    cli_common_t common;
    const char *name;
    const char *slug;
    const char *algorithm;
    const char *key_directory;
} brand_add_t;

static const option_t add_options[] = {
    {"name", OPTION_TEXT, offsetof(brand_add_t, name), true, "NAME", "the brand's name", 0, 0},
    {"slug", OPTION_TEXT, offsetof(brand_add_t, slug), true, "SLUG", "its short name: lower-case letters, digits, '-'", 0, 0},
    {"algorithm", OPTION_TEXT, offsetof(brand_add_t, algorithm), false, "ALG", "of its keys: EdDSA (default) or ES256", 0, 0},
    {"key-directory", OPTION_TEXT, offsetof(brand_add_t, key_directory), false, "DIR",
     "where the root key files go; else the data directory", 0, 0},
};

typedef struct {
    const keyring_t *keyring;
    brand_order_t order;
    brand_made_t made;
} brand_work_t;

static pl_err work_add(void *context, tx_t *tx)
{
    brand_work_t *work = context;

    return admin_brand_add(tx, work->keyring, &work->order, &work->made);
}

static pl_err run_add(cli_t *cli, const void *values)
{
    const brand_add_t *add = values;
    const char *directory = add->key_directory ? add->key_directory : add->common.data;
    brand_work_t work = {.order = {add->slug, add->name, directory, PL_ALG_NONE}};
    brand_made_view_t view;
    pl_err err;

    work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((err = brand_algorithm_parse(add->algorithm, &work.order.alg)) ||
        (err = instance_write(cli->instance, &cli->arena, work_add, &work)))
        return err;
    view.id = work.made.brand.id;
    view.slug = add->slug;
    view.api_key = work.made.api_key;
    view.root_key_file = work.made.root_key_file;
    view.reserve_key_file = work.made.reserve_key_file;
    view.root_public_jwks = work.made.root_public_jwks;
    return brand_made_print(cli, directory, &view);
}

typedef struct {
    brand_t *brands;
    size_t count;
} brand_list_t;

static pl_err work_list(void *context, tx_t *tx)
{
    brand_list_t *list = context;

    return brands_list(tx, &list->brands, &list->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    brand_list_t list = {NULL, 0};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &list);

    (void)values;
    if (err)
        return err;
    pl_json_open(&cli->json, "brands", '[');
    for (size_t i = 0; i < list.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_id(cli, "brand_id", list.brands[i].id);
        pl_json_put_text(&cli->json, "slug", list.brands[i].slug);
        pl_json_put_text(&cli->json, "name", list.brands[i].name);
        put_time(cli, "created_at", list.brands[i].created_at_ms);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

pl_err brand_algorithm_parse(const char *text, pl_alg *alg)
{
    if (!text || strcmp(text, "EdDSA") == 0)
        *alg = PL_ALG_EDDSA;
    else if (strcmp(text, "ES256") == 0)
        *alg = PL_ALG_ES256;
    else
        return pl_fail(PL_ERR_INVALID, "--algorithm is \"%s\"; EdDSA and ES256 are possible", text);
    return PL_OK;
}

pl_err brand_made_print(cli_t *cli, const char *directory, const brand_made_view_t *made)
{
    const pl_fs *fs = pl_fs_system();
    char *path = pl_arena_format(&cli->arena, "%s/%s.root-public.jwks.json", directory, made->slug);
    pl_err err;

    if (!path)
        return PL_ERR_MEMORY;
    if ((err = fs->write(fs->context, path, pl_span_text(made->root_public_jwks))))
        return err;
    put_id(cli, "brand_id", made->id);
    pl_json_put_text(&cli->json, "slug", made->slug);
    pl_json_put_text(&cli->json, "api_key", made->api_key);
    pl_json_put_text(&cli->json, "root_key_file", made->root_key_file);
    pl_json_put_text(&cli->json, "reserve_root_key_file", made->reserve_key_file);
    pl_json_put_text(&cli->json, "root_public_jwks_file", path);
    pl_json_put_raw(&cli->json, "root_public_jwks", pl_span_text(made->root_public_jwks));
    return PL_OK;
}

const command_t command_brand_add = {
    .name = "brand add",
    .summary = "add a brand with root keys of its own",
    .example = "brand add --data /var/lib/pospal --name \"Other Till\" --slug other",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

const command_t command_brand_list = {
    .name = "brand list",
    .summary = "list the brands",
    .example = "brand list --data /var/lib/pospal",
    .needs = CLI_INSTANCE,
    .run = run_list,
};
