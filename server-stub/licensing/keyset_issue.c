/* SPDX-License-Identifier: Apache-2.0
 *
 * From the stored keys to the keyset that the root signs.
 */
#include "licensing/keyset_issue.h"

#include "licensing/sealing.h"
#include "store/brands.h"
#include "store/meta.h"
#include "token/issue.h"

#include <string.h>

enum { MS = 1000 };

pl_err keyset_add_key(tx_t *tx, const keyring_t *keyring, const signing_key_order_t *order)
{
    signing_key_t key = {.brand_id = order->brand_id, .docs = order->docs, .state = PL_KEY_CURRENT, .created_at_ms = tx->now_ms};
    const sealed_place_t place = {SEALED_SIGNING_KEY, order->brand_id, {key.jwk.kid, PL_KID_SIZE - 1}};
    pl_key_pair pair;
    pl_err err;

    if ((err = pl_key_pair_new(order->alg, &pair)))
        return err;
    key.jwk.key = pair.public_key;
    pl_jwk_thumbprint(&key.jwk.key, key.jwk.kid);
    err = seal_at(keyring_sealing_key(keyring), &place, pl_span_of(pair.secret, 32), key.secret);
    pl_key_pair_wipe(&pair);
    return err ? err : signing_keys_insert(tx, &key);
}

static bool signs_answers_only(const signing_key_t *key)
{
    return key->docs == 1u << PL_DOC_ANSWER;
}

static bool is_revoked(const signing_key_t *key)
{
    return key->state == PL_KEY_REVOKED;
}

static bool is_old_answer_key(const signing_key_t *key)
{
    return key->state == PL_KEY_RETIRED && signs_answers_only(key);
}

static bool is_retired(const signing_key_t *key)
{
    return key->state == PL_KEY_RETIRED;
}

/*
 * What is left out when a keyset is full, the oldest first: revoked keys, for a key that is unknown is refused as well; retired answer
 * keys, whose last leases have ended; retired license keys last, for licenses live long. A theft must never find no room.
 */
static size_t leave_one_out(signing_key_t *keys, size_t count)
{
    static bool (*const kinds[])(const signing_key_t *key) = {is_revoked, is_old_answer_key, is_retired};

    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
        for (size_t i = count; i-- > 0;)
            if (kinds[kind](&keys[i])) {
                memmove(&keys[i], &keys[i + 1], (count - i - 1) * sizeof(*keys));
                return count - 1;
            }
    return count;
}

static pl_err choose_keys(tx_t *tx, pl_uuid brand_id, pl_keyset *keyset)
{
    signing_key_t *keys;
    size_t count, before;
    pl_err err = signing_keys_list(tx, brand_id, &keys, &count);

    if (err)
        return err;
    do {
        before = count;
        if (count > PL_KEYSET_KEYS_MAX)
            count = leave_one_out(keys, count);
    } while (count < before);
    if (count > PL_KEYSET_KEYS_MAX)
        return pl_fail(PL_ERR_STATE, "the brand has %zu keys and a keyset holds %d", count, (int)PL_KEYSET_KEYS_MAX);
    for (size_t i = 0; i < count; i++)
        keyset->keys[i] = (pl_keyset_key){keys[i].jwk, keys[i].docs, keys[i].state, keys[i].retired_at_ms / MS};
    keyset->count = count;
    return PL_OK;
}

static pl_err next_number(tx_t *tx, pl_uuid brand_id, pl_keyset *keyset)
{
    keyset_row_t newest;
    pl_err err = keysets_find_newest(tx, brand_id, &newest);

    keyset->epoch = err ? 1 : newest.epoch;
    keyset->sequence = err ? 1 : newest.sequence + 1;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err sign_and_store(tx_t *tx, pl_uuid brand_id, const pl_keyset *keyset, const pl_key_pair *root)
{
    keyset_row_t row = {brand_id, keyset->epoch, keyset->sequence, NULL};
    pl_buf token;
    pl_err err;

    pl_buf_init(&token);
    if (!(err = pl_keyset_sign(keyset, root, &token))) {
        row.token = token.data;
        err = keysets_insert(tx, &row);
    }
    pl_buf_reset(&token);
    return err;
}

pl_err keyset_publish(tx_t *tx, pl_uuid brand_id, const pl_key_pair *root)
{
    pl_keyset *keyset = pl_arena_take(tx->arena, sizeof(*keyset));
    pl_err err;

    if (!keyset)
        return PL_ERR_MEMORY;
    pl_uuid_format(brand_id, keyset->issuer);
    keyset->issued_at = tx->now_ms / MS;
    if ((err = brands_lock(tx, brand_id)) || (err = choose_keys(tx, brand_id, keyset)) ||
        (err = next_number(tx, brand_id, keyset)) || (err = sign_and_store(tx, brand_id, keyset, root)))
        return err;
    return meta_raise_generation(tx);
}
