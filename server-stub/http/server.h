/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP server: listening sockets, one event loop per thread, TLS. What is served comes as a table of routes.
 */
#ifndef POSPAL_HTTP_SERVER_H
#define POSPAL_HTTP_SERVER_H

#include "http/loop.h"

typedef struct {
    const char *listen; /* "HOST:PORT"; port 0: any */
    size_t loops;
    store_t *const *readers; /* one for each loop */
    int64_t connections;     /* in all */
    int64_t timeout_s;       /* of a connection on which nothing moves */
    const char *tls_cert;    /* PEM text; NULL: plain HTTP */
    const char *tls_key;
    pl_log log;
} http_options_t;

typedef struct http_server http_server_t;

/* Begins to serve. engine and readers must outlive the server. PL_ERR_INVALID, _CONFLICT (port), _IO, _MEMORY. */
pl_err http_server_open(const http_options_t *options, engine_t *engine, http_server_t **server);
/* "http://127.0.0.1:8470" */
const char *http_server_url(const http_server_t *server);
/* Takes no new connection, finishes the requests that run (at most 10 seconds for slow clients), closes. Accepts NULL. */
void http_server_close(http_server_t *server);

#endif
