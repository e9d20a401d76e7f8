/* SPDX-License-Identifier: Apache-2.0
 *
 * `keys rotate`, `keys retire`, `keys revoke`: each makes a new keyset, which the brand's root key signs. The root key's file is
 * brought for the occasion and goes offline again.
 */
#include "cli/fields.h"
#include "cli/key_fields.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *root_key;
    const char *kid;
} change_t;

static const option_t rotate_options[] = {
    {"brand", OPTION_TEXT, offsetof(change_t, brand), true, "SLUG", "the brand", 0, 0},
    {"root-key", OPTION_TEXT, offsetof(change_t, root_key), true, "FILE",
     "the root key file that init wrote; the reserve's moves to the reserve for good", 0, 0},
};

static const option_t state_options[] = {
    {"brand", OPTION_TEXT, offsetof(change_t, brand), true, "SLUG", "the brand", 0, 0},
    {"root-key", OPTION_TEXT, offsetof(change_t, root_key), true, "FILE", "the root key file that init wrote", 0, 0},
    {"kid", OPTION_TEXT, offsetof(change_t, kid), true, "KID", "the key, as `keys list` shows it", 0, 0},
};

typedef struct {
    const change_t *change;
    const keyring_t *keyring;
    root_key_t root;
    key_verdict_t verdict; /* kid NULL: rotate */
    key_view_t *keys;
    size_t count;
} change_work_t;

static pl_err work_change(void *context, tx_t *tx)
{
    change_work_t *work = context;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->change->brand, &brand)))
        return err;
    if (work->verdict.kid)
        err = admin_keys_set_state(tx, work->keyring, brand.id, &work->root, &work->verdict);
    else
        err = admin_keys_rotate(tx, work->keyring, brand.id, &work->root);
    return err ? err : admin_keys_list(tx, brand.id, &work->keys, &work->count);
}

static pl_err change(cli_t *cli, const change_t *values, const key_verdict_t *verdict)
{
    change_work_t work = {.change = values, .verdict = *verdict};
    pl_err err;

    work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((err = root_key_load(values->root_key, &work.root)))
        return err;
    err = instance_write(cli->instance, &cli->arena, work_change, &work);
    pl_key_pair_wipe(&work.root.pair);
    if (!err)
        put_keys(cli, work.keys, work.count);
    return err;
}

static pl_err run_rotate(cli_t *cli, const void *values)
{
    key_verdict_t none = {NULL, PL_KEY_CURRENT};

    return change(cli, values, &none);
}

static pl_err run_retire(cli_t *cli, const void *values)
{
    key_verdict_t verdict = {((const change_t *)values)->kid, PL_KEY_RETIRED};

    return change(cli, values, &verdict);
}

static pl_err run_revoke(cli_t *cli, const void *values)
{
    key_verdict_t verdict = {((const change_t *)values)->kid, PL_KEY_REVOKED};

    return change(cli, values, &verdict);
}

static const char *root_text(const key_view_t *key)
{
    if (key->rank == key->rank_in_use)
        return "root in use";
    return key->rank > key->rank_in_use ? "reserve root" : "outranked root";
}

static const char *state_text(const key_view_t *key)
{
    if (key->is_root)
        return root_text(key);
    switch (key->state) {
    case PL_KEY_CURRENT:
        return "current";
    case PL_KEY_RETIRED:
        return "retired";
    case PL_KEY_REVOKED:
        return "revoked";
    }
    return NULL;
}

static const char *docs_text(const key_view_t *key)
{
    if (key->is_root)
        return "keysets";
    return key->docs & (1u << PL_DOC_ANSWER) ? "answers" : "licenses";
}

void put_keys(cli_t *cli, const key_view_t *keys, size_t count)
{
    pl_json_open(&cli->json, "keys", '[');
    for (size_t i = 0; i < count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_text(&cli->json, "kid", keys[i].kid);
        pl_json_put_text(&cli->json, "alg", keys[i].alg == PL_ALG_ES256 ? "ES256" : "EdDSA");
        pl_json_put_text(&cli->json, "signs", docs_text(&keys[i]));
        pl_json_put_text(&cli->json, "state", state_text(&keys[i]));
        if (keys[i].is_root) {
            pl_json_put_int(&cli->json, "rank", (int64_t)keys[i].rank);
            pl_json_put_bool(&cli->json, "signs_the_keyset", keys[i].rank == keys[i].rank_in_use);
        }
        put_time(cli, "created_at", keys[i].created_at_ms);
        put_time(cli, "retired_at", keys[i].retired_at_ms);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
}

const command_t command_keys_rotate = {
    .name = "keys rotate",
    .summary = "make new signing keys; those before are retired",
    .example = "keys rotate --data /var/lib/pospal --brand acme --root-key /media/usb/acme-root.jwk",
    .needs = CLI_INSTANCE,
    .options = rotate_options,
    .option_count = sizeof rotate_options / sizeof *rotate_options,
    .run = run_rotate,
};

const command_t command_keys_retire = {
    .name = "keys retire",
    .summary = "let a key sign no more; what it signed stays good",
    .example = "keys retire --data /var/lib/pospal --brand acme --kid KID --root-key /media/usb/acme-root.jwk",
    .needs = CLI_INSTANCE,
    .options = state_options,
    .option_count = sizeof state_options / sizeof *state_options,
    .run = run_retire,
};

const command_t command_keys_revoke = {
    .name = "keys revoke",
    .summary = "declare a key stolen; what it signed is void",
    .example = "keys revoke --data /var/lib/pospal --brand acme --kid KID --root-key /media/usb/acme-root.jwk",
    .needs = CLI_INSTANCE,
    .options = state_options,
    .option_count = sizeof state_options / sizeof *state_options,
    .run = run_revoke,
};
