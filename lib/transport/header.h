/* SPDX-License-Identifier: Apache-2.0
 *
 * The few reply headers that matter, taken into a reply by whichever transport met them.
 */
#ifndef PL_TRANSPORT_HEADER_H
#define PL_TRANSPORT_HEADER_H

#include "transport/transport.h"

/* Content-Type, Retry-After (seconds or an HTTP date, which counts from the Date header) and Date; others are ignored. Case and blanks do not matter. */
void pl_header_take(pl_exchange_reply *reply, pl_span name, pl_span value);

#endif
