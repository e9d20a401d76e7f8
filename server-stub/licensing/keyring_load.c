/* SPDX-License-Identifier: Apache-2.0
 *
 * From the database to a keyring: unseals the secrets, finds each brand's signers, verifies its newest keyset with its own roots; and which
 * hosts are bound to what.
 */
#include "licensing/keyring_state.h"

#include "base/mem.h"
#include "licensing/sealing.h"
#include "store/brands.h"
#include "store/meta.h"
#include "store/revocations.h"
#include "store/signing_keys.h"

#include <stdlib.h>
#include <string.h>

static pl_err load_secrets(const uint8_t sealing_key[PL_SEAL_KEY_SIZE], tx_t *tx, keyring_t *keyring)
{
    const sealed_place_t hash_secret = {SEALED_KEY_HASH_SECRET, {{0}}, {NULL, 0}};
    uint8_t secret[KEY_HASH_SECRET_SIZE];
    meta_t meta;
    pl_err err = meta_read(tx, &meta);

    if (err)
        return err;
    keyring->generation = meta.generation;
    keyring->epoch = meta.epoch;
    memcpy(keyring->sealing_key, sealing_key, PL_SEAL_KEY_SIZE);
    if ((err = unseal_at(keyring->sealing_key, &hash_secret, pl_span_of(meta.key_hash_secret, META_SEALED_SIZE), secret)))
        return err;
    pl_mac_prepare(secret, &keyring->key_hash_secret);
    pl_wipe(secret, sizeof(secret));
    return PL_OK;
}

static pl_err load_roots(tx_t *tx, brand_keys_t *brand)
{
    root_key_row_t *roots;
    size_t count;
    pl_err err = root_keys_list(tx, brand->id, &roots, &count);

    if (err)
        return err;
    if (count > PL_ROOTS_MAX)
        return pl_fail(PL_ERR_DATABASE, "brand %s has more than %d root keys", brand->id_text, (int)PL_ROOTS_MAX);
    for (size_t i = 0; i < count; i++)
        brand->roots.keys[i] = roots[i].jwk;
    brand->roots.count = count;
    return PL_OK;
}

static pl_err unseal_signer(const keyring_t *keyring, const signing_key_t *key, signer_t *signer)
{
    const sealed_place_t place = {SEALED_SIGNING_KEY, key->brand_id, pl_span_text(key->jwk.kid)};
    uint8_t secret[32];
    pl_err err = unseal_at(keyring->sealing_key, &place, pl_span_of(key->secret, sizeof(key->secret)), secret);

    if (err)
        return pl_fail(err, "signing key %s does not open", key->jwk.kid);
    err = pl_key_pair_from_secret(key->jwk.key.alg, secret, &signer->pair);
    pl_wipe(secret, sizeof(secret));
    memcpy(signer->kid, key->jwk.kid, sizeof(signer->kid));
    return err;
}

/* The newest current key for a type of document; a brand without one cannot sign it. */
static pl_err load_signer(const keyring_t *keyring, const signing_key_t *keys, size_t count, pl_doc doc, signer_t *signer)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i].state == PL_KEY_CURRENT && keys[i].docs & 1u << doc)
            return unseal_signer(keyring, &keys[i], signer);
    return PL_OK;
}

static pl_err load_signers(tx_t *tx, const keyring_t *keyring, brand_keys_t *brand)
{
    signing_key_t *keys;
    size_t count;
    pl_err err = signing_keys_list(tx, brand->id, &keys, &count);

    if (err || (err = load_signer(keyring, keys, count, PL_DOC_ANSWER, &brand->answer)))
        return err;
    return load_signer(keyring, keys, count, PL_DOC_LICENSE, &brand->license);
}

static pl_err load_keyset(tx_t *tx, keyring_t *keyring, brand_keys_t *brand)
{
    keyset_row_t row;
    const char *token;
    pl_err err = keysets_find_newest(tx, brand->id, &row);

    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if (!(token = pl_arena_text(&keyring->arena, pl_span_text(row.token))))
        return PL_ERR_MEMORY;
    if ((err = pl_keyset_verify(&brand->roots, pl_span_text(token), &brand->keyset)))
        return pl_fail(PL_ERR_DATABASE, "the keyset of brand %s does not verify with its root keys", brand->id_text);
    brand->keyset_token = pl_span_text(token);
    brand->has_keyset = true;
    return PL_OK;
}

static pl_err load_revocations(tx_t *tx, keyring_t *keyring, brand_keys_t *brand)
{
    revocation_list_t list;
    const char *token;
    pl_err err = revocations_find(tx, brand->id, &list);

    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if (!(token = pl_arena_text(&keyring->arena, pl_span_text(list.token))))
        return PL_ERR_MEMORY;
    brand->revocations_token = pl_span_text(token);
    return PL_OK;
}

static pl_err load_brand(tx_t *tx, keyring_t *keyring, pl_uuid id, brand_keys_t *brand)
{
    pl_err err;

    brand->id = id;
    pl_uuid_format(id, brand->id_text);
    if ((err = load_roots(tx, brand)) || (err = load_signers(tx, keyring, brand)) || (err = load_revocations(tx, keyring, brand)))
        return err;
    return load_keyset(tx, keyring, brand);
}

static int compare_brands(const void *a, const void *b)
{
    return memcmp(((const brand_keys_t *)a)->id.bytes, ((const brand_keys_t *)b)->id.bytes, sizeof(pl_uuid));
}

static int compare_roots(const void *a, const void *b)
{
    return strcmp(((const root_entry_t *)a)->kid, ((const root_entry_t *)b)->kid);
}

static pl_err index_roots(keyring_t *keyring)
{
    keyring->roots = pl_arena_take(&keyring->arena, (keyring->brand_count * PL_ROOTS_MAX + 1) * sizeof(*keyring->roots));
    if (!keyring->roots)
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < keyring->brand_count; i++)
        for (size_t k = 0; k < keyring->brands[i].roots.count; k++) {
            root_entry_t *entry = &keyring->roots[keyring->root_count++];

            memcpy(entry->kid, keyring->brands[i].roots.keys[k].kid, sizeof(entry->kid));
            entry->brand = &keyring->brands[i];
        }
    qsort(keyring->roots, keyring->root_count, sizeof(*keyring->roots), compare_roots);
    return PL_OK;
}

static pl_err load_brands(tx_t *tx, keyring_t *keyring)
{
    brand_t *brands;
    size_t count;
    pl_err err = brands_list(tx, &brands, &count);

    if (err)
        return err;
    keyring->brands = pl_arena_take(&keyring->arena, (count + 1) * sizeof(*keyring->brands));
    if (!keyring->brands)
        return PL_ERR_MEMORY;
    keyring->brand_count = count;
    for (size_t i = 0; i < count; i++)
        if ((err = load_brand(tx, keyring, brands[i].id, &keyring->brands[i])))
            return err;
    qsort(keyring->brands, count, sizeof(*keyring->brands), compare_brands);
    return index_roots(keyring);
}

static pl_err load_facades(tx_t *tx, keyring_t *keyring)
{
    facade_t *rows;
    size_t count;
    pl_err err = facades_list(tx, &rows, &count);

    if (err || count == 0)
        return err;
    if (!(keyring->facades = pl_arena_take(&keyring->arena, count * sizeof(*keyring->facades))))
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        keyring->facades[i] = rows[i];
        if (!(keyring->facades[i].host = pl_arena_text(&keyring->arena, pl_span_text(rows[i].host))))
            return PL_ERR_MEMORY;
    }
    keyring->facade_count = count;
    return PL_OK;
}

pl_err keyring_load(const uint8_t sealing_key[PL_SEAL_KEY_SIZE], tx_t *tx, keyring_t **out)
{
    keyring_t *keyring = pl_alloc(sizeof(*keyring));
    pl_err err;

    if (!keyring)
        return PL_ERR_MEMORY;
    atomic_init(&keyring->references, 1);
    pl_arena_init(&keyring->arena);
    if ((err = load_secrets(sealing_key, tx, keyring)) || (err = load_brands(tx, keyring)) || (err = load_facades(tx, keyring))) {
        keyring_release(keyring);
        return err;
    }
    *out = keyring;
    return PL_OK;
}

void keyring_release(keyring_t *keyring)
{
    if (!keyring || atomic_fetch_sub(&keyring->references, 1) > 1)
        return;
    pl_arena_reset(&keyring->arena);
    pl_wipe(keyring, sizeof(*keyring));
    pl_free(keyring);
}
