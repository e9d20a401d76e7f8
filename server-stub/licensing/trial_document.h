/* SPDX-License-Identifier: Apache-2.0
 *
 * The offline trial: one document that is shipped with a program and holds on each machine for so many days from its begin there. It belongs
 * to no license and no customer, and is stored nowhere. Trials that the server gives are trial.h's.
 */
#ifndef LICENSING_TRIAL_DOCUMENT_H
#define LICENSING_TRIAL_DOCUMENT_H

#include "licensing/keys.h"
#include "store/store.h"

enum { TRIAL_FILE_DAYS_MAX = 366 };

typedef struct {
    pl_uuid brand_id;
    const char *product;      /* slug */
    const char *entitlements; /* over the product's; NULL: those of its trials */
    int64_t days;
    int64_t until_ms; /* no trial lasts longer than that; 0: as long as the document is about */
} trial_order_t;

/* *id: of the document, as the audit names it. Two lines: the document, the keyset. PL_ERR_NOT_FOUND, _INVALID, _STATE without a key. */
pl_err trial_document_issue(tx_t *tx, const keyring_t *keyring, const trial_order_t *order, pl_uuid *id, pl_buf *file);

#endif
