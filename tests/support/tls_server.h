/* SPDX-License-Identifier: Apache-2.0
 *
 * An HTTPS server on 127.0.0.1 with a certificate made on the spot, so that its dates are a test's to choose. One request for each
 * connection, always the same reply.
 */
#ifndef TESTS_SUPPORT_TLS_SERVER_H
#define TESTS_SUPPORT_TLS_SERVER_H

typedef struct {
    const char *not_before; /* "20260101000000" */
    const char *not_after;
    const char *ca_file; /* where the certificate is written, for clients that shall trust it */
    const char *reply;   /* the bytes of the HTTP reply */
} tls_server_options;

typedef struct tls_server tls_server;

tls_server *tls_server_start(const tls_server_options *options);
/* At ::1; NULL where this machine has no IPv6. */
tls_server *tls_server_start_ipv6(const tls_server_options *options);
void tls_server_stop(tls_server *server);
int tls_server_port(const tls_server *server);
const char *tls_server_pin(const tls_server *server); /* "sha256//..." of its key */

#endif
