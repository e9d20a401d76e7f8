/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats that free themselves: where a product's policy says so, one that was not seen for some days gives way to who needs it; but never
 * while an answer that was given to its device holds, by the policy of then.
 */
#ifndef LICENSING_SILENT_SEAT_H
#define LICENSING_SILENT_SEAT_H

#include "licensing/device.h"

/* Releases the seat that was silent for longest, of a device or an instance. PL_ERR_NOT_FOUND: none was silent long enough. */
pl_err silent_seat_free(tx_t *tx, const license_t *license, const product_policy_t *policy);
/* When a device that is answered now may work no more without another answer. */
int64_t silent_seat_told_until_ms(const product_policy_t *policy, int64_t now_ms);
/* out->activation asks and is answered: when it did before, and whether that is worth noting. Writes nothing. */
void silent_seat_see(outcome_t *out, int64_t now_ms);

#endif
