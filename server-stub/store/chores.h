/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done from time to time, and how that went the last time: for the report, and for who has to know when it is due.
 */
#ifndef STORE_CHORES_H
#define STORE_CHORES_H

#include "store/store.h"

#define CHORE_BACKUP "backup"

typedef struct {
    int64_t done_at_ms;   /* 0: never */
    int64_t failed_at_ms; /* since then; 0: it did not */
    const char *detail;   /* of the newer of the two; NULL: none */
} chore_t;

/* Zeros for what was never done. */
pl_err chores_find(tx_t *tx, const char *name, chore_t *chore);
/* At tx->now_ms. */
pl_err chores_note_done(tx_t *tx, const char *name, const char *detail);
pl_err chores_note_failure(tx_t *tx, const char *name, const char *detail);

#endif
