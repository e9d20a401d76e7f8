/* SPDX-License-Identifier: Apache-2.0
 *
 * A proxy on 127.0.0.1: CONNECT and plain requests of HTTP, and SOCKS5, with or without a name and password. Every host name leads to
 * 127.0.0.1 through it, so that tests see that it is the proxy which resolves. One connection after the other.
 */
#ifndef TESTS_SUPPORT_PROXY_SERVER_H
#define TESTS_SUPPORT_PROXY_SERVER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *user; /* NULL: open to all */
    const char *password;
    bool cuts; /* closes as soon as a request has come in */
} proxy_server_options;

typedef struct proxy_server proxy_server;

/* The options' texts are borrowed. */
proxy_server *proxy_server_start(const proxy_server_options *options);
void proxy_server_stop(proxy_server *server);
int proxy_server_port(const proxy_server *server);
/* Requests that were let through, and those that were turned away. */
size_t proxy_server_passed(proxy_server *server);
size_t proxy_server_refused(proxy_server *server);

#endif
