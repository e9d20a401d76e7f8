/* SPDX-License-Identifier: Apache-2.0
 *
 * When a license was last looked at by programs that are told how long to keep an answer, and by which number they know its customer.
 */
#ifndef STORE_LICENSE_SEEN_H
#define STORE_LICENSE_SEEN_H

#include "store/store.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    int64_t seen_at_ms;      /* 0: never, these two */
    int64_t validated_at_ms; /* with success */
    int64_t number;          /* read only: of its customer; 0: none */
} license_seen_t;

/* Fills in the rest for brand and license. PL_ERR_NOT_FOUND: no such license. */
pl_err license_seen_find(tx_t *tx, license_seen_t *seen);
/* Seen at tx->now_ms, and validated too or not. Never sets a time back. */
pl_err license_seen_touch(tx_t *tx, const license_seen_t *seen, bool is_validated);

#endif
