/* SPDX-License-Identifier: Apache-2.0
 *
 * The master key: 32 random bytes as base64url, from the environment (POSPAL_MASTER_KEY) or the file master.key of the data directory.
 */
#ifndef LICENSING_MASTER_KEY_H
#define LICENSING_MASTER_KEY_H

#include "crypto/crypto.h"

/* path: of the file. PL_ERR_NOT_FOUND, _MALFORMED, _STATE (readable by others), _IO. *is_file tells where it came from. */
pl_err master_key_load(const char *path, uint8_t key[PL_SEAL_KEY_SIZE], bool *is_file);
/* From the environment where it is given, else made now and written to path; *is_file tells which. */
pl_err master_key_make(const char *path, uint8_t key[PL_SEAL_KEY_SIZE], bool *is_file);
/* The next one, for a rewrap: POSPAL_NEW_MASTER_KEY where the present one is in the environment, else made now and written to path. */
pl_err master_key_make_next(const char *path, bool is_file, uint8_t key[PL_SEAL_KEY_SIZE]);

#endif
