/* SPDX-License-Identifier: Apache-2.0
 *
 * `keys add-root`: a fresh reserve for a brand. Moving to it is `keys rotate` with its file.
 */
#include "cli/brand_made.h"
#include "cli/fields.h"
#include "licensing/admin_roots.h"
#include "platform/file.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *root_key;
    const char *algorithm;
    const char *key_directory;
} add_root_t;

static const option_t add_root_options[] = {
    {"brand", OPTION_TEXT, offsetof(add_root_t, brand), true, "SLUG", "the brand", 0, 0},
    {"root-key", OPTION_TEXT, offsetof(add_root_t, root_key), true, "FILE", "the key file of the root in use", 0, 0},
    {"algorithm", OPTION_TEXT, offsetof(add_root_t, algorithm), false, "ALG", "of the new root: EdDSA (default) or ES256", 0, 0},
    {"key-directory", OPTION_TEXT, offsetof(add_root_t, key_directory), false, "DIR",
     "where the new root's key file and the public keys go; else the data directory", 0, 0},
};

typedef struct {
    const char *slug;
    root_order_t order;
    root_made_t made;
} root_work_t;

static pl_err work_add(void *context, tx_t *tx)
{
    root_work_t *work = context;
    brand_t brand;
    pl_err err;

    admin_root_undo(&work->made); /* this is not the first try */
    if ((err = find_brand(tx, work->slug, &brand)))
        return err;
    work->order.brand_id = brand.id;
    return admin_root_add(tx, &work->order, &work->made);
}

/* The brand has the root by now. Where the list can't be written, its content is still shown. */
static void show(cli_t *cli, const root_work_t *work)
{
    const pl_fs *fs = pl_fs_system();
    const root_made_t *made = &work->made;
    const char *path = pl_arena_format(&cli->arena, "%s/%s.root-public.jwks.json", work->order.directory, work->slug);

    pl_json_put_text(&cli->json, "kid", made->kid);
    pl_json_put_int(&cli->json, "rank", (int64_t)made->rank);
    pl_json_put_text(&cli->json, "root_key_file", made->key_file);
    if (path && !fs->write(fs->context, path, pl_span_text(made->root_public_jwks)))
        pl_json_put_text(&cli->json, "root_public_jwks_file", path);
    else
        pl_json_put_text(&cli->json, "warning", "the file of public keys could not be written; take them from here");
    pl_json_put_raw(&cli->json, "root_public_jwks", pl_span_text(made->root_public_jwks));
    pl_json_put_text(&cli->json, "next",
                     "take the new root's key file offline, to a place of its own, and ship a build that pins these public keys; "
                     "rotate with the new root only when programs have that build");
}

static pl_err run_add_root(cli_t *cli, const void *values)
{
    const add_root_t *add = values;
    root_work_t work = {.slug = add->brand};
    root_key_t root;
    pl_err err;

    work.order = (root_order_t){
        .brand_slug = add->brand, .directory = add->key_directory ? add->key_directory : add->common.data, .root = &root};
    if ((err = brand_algorithm_parse(add->algorithm, &work.order.alg)) || (err = root_key_load(add->root_key, &root)))
        return err;
    err = instance_write(cli->instance, &cli->arena, work_add, &work);
    pl_key_pair_wipe(&root.pair);
    if (err)
        admin_root_undo(&work.made);
    else
        show(cli, &work);
    return err;
}

const command_t command_keys_add_root = {
    .name = "keys add-root",
    .summary = "make a further root key, to be pinned by the next build",
    .example = "keys add-root --data /var/lib/pospal --brand acme --root-key /media/usb/acme.reserve.jwk",
    .needs = CLI_INSTANCE,
    .options = add_root_options,
    .option_count = sizeof add_root_options / sizeof *add_root_options,
    .run = run_add_root,
};
