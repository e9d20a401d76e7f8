/* SPDX-License-Identifier: Apache-2.0
 *
 * Trying an exchange again where that may help: back-off with jitter, Retry-After (capped), all within one total time-out; and turning
 * every kind of failure, HTTP or not, into an error that tells a technician what to check.
 */
#ifndef PL_TRANSPORT_RETRY_H
#define PL_TRANSPORT_RETRY_H

#include "base/clock.h"
#include "transport/transport.h"

enum { PL_RETRY_AFTER_MAX_S = 30, PL_RETRY_ATTEMPTS_MAX = 4 };

typedef struct {
    int64_t total_ms;                            /* for all attempts and waits */
    void (*sleep_ms)(void *context, int64_t ms); /* NULL: the system's; returns early on cancel */
    int64_t (*now_ms)(void *context);            /* monotonic; NULL: the system's */
    uint32_t (*random)(void *context);           /* jitter; NULL: crypto's */
    bool (*is_cancelled)(void *context);         /* NULL: never */
    void *context;
} pl_retry;

/*
 * PL_OK only for a 200 with a JSON body. Everything else is one of OFFLINE, DNS, TLS, TLS_CLOCK, TLS_PIN, PROXY, TIMEOUT, CUT, CAPTIVE_PORTAL
 * (HTML), REDIRECTED (3xx), RATE_LIMITED (429), SERVER (other status), TOO_LARGE, CLOSED, UNSUPPORTED, MEMORY, INVALID (no URL).
 */
pl_err pl_retry_exchange(const pl_retry *retry, pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply);

void pl_exchange_reply_init(pl_exchange_reply *reply);
void pl_exchange_reply_reset(pl_exchange_reply *reply);

#endif
