/* SPDX-License-Identifier: Apache-2.0
 *
 * The one row about the installation itself: epoch, newest time seen, the sealed secrets.
 */
#ifndef STORE_META_H
#define STORE_META_H

#include "crypto/crypto.h"
#include "store/store.h"

enum { META_SEALED_SIZE = PL_SEAL_KEY_SIZE + PL_SEAL_OVERHEAD };

typedef struct {
    int64_t epoch;      /* of everything signed; raised by a restore */
    int64_t generation; /* raised by every change of brands and keys, so that other processes load them anew */
    int64_t last_time_ms;
    uint8_t sealing_key[META_SEALED_SIZE];
    uint8_t key_hash_secret[META_SEALED_SIZE];
} meta_t;

pl_err meta_insert(tx_t *tx, const meta_t *meta); /* once, by init */
pl_err meta_read(tx_t *tx, meta_t *meta);         /* PL_ERR_NOT_FOUND: no init yet */
pl_err meta_read_generation(tx_t *tx, int64_t *generation);
pl_err meta_raise_generation(tx_t *tx);
pl_err meta_advance_time(tx_t *tx, int64_t time_ms); /* never sets it back */
pl_err meta_accept_time(tx_t *tx, int64_t time_ms);  /* the operator's word: sets it, in either direction */
pl_err meta_raise_epoch(tx_t *tx, int64_t *epoch);
pl_err meta_replace_sealing_key(tx_t *tx, const uint8_t sealed[META_SEALED_SIZE]);

#endif
