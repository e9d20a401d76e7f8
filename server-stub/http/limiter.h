/* SPDX-License-Identifier: Apache-2.0
 *
 * Token buckets by address, for what costs the guesser: refusals. Devices whose requests are in order are never counted, so three
 * hundred tills behind one address may come back together; and they are served while a guesser at the same address is told to wait. One limiter per event loop, hence without locks; the kernel spreads the
 * connections of an address over the loops, so the limit holds per loop.
 */
#ifndef POSPAL_HTTP_LIMITER_H
#define POSPAL_HTTP_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIMITER_SLOTS = 1024, LIMITER_ADDRESS_MAX = 16, LIMITER_FLOOD = 20 /* times the limit: a flood */ };

typedef struct {
    uint8_t address[LIMITER_ADDRESS_MAX];
    int64_t spent_micro; /* millionths of a refusal; drains with time */
    int64_t flood_micro; /* the same, draining LIMITER_FLOOD times as fast */
    int64_t at_ms;
} limiter_slot_t;

typedef struct {
    int64_t per_minute; /* 0: no limit */
    limiter_slot_t slots[LIMITER_SLOTS];
} limiter_t;

/* An IPv4 address mapped into IPv6: its four bytes are the last. */
bool limiter_is_ipv4(const uint8_t address[LIMITER_ADDRESS_MAX]);
bool limiter_is_loopback(const uint8_t address[LIMITER_ADDRESS_MAX]);
void limiter_init(limiter_t *limiter, int64_t per_minute);
typedef struct {
    int refused_s; /* until a refusal may be told again, and not only that there were too many; 0: now */
    int all_s;     /* until anything of the address is looked at; 0: now */
} limiter_wait_t;
/* Seconds to wait. An IPv6 address counts as its /64. now_ms is monotonic. */
limiter_wait_t limiter_wait(limiter_t *limiter, const uint8_t address[LIMITER_ADDRESS_MAX], int64_t now_ms);
void limiter_charge(limiter_t *limiter, const uint8_t address[LIMITER_ADDRESS_MAX], int64_t now_ms);

#endif
