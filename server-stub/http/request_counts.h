/* SPDX-License-Identifier: Apache-2.0
 *
 * How many requests of each route ended with which status, what was declined and why, and how long they took. One table per event loop,
 * written by that loop alone; whoever reads adds the tables up.
 */
#ifndef POSPAL_HTTP_REQUEST_COUNTS_H
#define POSPAL_HTTP_REQUEST_COUNTS_H

#include "http/router.h"

typedef struct request_counts request_counts_t;

/* NULL when memory is exhausted. */
request_counts_t *request_counts_new(const routes_t *routes);
void request_counts_free(request_counts_t *counts); /* accepts NULL */

typedef struct {
    int status;
    const char *refusal; /* what was declined, by a code that lives as long as the program; NULL: nothing */
    int64_t duration_us;
} request_outcome_t;

/* route NULL: none fitted. */
void request_counts_note(request_counts_t *counts, const route_t *route, const request_outcome_t *outcome);
/* In Prometheus' text format; what never happened is left out. Any thread. */
void request_counts_write(request_counts_t *const *tables, size_t count, pl_buf *out);

#endif
