/* SPDX-License-Identifier: Apache-2.0
 *
 * How long a client may take for one step: for the head of a request, for its body, for reading the reply. A client that sends a byte
 * now and then is never idle and would hold its connection for ever. One list per event loop, hence without locks.
 */
#ifndef POSPAL_HTTP_PATIENCE_H
#define POSPAL_HTTP_PATIENCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct guest guest_t;
struct guest {
    guest_t *older;
    guest_t *newer;
    int fd; /* of its connection */
    int64_t since_ms;
};

/* Zeroed: empty. Ordered by since_ms. */
typedef struct {
    guest_t *oldest;
    guest_t *newest;
} patience_t;

/* The guest, listed or zeroed, begins its next step. now_ms is monotonic. */
void patience_begin(patience_t *patience, guest_t *guest, int64_t now_ms);
/* It is our turn, or the connection is closed: nobody waits for the guest. Does nothing to one that is not listed. */
void patience_end(patience_t *patience, guest_t *guest);
/* Shuts the connections down of all who are at one step for longer than limit_ms, and forgets them. Returns how many. */
size_t patience_expire(patience_t *patience, int64_t now_ms, int64_t limit_ms);

#endif
