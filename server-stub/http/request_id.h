/* SPDX-License-Identifier: Apache-2.0
 *
 * Request ids: the caller's X-Request-Id where it is well-formed, else one of our own.
 */
#ifndef POSPAL_HTTP_REQUEST_ID_H
#define POSPAL_HTTP_REQUEST_ID_H

#include <stdbool.h>
#include <stdint.h>

enum { REQUEST_ID_SIZE = 65 };

/* Numbers the requests of one event loop: unguessable start, then counted, so that an id costs no system call. */
typedef struct {
    uint64_t start;
    uint64_t count;
} request_ids_t;

void request_ids_init(request_ids_t *ids);
void request_ids_next(request_ids_t *ids, char id[REQUEST_ID_SIZE]);
/* 1 to 64 of [A-Za-z0-9._-]: safe in a header, in a log and in JSON. */
bool request_id_is_valid(const char *id);

#endif
