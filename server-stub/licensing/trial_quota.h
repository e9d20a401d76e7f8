/* SPDX-License-Identifier: Apache-2.0
 *
 * How many trials of a product may be started within an hour, from one network and in all: who makes devices up fills no disk, and does not
 * use up what is for the others.
 */
#ifndef LICENSING_TRIAL_QUOTA_H
#define LICENSING_TRIAL_QUOTA_H

#include "store/products.h"
#include "store/trials.h"

enum {
    TRIALS_PER_HOUR_MAX = 1000, /* of one product */
    TRIALS_PER_HOUR_AND_NETWORK_MAX = 50,
    TRIAL_NETWORK_SIZE = 46
};

/* An address as it counts: IPv4 whole, of IPv6 the first 64 bits, of which whoever has an address has all. */
void trial_network(const char *address, char network[TRIAL_NETWORK_SIZE]);
/* PL_ERR_RATE_LIMITED. network NULL: not known, not counted. Writes. */
pl_err trial_quota_check(tx_t *tx, const product_t *product, const char *network);

#endif
