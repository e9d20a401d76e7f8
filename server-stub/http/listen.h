/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening sockets: one per event loop, all on one address, between which the kernel shares the connections out (SO_REUSEPORT).
 */
#ifndef POSPAL_HTTP_LISTEN_H
#define POSPAL_HTTP_LISTEN_H

#include <stddef.h>

#include "base/err.h"

enum { LISTEN_LOOPS_MAX = 64, LISTEN_TEXT_SIZE = 128 };

typedef struct {
    int fds[LISTEN_LOOPS_MAX];
    size_t count;
    char address[LISTEN_TEXT_SIZE]; /* "127.0.0.1:8443", "[::1]:8443": with the port that the system chose for port 0 */
} listeners_t;

/* address: "HOST:PORT", "[V6]:PORT". PL_ERR_INVALID, PL_ERR_CONFLICT when the port is taken, PL_ERR_IO; the detail says which. */
pl_err listeners_open(const char *address, size_t count, listeners_t *listeners);
void listeners_close(listeners_t *listeners);

#endif
