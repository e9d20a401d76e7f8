/* SPDX-License-Identifier: Apache-2.0
 *
 * How long a license lasts by its product's policy: from when its time runs, and what its end does. What it is worth at a moment is judge.h's.
 */
#ifndef LICENSING_LICENSE_TERM_H
#define LICENSING_LICENSE_TERM_H

#include "store/licenses.h"
#include "store/products.h"

/* A new license whose order names no end gets what the policy says: an end, or days from its first activation on. PL_ERR_INVALID. */
pl_err license_term_give(license_t *license, const product_policy_t *policy, int64_t now_ms);
/* A device was activated: the time of a license that waits for the first one begins, which raises its version and is audited. */
pl_err license_term_begin(tx_t *tx, license_t *license);

/* Its own end with the renewal slack, Unix ms; 0: none. */
int64_t license_term_end_ms(const license_t *license, const product_policy_t *policy);
/* After its end it works on without later releases. A trial never does. */
bool license_term_keeps(const license_t *license, const product_policy_t *policy);

#endif
