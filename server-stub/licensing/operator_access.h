/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may look across brands. Such keys are made by the command line alone, and every look is in the installation's audit.
 */
#ifndef LICENSING_OPERATOR_ACCESS_H
#define LICENSING_OPERATOR_ACCESS_H

#include "store/operator_keys.h"

typedef struct {
    const char *name;      /* for people */
    int64_t expires_at_ms; /* 0: never */
} operator_key_order_t;

/* Writes the audit; *shown is the only time that its text is seen. PL_ERR_INVALID, PL_ERR_STATE (too many). */
pl_err operator_key_add(tx_t *tx, const operator_key_order_t *order, operator_key_t *key, const char **shown);
pl_err operator_key_revoke(tx_t *tx, pl_uuid id); /* at once. PL_ERR_NOT_FOUND */

/* Who calls: PL_ERR_UNAUTHORIZED for a key that is unknown, revoked or past its end; PL_ERR_FORBIDDEN for a brand's. */
pl_err operator_key_admit(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], operator_key_t *key);

/* A look into what, by which address of a customer (NULL: none), which is not stored: see audit_commit. Before it is answered. */
pl_err operator_look_note(tx_t *tx, const char *what, const char *email);

#endif
