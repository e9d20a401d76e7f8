/* SPDX-License-Identifier: Apache-2.0
 *
 * How much usage is taken within a day, so that who has a device key fills no disk. A bound is no loss: the device keeps what is refused
 * and tells it again.
 */
#ifndef LICENSING_USAGE_INTAKE_H
#define LICENSING_USAGE_INTAKE_H

#include "licensing/usage.h"
#include "store/usage.h"

/* A day's counts of an activation and of its license, as they stand before a batch. */
typedef struct {
    usage_intake_t own;
    usage_intake_t all; /* of the license: seats that come and go share a day */
} usage_day_t;

typedef struct {
    const usage_outcome_t *out; /* license, product, activation */
    const pl_usage_batch *batch;
    bool is_new_log;
} usage_arrival_t;

/* Reads the day, and sets refusal and retry_at of the claims where the batch is too much now. The day's first refusal is audited. */
pl_err usage_intake_check(tx_t *tx, const usage_arrival_t *arrival, usage_day_t *day, pl_usage_claims *claims);
/* Counts what was added. */
pl_err usage_intake_count(tx_t *tx, usage_day_t *day, int64_t reports, bool is_new_log);

#endif
