/* SPDX-License-Identifier: Apache-2.0
 *
 * What a refusal looks like to the clients of a family of paths. Everywhere it is a problem document (RFC 9457). In the vendor's and the
 * product API that has one member more, "error", which is all that clients of an older system read; the paths of another older system
 * have a body of their own, as have those of POSPal's licensing API. Which status number an error has is none of this file's business: http/reply.h.
 */
#ifndef POSPAL_API_REFUSAL_H
#define POSPAL_API_REFUSAL_H

#include "api/endpoint.h"
#include "base/json.h"

typedef struct refusal_shape refusal_shape_t;

typedef struct {
    pl_err err;
    int status;
    const char *detail; /* NULL: none, or not for strangers */
    const char *request_id;
    const fault_t *faults;
    int retry_after_s; /* 0: none */
    const refusal_shape_t *shape;
    const char *path; /* NULL: none */
    int64_t now_ms;
} refusal_t;

typedef void (*refusal_writer)(const refusal_t *refusal, pl_json_writer *json);

struct refusal_shape {
    const char *prefix;    /* of the paths */
    const char *not_found; /* code for PL_ERR_NOT_FOUND and PL_ERR_STATE, of those who write codes */
    const char *state;
    refusal_writer extend;  /* further members of the problem document; NULL: none */
    refusal_writer replace; /* the members of a plain JSON object in its place; NULL: a problem document */
    const char *challenge;  /* WWW-Authenticate of a 401; NULL: none */
    bool is_open;           /* any web page may read it; see http/cors.h */
};

/* Of the family that the path belongs to; path NULL: of none. */
const refusal_shape_t *refusal_shape_of(const char *path);
/* Of POSPal's licensing API: for paths that are not there, at a host that is bound to it. */
const refusal_shape_t *refusal_shape_pospal(void);

/* The message of a refusal for people: its detail, failing that the error's sentence. */
const char *refusal_message(const refusal_t *refusal);

void refusal_extend_error(const refusal_t *refusal, pl_json_writer *json);
void refusal_put_envelope(const refusal_t *refusal, pl_json_writer *json);
void refusal_put_pospal(const refusal_t *refusal, pl_json_writer *json);

#endif
