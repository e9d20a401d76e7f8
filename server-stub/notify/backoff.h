/* SPDX-License-Identifier: Apache-2.0
 *
 * When a delivery that failed is tried again, and how long an endpoint that keeps failing is left alone.
 */
#ifndef NOTIFY_BACKOFF_H
#define NOTIFY_BACKOFF_H

#include <stdint.h>

/*
 * The pause after so many failed attempts (1 or more): the first one, twice as long each time, at most four hours, and up to a fifth less
 * or more, as random says, so that what failed together does not come back together.
 */
int64_t backoff_delivery_ms(int64_t first_ms, int64_t attempts, uint32_t random);
/* The pause of an endpoint after so many attempts one after the other, of any deliveries: none after the first, then 1 s doubling to 5 min. */
int64_t backoff_endpoint_ms(int64_t failures);

#endif
