/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may call the vendor's API, and what for. A scope is RESOURCE:read or RESOURCE:write, and write includes read; "*" is all
 * scopes of the key's own brand. "ecosystem:read" looks across brands: no key of a brand can be given it (operator_access.h).
 */
#ifndef LICENSING_API_ACCESS_H
#define LICENSING_API_ACCESS_H

#include "store/api_keys.h"

enum { API_KEY_TEXT_MAX = 128 };

typedef struct {
    const char *name;      /* for people */
    const char *scopes;    /* words separated by spaces */
    int64_t expires_at_ms; /* 0: never */
} api_key_order_t;

/* Every word is a scope that there is, and there is one at least. */
bool api_scopes_are_valid(const char *scopes);
bool api_scopes_allow(const char *scopes, const char *scope);
/* Whether somebody with scopes may give away others: each of them is within. */
bool api_scopes_include(const char *scopes, const char *others);

/* Makes a key of the brand and writes the audit; *shown is the only time that its text is seen. PL_ERR_INVALID, PL_ERR_STATE (too many). */
pl_err api_key_add(tx_t *tx, pl_uuid brand_id, const api_key_order_t *order, api_key_t *key, const char **shown);

/* What becomes of a key. All refuse one that was revoked, or for rotation is past its end, with PL_ERR_STATE; changes write the audit. */
pl_err api_key_change(tx_t *tx, const api_key_t *before, api_key_t *key); /* name, scopes, end. PL_ERR_INVALID */
/* A new key of the same name and scopes, and an end for the old one, at the latest the one it has. */
pl_err api_key_rotate(tx_t *tx, api_key_t *old, int64_t old_ends_at_ms, api_key_t *made, const char **shown);
pl_err api_key_revoke(tx_t *tx, api_key_t *key); /* at once; one that was revoked stays so */

/* Who calls: PL_ERR_UNAUTHORIZED for a key that is unknown, revoked or past its end; PL_ERR_FORBIDDEN for one without the scope. */
pl_err api_key_admit(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], const char *scope, api_key_t *key);

#endif
