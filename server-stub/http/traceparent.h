/* SPDX-License-Identifier: Apache-2.0
 *
 * The header traceparent (W3C Trace Context, level 1): which trace of the caller's a request belongs to. We begin no traces of our own.
 */
#ifndef POSPAL_HTTP_TRACEPARENT_H
#define POSPAL_HTTP_TRACEPARENT_H

#include <stdbool.h>

enum { TRACE_ID_SIZE = 33 };

/* False, and an empty id, for a header that is NULL or not well-formed; whoever sends that is treated as if there were none. */
bool traceparent_read(const char *header, char trace_id[TRACE_ID_SIZE]);

#endif
