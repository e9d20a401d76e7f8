/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking a keyring.
 */
#include "licensing/keyring_state.h"

#include "wire/offline_request.h"

#include <stdlib.h>
#include <string.h>

static int compare_kid(const void *kid, const void *entry)
{
    return strcmp(kid, ((const root_entry_t *)entry)->kid);
}

static int compare_id(const void *id, const void *brand)
{
    return memcmp(((const pl_uuid *)id)->bytes, ((const brand_keys_t *)brand)->id.bytes, sizeof(pl_uuid));
}

const brand_keys_t *keyring_find_by_roots(const keyring_t *keyring, const char *const *kids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const root_entry_t *entry = bsearch(kids[i], keyring->roots, keyring->root_count, sizeof(*keyring->roots), compare_kid);

        if (entry)
            return entry->brand;
    }
    return NULL;
}

const brand_keys_t *keyring_find_by_root_name(const keyring_t *keyring, const uint8_t name[8])
{
    const brand_keys_t *found = NULL;

    for (size_t i = 0; i < keyring->root_count; i++) {
        uint8_t own[PL_OFFLINE_NAME_SIZE];

        if (pl_offline_root_name(keyring->roots[i].kid, own) || memcmp(own, name, sizeof(own)) != 0)
            continue;
        if (found && found != keyring->roots[i].brand)
            return NULL;
        found = keyring->roots[i].brand;
    }
    return found;
}

const brand_keys_t *keyring_find_brand(const keyring_t *keyring, pl_uuid brand_id)
{
    return bsearch(&brand_id, keyring->brands, keyring->brand_count, sizeof(*keyring->brands), compare_id);
}

const brand_keys_t *keyring_only_brand(const keyring_t *keyring)
{
    return keyring->brand_count == 1 ? &keyring->brands[0] : NULL;
}

int64_t keyring_epoch(const keyring_t *keyring)
{
    return keyring->epoch;
}

const uint8_t *keyring_sealing_key(const keyring_t *keyring)
{
    return keyring->sealing_key;
}

pl_err keyring_hash_key(const keyring_t *keyring, pl_span license_key, uint8_t hash[KEY_HASH_SIZE])
{
    char normal[PL_LICENSE_KEY_MAX + 1];
    uint8_t mac[PL_MAC_SIZE];
    pl_err err = pl_license_key_normalize(license_key, normal);

    if (err)
        return err;
    pl_mac_prepared(&keyring->key_hash_secret, pl_span_text(normal), mac);
    memcpy(hash, mac, KEY_HASH_SIZE); /* 128 bits that cannot be made without the secret are enough to name a key */
    return PL_OK;
}

static void export_key(pl_json_writer *writer, const pl_jwk *jwk)
{
    pl_json_open(writer, NULL, '{');
    pl_jwk_write(writer, jwk);
    pl_json_close(writer);
}

static void export_brand(pl_json_writer *writer, const brand_keys_t *brand)
{
    /* A root that a later one outranks signs nothing that a program takes. */
    for (size_t i = brand->has_keyset ? brand->keyset.root_rank : 0; i < brand->roots.count; i++)
        export_key(writer, &brand->roots.keys[i]);
    for (size_t i = 0; i < brand->keyset.count; i++)
        if (brand->keyset.keys[i].state != PL_KEY_REVOKED)
            export_key(writer, &brand->keyset.keys[i].jwk);
}

pl_err keyring_export(const keyring_t *keyring, pl_uuid brand_id, pl_buf *jwks)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, brand_id);
    pl_json_writer writer;

    if (!brand)
        return PL_ERR_NOT_FOUND;
    pl_json_writer_init(&writer, jwks);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    export_brand(&writer, brand);
    pl_json_close(&writer);
    pl_json_close(&writer);
    return jwks->err;
}
