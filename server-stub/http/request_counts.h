/* SPDX-License-Identifier: Apache-2.0
 *
 * How many requests of each route ended with which status, and how long they took. One table per event loop, written by that loop
 * alone; whoever reads adds the tables up.
 */
#ifndef POSPAL_HTTP_REQUEST_COUNTS_H
#define POSPAL_HTTP_REQUEST_COUNTS_H

#include "http/router.h"

typedef struct request_counts request_counts_t;

/* NULL when memory is exhausted. */
request_counts_t *request_counts_new(const routes_t *routes);
void request_counts_free(request_counts_t *counts); /* accepts NULL */
/* route NULL: none fitted. */
void request_counts_note(request_counts_t *counts, const route_t *route, int status, int64_t duration_us);
/* In Prometheus' text format; what never happened is left out. Any thread. */
void request_counts_write(request_counts_t *const *tables, size_t count, pl_buf *out);

#endif
