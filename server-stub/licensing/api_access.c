/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys and their scopes.
 */
#include "licensing/api_access.h"

#include "base/text.h"
#include "licensing/changes.h"

#include <string.h>

enum { RANDOM_SIZE = 32, TAIL_SIZE = 4, SCOPE_MAX = 64 };

static const char prefix[] = "pospal_"; /* so that scanners for leaked secrets can tell it */

static const char *const resources[] = {"licenses", "products", "customers", "activations", "sessions",
                                        "usage",    "keys",     "webhooks",  "audit",       "billing"};

/* ---- scopes ---- */

static pl_span take_word(const char **rest)
{
    pl_span word;

    *rest += strspn(*rest, " ");
    word = pl_span_of(*rest, strcspn(*rest, " "));
    *rest += word.size;
    return word;
}

static bool is_scope(pl_span word)
{
    if (pl_span_is(word, "*") || pl_span_is(word, "ecosystem:read"))
        return true;
    for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        size_t size = strlen(resources[i]);

        if (word.size <= size || memcmp(word.data, resources[i], size) != 0)
            continue;
        if (pl_span_is(pl_span_of(word.data + size, word.size - size), ":read") ||
            pl_span_is(pl_span_of(word.data + size, word.size - size), ":write"))
            return true;
    }
    return false;
}

bool api_scopes_are_valid(const char *scopes)
{
    bool any = false;

    if (strlen(scopes) > API_KEY_SCOPES_MAX)
        return false;
    for (pl_span word = take_word(&scopes); word.size; word = take_word(&scopes)) {
        if (!is_scope(word))
            return false;
        any = true;
    }
    return any;
}

static bool includes(pl_span word, const char *scope)
{
    size_t stem = strcspn(scope, ":") + 1;

    if (pl_span_is(word, scope))
        return true;
    if (pl_span_is(word, "*"))
        return strncmp(scope, "ecosystem:", stem) != 0;
    return word.size == stem + 5 && memcmp(word.data, scope, stem) == 0 && memcmp(word.data + stem, "write", 5) == 0;
}

bool api_scopes_allow(const char *scopes, const char *scope)
{
    for (pl_span word = take_word(&scopes); word.size; word = take_word(&scopes))
        if (includes(word, scope))
            return true;
    return false;
}

bool api_scopes_include(const char *scopes, const char *others)
{
    for (pl_span word = take_word(&others); word.size; word = take_word(&others)) {
        char scope[SCOPE_MAX] = "";

        if (word.size >= sizeof(scope))
            return false;
        memcpy(scope, word.data, word.size);
        if (!api_scopes_allow(scopes, scope))
            return false;
    }
    return true;
}

/* ---- keys ---- */

static pl_err check_members(const tx_t *tx, const api_key_order_t *order)
{
    if (!order->name[0] || strlen(order->name) > API_KEY_NAME_MAX || !pl_text_is_clean(order->name))
        return pl_fail(PL_ERR_INVALID, "an API key's name has 1 to %d bytes of UTF-8, none of them control characters",
                       (int)API_KEY_NAME_MAX);
    if (!api_scopes_are_valid(order->scopes))
        return pl_fail(PL_ERR_INVALID,
                       "scopes are words such as licenses:read or licenses:write, or * for all, with spaces between");
    if (order->expires_at_ms && order->expires_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_INVALID, "the API key would end before it begins");
    return PL_OK;
}

static pl_err check_order(tx_t *tx, pl_uuid brand_id, const api_key_order_t *order)
{
    api_key_t *keys;
    size_t count;
    size_t live = 0;
    pl_err err = api_keys_list(tx, brand_id, &keys, &count);

    for (size_t i = 0; !err && i < count; i++)
        live += keys[i].revoked_at_ms == 0;
    if (err)
        return err;
    if (live >= API_KEYS_MAX)
        return pl_fail(PL_ERR_STATE, "the brand has %d API keys; revoke some that are not used", (int)API_KEYS_MAX);
    return check_members(tx, order);
}

pl_err api_key_add(tx_t *tx, pl_uuid brand_id, const api_key_order_t *order, api_key_t *key, const char **shown)
{
    const audit_t entry = {.brand_id = brand_id, .action = AUDIT_API_KEY_ADDED, .target = store_new_id(tx)};
    uint8_t random[RANDOM_SIZE];
    char text[64];
    pl_err err = check_order(tx, brand_id, order);

    if (err)
        return err;
    pl_random(random, sizeof(random));
    pl_base64url_encode(pl_span_of(random, sizeof(random)), text);
    *shown = pl_arena_format(tx->arena, "%s%s", prefix, text);
    pl_wipe(random, sizeof(random));
    pl_wipe(text, sizeof(text));
    if (!*shown)
        return PL_ERR_MEMORY;
    *key = (api_key_t){.id = entry.target,
                       .brand_id = brand_id,
                       .name = order->name,
                       .scopes = order->scopes,
                       .tail = *shown + strlen(*shown) - TAIL_SIZE,
                       .created_at_ms = tx->now_ms,
                       .expires_at_ms = order->expires_at_ms,
                       .version = 1};
    pl_digest(pl_span_text(*shown), key->hash);
    err = api_keys_insert(tx, key);
    return err ? err : audit_append(tx, &entry);
}

static pl_err refuse_revoked(const api_key_t *key)
{
    return key->revoked_at_ms ? pl_fail(PL_ERR_STATE, "that API key is revoked; make a new one") : PL_OK;
}

pl_err api_key_change(tx_t *tx, const api_key_t *before, api_key_t *key)
{
    const api_key_order_t order = {key->name, key->scopes, key->expires_at_ms == before->expires_at_ms ? 0 : key->expires_at_ms};
    changes_t changes = {.action = AUDIT_API_KEY_CHANGED, .brand_id = before->brand_id, .target = before->id};
    pl_err err;

    if ((err = refuse_revoked(before)) || (err = check_members(tx, &order)))
        return err;
    changes_personal(&changes, "name", before->name, key->name);
    changes_text(&changes, "scopes", before->scopes, key->scopes);
    changes_time(&changes, "expires_at", before->expires_at_ms, key->expires_at_ms);
    if (!changes.count)
        return PL_OK;
    err = api_keys_change(tx, key);
    return err ? err : changes_note(tx, &changes);
}

pl_err api_key_rotate(tx_t *tx, api_key_t *old, int64_t old_ends_at_ms, api_key_t *made, const char **shown)
{
    const api_key_order_t order = {old->name, old->scopes, 0};
    audit_t entry = {.brand_id = old->brand_id, .action = AUDIT_API_KEY_ROTATED, .target = old->id};
    char id[PL_UUID_TEXT_SIZE];
    pl_err err = refuse_revoked(old);

    if (err)
        return err;
    if (old->expires_at_ms && old->expires_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_STATE, "that API key is past its end; make a new one");
    if (old_ends_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_INVALID, "the old API key's end is past already; revoke it after the rotation instead");
    if (!old->expires_at_ms || old_ends_at_ms < old->expires_at_ms)
        old->expires_at_ms = old_ends_at_ms;
    if ((err = api_key_add(tx, old->brand_id, &order, made, shown)) || (err = api_keys_change(tx, old)))
        return err;
    pl_uuid_format(made->id, id);
    entry.metadata = pl_arena_format(tx->arena, "{\"by\":\"%s\"}", id);
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

pl_err api_key_revoke(tx_t *tx, api_key_t *key)
{
    const audit_t entry = {.brand_id = key->brand_id, .action = AUDIT_API_KEY_REVOKED, .target = key->id};
    pl_err err;

    if (key->revoked_at_ms)
        return PL_OK;
    key->revoked_at_ms = tx->now_ms;
    err = api_keys_change(tx, key);
    return err ? err : audit_append(tx, &entry);
}

pl_err api_key_admit(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], const char *scope, api_key_t *key)
{
    pl_err err = api_keys_find_by_hash(tx, hash, key);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(PL_ERR_UNAUTHORIZED, "Invalid API key");
    if (err)
        return err;
    if (key->revoked_at_ms && key->revoked_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_UNAUTHORIZED, "API key revoked");
    if (key->expires_at_ms && key->expires_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_UNAUTHORIZED, "API key expired");
    if (!api_scopes_allow(key->scopes, scope))
        return pl_fail(PL_ERR_FORBIDDEN, "that API key lacks the scope %s", scope);
    return PL_OK;
}
