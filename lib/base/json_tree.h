/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree between json_parser.c, which grows it, and json.c, which reads it. Nobody else includes this.
 */
#ifndef PL_BASE_JSON_TREE_H
#define PL_BASE_JSON_TREE_H

#include "base/json.h"

typedef enum {
    PL_JSON_NULL,
    PL_JSON_FALSE,
    PL_JSON_TRUE,
    PL_JSON_INTEGER,
    PL_JSON_REAL,
    PL_JSON_TEXT,
    PL_JSON_ARRAY,
    PL_JSON_OBJECT
} pl_json_kind;

struct pl_json {
    const pl_json *next; /* in the same array or object */
    pl_span name;        /* of a member of an object; NUL-terminated */
    pl_json_kind kind;
    size_t size; /* of a text or a real in bytes, of an array or object in elements */
    union {
        const char *text; /* of a real too */
        int64_t number;
        const pl_json *first;
    } is;
};

#endif
