/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims as the text of a license file: signed, read back as a program will read it, the keyset on the second line.
 */
#ifndef LICENSING_LICENSE_DOCUMENT_H
#define LICENSING_LICENSE_DOCUMENT_H

#include "license/claims.h"
#include "licensing/keys.h"
#include "store/store.h"

/* PL_ERR_INVALID for what no program could read. Appends. */
pl_err license_document_write(tx_t *tx, const brand_keys_t *brand, const pl_claims *claims, pl_buf *file);
/* The brand's keys, with one that may sign licenses now. PL_ERR_STATE. */
pl_err license_document_keys(const keyring_t *keyring, pl_uuid brand_id, const brand_keys_t **brand);

#endif
