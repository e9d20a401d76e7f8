/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing keys under the operator's hand: list, rotate, retire, revoke.
 */
#include "licensing/admin_keys.h"

#include "licensing/keyset_issue.h"
#include "licensing/trusted_time.h"
#include "store/audit.h"

#include <string.h>

static pl_err add_view(tx_t *tx, key_view_t *view, const pl_jwk *jwk)
{
    view->alg = jwk->key.alg;
    view->kid = pl_arena_text(tx->arena, pl_span_text(jwk->kid));
    return view->kid ? PL_OK : PL_ERR_MEMORY;
}

pl_err admin_keys_signing_root(tx_t *tx, pl_uuid brand_id, char kid[PL_KID_SIZE])
{
    keyset_row_t newest;
    pl_jws jws;
    pl_err err;

    if ((err = keysets_find_newest(tx, brand_id, &newest)) || (err = pl_jws_parse(tx->arena, pl_span_text(newest.token), &jws)))
        return err;
    if (strlen(jws.kid) >= PL_KID_SIZE)
        return pl_fail(PL_ERR_DATABASE, "the stored keyset names no root key");
    memcpy(kid, jws.kid, strlen(jws.kid) + 1);
    return PL_OK;
}

static pl_err view_roots(tx_t *tx, const root_key_row_t *roots, size_t count, key_view_t *views)
{
    char signer[PL_KID_SIZE];
    size_t in_use = 0;
    pl_err err = count ? admin_keys_signing_root(tx, roots[0].brand_id, signer) : PL_OK;

    for (size_t i = 0; !err && i < count; i++) {
        if (strcmp(roots[i].jwk.kid, signer) == 0)
            in_use = (size_t)roots[i].rank;
        views[i] = (key_view_t){.is_root = true, .rank = (size_t)roots[i].rank, .created_at_ms = roots[i].created_at_ms};
        err = add_view(tx, &views[i], &roots[i].jwk);
    }
    for (size_t i = 0; i < count; i++)
        views[i].rank_in_use = in_use;
    return err;
}

static pl_err view_signers(tx_t *tx, const signing_key_t *keys, size_t count, key_view_t *views)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < count; i++) {
        views[i] = (key_view_t){.docs = keys[i].docs,
                                .state = keys[i].state,
                                .created_at_ms = keys[i].created_at_ms,
                                .retired_at_ms = keys[i].retired_at_ms};
        err = add_view(tx, &views[i], &keys[i].jwk);
    }
    return err;
}

pl_err admin_keys_list(tx_t *tx, pl_uuid brand_id, key_view_t **views, size_t *count)
{
    root_key_row_t *roots;
    signing_key_t *keys;
    size_t root_count, key_count;
    pl_err err;

    if ((err = root_keys_list(tx, brand_id, &roots, &root_count)) || (err = signing_keys_list(tx, brand_id, &keys, &key_count)))
        return err;
    *count = root_count + key_count;
    if (!(*views = pl_arena_take(tx->arena, (*count + 1) * sizeof(**views))))
        return PL_ERR_MEMORY;
    if ((err = view_roots(tx, roots, root_count, *views)))
        return err;
    return view_signers(tx, keys, key_count, *views + root_count);
}

/* A program that holds the reserve's keyset takes none from the root before it, so nobody may sign with that one any more. */
static pl_err check_root(const keyring_t *keyring, pl_uuid brand_id, const root_key_t *root)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, brand_id);

    for (size_t i = 0; brand && i < brand->roots.count; i++) {
        if (strcmp(brand->roots.keys[i].kid, root->kid) != 0)
            continue;
        if (brand->has_keyset && i < brand->keyset.root_rank)
            return pl_fail(PL_ERR_STATE, "the keyset in force is signed by a later root; sign with that one");
        return PL_OK;
    }
    return pl_fail(PL_ERR_KEY_UNKNOWN, "the root key %s is not one of this brand", root->kid);
}

static pl_err retire(tx_t *tx, signing_key_t *key)
{
    key->state = PL_KEY_RETIRED;
    key->retired_at_ms = tx->now_ms + RETIRE_AHEAD_MS;
    return signing_keys_change(tx, key);
}

/* Each current key gets a successor of its kind and is retired. */
static pl_err replace_current(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id)
{
    signing_key_t *keys;
    size_t count;
    pl_err err = signing_keys_list(tx, brand_id, &keys, &count);

    for (size_t i = 0; !err && i < count; i++) {
        const signing_key_order_t order = {brand_id, keys[i].jwk.key.alg, keys[i].docs};

        if (keys[i].state == PL_KEY_CURRENT && !(err = keyset_add_key(tx, keyring, &order)))
            err = retire(tx, &keys[i]);
    }
    return err;
}

pl_err admin_keys_rotate(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const root_key_t *root)
{
    const audit_t entry = {.brand_id = brand_id, .action = AUDIT_KEYS_ROTATED};
    pl_err err;

    if ((err = trusted_time_confirm(tx)) || (err = check_root(keyring, brand_id, root)) ||
        (err = replace_current(tx, keyring, brand_id)) || (err = keyset_publish(tx, brand_id, &root->pair)))
        return err;
    return audit_append(tx, &entry);
}

static pl_err find_key(tx_t *tx, pl_uuid brand_id, const char *kid, signing_key_t **key)
{
    size_t count;
    pl_err err = signing_keys_list(tx, brand_id, key, &count);

    for (; !err && count > 0; count--, (*key)++)
        if (strcmp((*key)->jwk.kid, kid) == 0)
            return PL_OK;
    return err ? err : pl_fail(PL_ERR_NOT_FOUND, "the brand has no signing key %s", kid);
}

static pl_err change_state(tx_t *tx, const keyring_t *keyring, signing_key_t *key, pl_key_state state)
{
    const signing_key_order_t order = {key->brand_id, key->jwk.key.alg, key->docs};
    pl_err err = PL_OK;

    if (key->state == state)
        return PL_OK;
    if (key->state == PL_KEY_REVOKED)
        return pl_fail(PL_ERR_STATE, "signing key %s is revoked, which is for ever", key->jwk.kid);
    if (key->state == PL_KEY_CURRENT && (err = keyset_add_key(tx, keyring, &order)))
        return err;
    if (state == PL_KEY_RETIRED)
        return retire(tx, key);
    key->state = state;
    return signing_keys_change(tx, key);
}

pl_err admin_keys_set_state(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const root_key_t *root,
                            const key_verdict_t *verdict)
{
    const audit_t entry = {.brand_id = brand_id,
                           .action = verdict->state == PL_KEY_REVOKED ? AUDIT_KEY_REVOKED : AUDIT_KEY_RETIRED,
                           .metadata = pl_arena_format(tx->arena, "{\"kid\":\"%.*s\"}", PL_KID_SIZE - 1, verdict->kid)};
    signing_key_t *key;
    pl_err err;

    if (verdict->state == PL_KEY_CURRENT)
        return pl_fail(PL_ERR_INVALID, "a key is retired or revoked; new ones are made by rotating");
    if ((err = trusted_time_confirm(tx)) || (err = check_root(keyring, brand_id, root)) ||
        (err = find_key(tx, brand_id, verdict->kid, &key)))
        return err;
    if (key->state == PL_KEY_RETIRED && verdict->state == PL_KEY_RETIRED)
        return PL_OK; /* it is: no new keyset */
    if ((err = change_state(tx, keyring, key, verdict->state)) || (err = keyset_publish(tx, brand_id, &root->pair)))
        return err;
    return audit_append(tx, &entry);
}
