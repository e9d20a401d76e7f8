/* SPDX-License-Identifier: Apache-2.0
 *
 * A tiny HTTP server on 127.0.0.1 that says, request by request, exactly the bytes it was told to. It checks nothing, so it plays
 * servers, proxies and whatever else may answer.
 */
#ifndef TESTS_SUPPORT_LOOPBACK_H
#define TESTS_SUPPORT_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *bytes; /* of the whole reply, status line first; NULL: none */
    size_t size;       /* 0: bytes is a text */
    size_t cut_at;     /* closes after so many bytes; 0: sends all */
    bool resets;       /* ends with a reset instead of a close */
    bool drips;        /* one byte at a time */
    bool holds;        /* then says nothing more until the client has gone */
    bool cuts_at_once; /* closes without a byte */
} loopback_reply;

typedef struct loopback loopback;

/* Replies are borrowed; the last one is repeated. */
loopback *loopback_start(const loopback_reply *replies, size_t count);
/* The same, but any first bytes of a client are a request. */
loopback *loopback_start_raw(const loopback_reply *replies, size_t count);
/* The same as the first, at ::1; NULL where this machine has no IPv6. */
loopback *loopback_start_ipv6(const loopback_reply *replies, size_t count);
void loopback_stop(loopback *server);
int loopback_port(const loopback *server);
/* Requests read so far, and the text of one (from 0), "" where there is none; valid until the server is stopped. */
size_t loopback_requests(loopback *server);
const char *loopback_request(loopback *server, size_t index);
/* Waits until so many requests have been read. */
void loopback_wait(loopback *server, size_t requests);
/* A port of 127.0.0.1 on which nobody listens. */
int loopback_closed_port(void);

#endif
