/* SPDX-License-Identifier: Apache-2.0
 *
 * A certificate made on the spot, self-signed for the addresses 127.0.0.1 and ::1, so that no private key lies among the sources and its dates
 * are a test's to choose.
 */
#ifndef TESTS_SUPPORT_TLS_CERTIFICATE_H
#define TESTS_SUPPORT_TLS_CERTIFICATE_H

enum { TLS_PEM_SIZE = 4096, TLS_PIN_SIZE = 64 };

typedef struct {
    char certificate[TLS_PEM_SIZE]; /* PEM texts */
    char key[TLS_PEM_SIZE];
    char pin[TLS_PIN_SIZE]; /* "sha256//..." of its public key */
} tls_pem;

/* Dates as "20260101000000". Aborts the test where it fails. */
void tls_certificate_make(const char *not_before, const char *not_after, tls_pem *made);
/* Writes a text into a file of its own. */
void tls_pem_write(const char *text, const char *path);

#endif
