/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault's sealing key: random, and wrapped once per hardware component value, in the vault's own table "wrap".
 */
#ifndef PL_STATE_VAULT_KEY_H
#define PL_STATE_VAULT_KEY_H

#include "device/device.h"
#include "storage/db.h"

/*
 * Finds the key with any component that fits; makes one for an empty vault; wraps it for components that are new. Runs inside a
 * transaction. PL_ERR_OTHER_DEVICE when no component opens it.
 */
pl_err pl_vault_key_open(pl_db *db, const pl_device_wrap_key *keys, size_t count, uint8_t key[32]);
/* The same of a vault that can only be read: nothing is made or added. PL_ERR_NOT_FOUND for an empty one. */
pl_err pl_vault_key_find(pl_db *db, const pl_device_wrap_key *keys, size_t count, uint8_t key[32]);

#endif
