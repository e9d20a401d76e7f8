/* SPDX-License-Identifier: Apache-2.0
 *
 * What the hashes of the audit are made of, and who signs them; docs/PROTOCOL.md describes it for other programs. Sealing is
 * audit_sealer.h's, checking audit_check.h's.
 *
 * Texts are hashed with their length before them ("5:hello,"; what is absent is "~"), so that no two rows have the same bytes.
 */
#ifndef LICENSING_AUDIT_CHAIN_H
#define LICENSING_AUDIT_CHAIN_H

#include "licensing/keys.h"
#include "store/audit_seals.h"

/* Over all of a row but the address and the salt, for which the commitment stands. PL_ERR_MEMORY. */
pl_err audit_chain_row(const audit_t *row, uint8_t digest[PL_DIGEST_SIZE]);
/* Over all of a seal and the hash of the one before it (zeros: the first). PL_ERR_MEMORY. */
pl_err audit_chain_seal(const audit_seal_t *seal, const uint8_t before[PL_DIGEST_SIZE], uint8_t hash[PL_DIGEST_SIZE]);

/*
 * The checkpoint of a seal whose hash is made: a JWS of typ pospal-audit+jwt by the brand's current answer key; for the installation's own
 * rows (no brand) a MAC under a key that comes from the sealing key. *checkpoint NULL: the brand has no such key at present.
 */
pl_err audit_chain_sign(tx_t *tx, const keyring_t *keyring, const audit_seal_t *seal, const char **checkpoint);
/*
 * PL_ERR_KEY_UNKNOWN, _KEY_REVOKED: it can't be told any more, a later one must; PL_ERR_NOT_FOUND: it has none. Else it is not the
 * seal's: PL_ERR_SIGNATURE and others.
 */
pl_err audit_chain_verify(pl_arena *arena, const keyring_t *keyring, const audit_seal_t *seal);
/* A checkpoint that somebody kept elsewhere: which seal it is about, and that one's hash. */
pl_err audit_chain_read(pl_arena *arena, const brand_keys_t *brand, pl_span checkpoint, audit_seal_t *seal);

#endif
