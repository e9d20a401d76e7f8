/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a P-256 certificate with Mbed TLS 2.28 or 3.x.
 */
#include "support/tls_certificate.h"

#include <mbedtls/base64.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int result)
{
    if (result != 0) {
        fprintf(stderr, "tls_certificate: -0x%04x\n", (unsigned)-result);
        abort();
    }
}

/* subjectAltName: the IP addresses 127.0.0.1 and ::1, in DER. */
static void add_address(mbedtls_x509write_cert *cert)
{
    static const unsigned char names[] = {0x30, 0x18, 0x87, 0x04, 127, 0, 0, 1, 0x87, 0x10, 0, 0, 0,
                                          0,    0,    0,    0,    0,   0, 0, 0, 0,    0,    0, 0, 1};
    static const char oid[] = {0x55, 0x1D, 0x11};

    must(mbedtls_x509write_crt_set_extension(cert, oid, sizeof oid, 0, names, sizeof names));
}

static void set_serial(mbedtls_x509write_cert *cert)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03040000
    unsigned char serial[] = {1};

    must(mbedtls_x509write_crt_set_serial_raw(cert, serial, sizeof serial));
#else
    mbedtls_mpi serial;

    mbedtls_mpi_init(&serial);
    must(mbedtls_mpi_lset(&serial, 1));
    must(mbedtls_x509write_crt_set_serial(cert, &serial));
    mbedtls_mpi_free(&serial);
#endif
}

static void write_certificate(mbedtls_pk_context *key, mbedtls_x509write_cert *cert)
{
    mbedtls_x509write_crt_set_version(cert, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(cert, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(cert, key);
    mbedtls_x509write_crt_set_issuer_key(cert, key);
    must(mbedtls_x509write_crt_set_subject_name(cert, "CN=Test server"));
    must(mbedtls_x509write_crt_set_issuer_name(cert, "CN=Test server"));
    must(mbedtls_x509write_crt_set_basic_constraints(cert, 1, 0));
    set_serial(cert);
    add_address(cert);
}

/* Of the SubjectPublicKeyInfo, which mbedtls writes at the end of the buffer. */
static void write_pin(mbedtls_pk_context *key, char pin[TLS_PIN_SIZE])
{
    unsigned char der[256], digest[32];
    int size = mbedtls_pk_write_pubkey_der(key, der, sizeof der);
    size_t written;

    must(size > 0 ? 0 : size);
    must(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), der + sizeof der - size, (size_t)size, digest));
    memcpy(pin, "sha256//", 8);
    must(mbedtls_base64_encode((unsigned char *)pin + 8, TLS_PIN_SIZE - 8, &written, digest, sizeof digest));
}

void tls_certificate_make(const char *not_before, const char *not_after, tls_pem *made)
{
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_pk_context key;
    mbedtls_x509write_cert cert;

    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random);
    mbedtls_pk_init(&key);
    mbedtls_x509write_crt_init(&cert);
    must(mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0));
    must(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)));
    must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key), mbedtls_ctr_drbg_random, &random));
    write_certificate(&key, &cert);
    must(mbedtls_x509write_crt_set_validity(&cert, not_before, not_after));
    must(mbedtls_x509write_crt_pem(&cert, (unsigned char *)made->certificate, TLS_PEM_SIZE, mbedtls_ctr_drbg_random, &random));
    write_pin(&key, made->pin);
    must(mbedtls_pk_write_key_pem(&key, (unsigned char *)made->key, TLS_PEM_SIZE));
    mbedtls_x509write_crt_free(&cert);
    mbedtls_pk_free(&key);
    mbedtls_ctr_drbg_free(&random);
    mbedtls_entropy_free(&entropy);
}

void tls_pem_write(const char *text, const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}
