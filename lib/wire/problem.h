/* SPDX-License-Identifier: Apache-2.0
 *
 * Problem documents (RFC 9457): {"type","title","status","detail","code","request_id"}, media type application/problem+json.
 */
#ifndef PL_WIRE_PROBLEM_H
#define PL_WIRE_PROBLEM_H

#include "base/json.h"

typedef struct {
    pl_err err;
    const char *detail;     /* NULL: none */
    const char *request_id; /* NULL: none */
    /* Writes further members (RFC 9457, 3.2); NULL: none. */
    void (*extend)(const void *context, pl_json_writer *writer);
    const void *context;
} pl_problem;

void pl_problem_write(const pl_problem *problem, pl_buf *body);
/* The code of a problem body, PL_ERR_SERVER if it is none; never believed as a verdict, only shown. */
pl_err pl_problem_read(pl_arena *arena, pl_span body, const char **detail);

#endif
