/* SPDX-License-Identifier: Apache-2.0
 *
 * What a refusal looks like to programs written for POSPal's licensing API, which has four shapes; docs/MIGRATING.md. Each writes members
 * into an object that is open, so that further ones may follow.
 *
 *   legacy   {"success": false, "error": "...", "errorCode": "...", "code": "...", "timestamp": "..."}
 *   simple   {"success": false, "error": "..." [, "code": "..."]}
 *   plain    {"error": "..." [, "code": "..."]}
 *   unified  {"success": false, "timestamp", "requestId", "error": {code, message, category, severity, retryable}}
 */
#ifndef POSPAL_API_POSPAL_SHAPE_H
#define POSPAL_API_POSPAL_SHAPE_H

#include "base/json.h"

typedef enum { POSPAL_LEGACY, POSPAL_SIMPLE, POSPAL_PLAIN, POSPAL_UNIFIED } pospal_shape;

enum { POSPAL_REQUEST_ID_SIZE = 32 };

typedef struct {
    const char *code;    /* NULL: none, but in the unified shape, which needs one */
    const char *message; /* a sentence */
    bool is_list;        /* unified: the message stands in an array */
    int64_t now_ms;
    const char *request_id; /* ours; the one that is shown is made of it */
} pospal_refusal_t;

/* Of a path without query: how its refusals look. False: the path is none of that API's. */
bool pospal_shape_of(const char *path, pospal_shape *shape);
/* The same in the unified shape, with several messages in an array. */
void pospal_put_refusals(pl_json_writer *json, const pospal_refusal_t *refusal, const char *const *messages, size_t count);
void pospal_put_refusal(pl_json_writer *json, pospal_shape shape, const pospal_refusal_t *refusal);
/* Members "timestamp" and "requestId". */
void pospal_put_stamp(pl_json_writer *json, int64_t now_ms, const char *request_id);
/* "req_", nine letters and digits made of ours, and the time in base 36. */
void pospal_request_id(int64_t now_ms, const char *request_id, char text[POSPAL_REQUEST_ID_SIZE]);
/* The member "metadata" of the unified shape. */
void pospal_put_metadata(pl_json_writer *json, bool is_success);
/* What stands in for an answer while the database is not there: whoever reads it goes on with what it knows. */
void pospal_put_offline(pl_json_writer *json, int64_t now_ms, int retry_after_s);

#endif
