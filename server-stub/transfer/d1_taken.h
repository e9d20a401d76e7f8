/* SPDX-License-Identifier: Apache-2.0
 *
 * A customer of the old database in our words.
 */
#ifndef TRANSFER_D1_TAKEN_H
#define TRANSFER_D1_TAKEN_H

#include "transfer/d1_import.h"

typedef struct {
    const d1_row_t *row;
    const d1_row_t *face; /* who gives name, spelling and number: the row itself, or the one that pays */
    license_status status;
    license_cause_t cause; /* of it */
    int64_t period_start_ms;
    int64_t period_end_ms;
    int64_t next_billing_ms;
    int64_t created_ms;
    int64_t failures;
    int64_t amount;
    int64_t number;   /* of the face */
    const char *name; /* of the face; NULL: none */
} taken_t;

/* PL_ERR_INVALID names what cannot be taken. */
pl_err d1_take(tx_t *tx, const d1_place_t *place, const d1_row_t *row, taken_t *taken);

#endif
