/* SPDX-License-Identifier: Apache-2.0
 *
 * The header traceparent (W3C Trace Context, level 1): which trace of the caller's a request belongs to. We begin no traces of
 * our own, but tell of it to the endpoints that hear of what the request did.
 */
#ifndef POSPAL_HTTP_TRACEPARENT_H
#define POSPAL_HTTP_TRACEPARENT_H

#include <stdbool.h>

enum { TRACE_ID_SIZE = 33, TRACE_SIZE = TRACE_ID_SIZE + 3 };

typedef struct {
    char id[TRACE_ID_SIZE];
    char text[TRACE_SIZE]; /* the id, a dash and the flags: tx_t's trace */
} trace_t;

/* False, and an empty trace, for a header that is NULL or not well-formed; whoever sends that is treated as if there were none. */
bool traceparent_read(const char *header, trace_t *trace);

#endif
