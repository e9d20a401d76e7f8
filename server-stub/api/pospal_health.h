/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /health as monitors of POSPal's licensing API read it, at a host that is bound to it; api/health.c measures.
 */
#ifndef POSPAL_API_POSPAL_HEALTH_H
#define POSPAL_API_POSPAL_HEALTH_H

#include "api/endpoint.h"

typedef struct {
    bool is_database_there;
    int64_t database_ms;
    int64_t total_ms;
    bool is_well; /* all of it */
    vitals_t vitals;
} pospal_health_t;

/* Whether the request's host is bound to that API. */
bool pospal_health_is_asked(const api_t *api, const request_t *request);
pl_err pospal_health_reply(pl_arena *arena, const pospal_health_t *health, reply_t *reply);
/* "CLOSED", "OPEN", "HALF_OPEN" */
const char *pospal_breaker_word(const vitals_t *vitals);

#endif
