/* SPDX-License-Identifier: Apache-2.0
 *
 * Releases of a product's program.
 */
#ifndef STORE_RELEASES_H
#define STORE_RELEASES_H

#include "license/release.h"
#include "store/store.h"

enum { RELEASES_MAX = 100 /* listed of a channel: the newest */ };

typedef struct {
    pl_uuid brand_id;
    pl_uuid product_id;
    const char *channel;
    const char *version;
    int64_t published_at_ms;
    const char *url;
    const char *notes_url; /* NULL: none */
    const char *sha256;
    int64_t withdrawn_at_ms; /* 0: offered */
} release_t;

pl_err releases_insert(tx_t *tx, const release_t *release); /* PL_ERR_CONFLICT: the channel has that version */
/* At tx->now_ms. PL_ERR_NOT_FOUND where it is not offered. */
pl_err releases_withdraw(tx_t *tx, const release_t *release);
/* The newest first, the withdrawn ones too; channel NULL: all. */
pl_err releases_list(tx_t *tx, const release_t *of, release_t **releases, size_t *count);

#endif
