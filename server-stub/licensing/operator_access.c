/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator's keys, and what is noted of their use.
 */
#include "licensing/operator_access.h"

#include "base/text.h"
#include "store/api_keys.h"
#include "store/audit.h"
#include "store/customers.h"

#include <string.h>

enum { RANDOM_SIZE = 32, TAIL_SIZE = 4 };

static const char prefix[] = "pospal_operator_"; /* so that people, and scanners for leaked secrets, can tell it */

static pl_err check_order(tx_t *tx, const operator_key_order_t *order)
{
    operator_key_t *keys;
    size_t count;
    pl_err err;

    if (!order->name[0] || strlen(order->name) > OPERATOR_KEY_NAME_MAX || !pl_text_is_clean(order->name))
        return pl_fail(PL_ERR_INVALID, "an operator key's name has 1 to %d bytes of UTF-8, none of them control characters",
                       (int)OPERATOR_KEY_NAME_MAX);
    if (order->expires_at_ms && order->expires_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_INVALID, "the operator key would end before it begins");
    if ((err = operator_keys_list(tx, &keys, &count)))
        return err;
    return count < OPERATOR_KEYS_MAX ? PL_OK
                                     : pl_fail(PL_ERR_STATE, "there are %d operator keys already", (int)OPERATOR_KEYS_MAX);
}

pl_err operator_key_add(tx_t *tx, const operator_key_order_t *order, operator_key_t *key, const char **shown)
{
    const audit_t entry = {.action = AUDIT_OPERATOR_KEY_ADDED, .target = store_new_id(tx)};
    uint8_t random[RANDOM_SIZE];
    char text[64];
    pl_err err = check_order(tx, order);

    if (err)
        return err;
    pl_random(random, sizeof(random));
    pl_base64url_encode(pl_span_of(random, sizeof(random)), text);
    *shown = pl_arena_format(tx->arena, "%s%s", prefix, text);
    pl_wipe(random, sizeof(random));
    pl_wipe(text, sizeof(text));
    if (!*shown)
        return PL_ERR_MEMORY;
    *key = (operator_key_t){.id = entry.target,
                            .name = order->name,
                            .tail = *shown + strlen(*shown) - TAIL_SIZE,
                            .created_at_ms = tx->now_ms,
                            .expires_at_ms = order->expires_at_ms};
    pl_digest(pl_span_text(*shown), key->hash);
    err = operator_keys_insert(tx, key);
    return err ? err : audit_append(tx, &entry);
}

pl_err operator_key_revoke(tx_t *tx, pl_uuid id)
{
    const audit_t entry = {.action = AUDIT_OPERATOR_KEY_REVOKED, .target = id};
    pl_err err = operator_keys_revoke(tx, id);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "there is no operator key of that id");
    return err ? err : audit_append(tx, &entry);
}

/* A brand's key that is in order is told apart from one that nobody has. */
static pl_err refuse(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE])
{
    api_key_t key;
    pl_err err = api_keys_find_by_hash(tx, hash, &key);
    bool is_over = !err && ((key.revoked_at_ms && key.revoked_at_ms <= tx->now_ms) ||
                            (key.expires_at_ms && key.expires_at_ms <= tx->now_ms));

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err || is_over)
        return pl_fail(PL_ERR_UNAUTHORIZED, "Invalid API key");
    return pl_fail(PL_ERR_FORBIDDEN,
                   "that API key is a brand's; across brands look the operator's: pospal-validator operator-key add");
}

pl_err operator_key_admit(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], operator_key_t *key)
{
    pl_err err = operator_keys_find_by_hash(tx, hash, key);

    if (err)
        return err == PL_ERR_NOT_FOUND ? refuse(tx, hash) : err;
    if (key->revoked_at_ms && key->revoked_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_UNAUTHORIZED, "API key revoked");
    if (key->expires_at_ms && key->expires_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_UNAUTHORIZED, "API key expired");
    return PL_OK;
}

pl_err operator_look_note(tx_t *tx, const char *what, const char *email)
{
    audit_t entry = {.action = AUDIT_OPERATOR_LOOKED};
    const char *folded = email ? customers_fold_email(tx->arena, email) : NULL;
    const char *commitment = folded ? audit_commit(tx->arena, &entry, folded) : NULL;

    if (email && !commitment)
        return PL_ERR_MEMORY;
    entry.metadata = commitment ? pl_arena_format(tx->arena, "{\"of\":\"%s\",\"email\":\"%s\"}", what, commitment)
                                : pl_arena_format(tx->arena, "{\"of\":\"%s\"}", what);
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}
