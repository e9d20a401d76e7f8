/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the vault's file is whole.
 */
#ifndef PL_STATE_VAULT_CHECK_H
#define PL_STATE_VAULT_CHECK_H

#include "storage/db.h"

/* PL_ERR_DATABASE: it is damaged, or none. PL_ERR_BUSY. Damage shows here and not in the middle of a record; the file has a few pages. */
pl_err pl_vault_check(pl_db *db);

#endif
