/* SPDX-License-Identifier: Apache-2.0
 *
 * What Mbed TLS (2.28 and 3.x) does for us, by its context API: AES-256-GCM and ECDSA verification on P-256.
 */
#include "crypto/crypto.h"

#include <string.h>

#include "crypto/algorithm.h"
#include "crypto/mbedtls_functions.h"

enum { GCM_NONCE = 12, GCM_TAG = 16 };

static const unsigned char *bytes_of(pl_span span)
{
    return (const unsigned char *)span.data;
}

static pl_err fail_library(const char *what, int code)
{
    bool is_memory = code == MBEDTLS_ERR_MPI_ALLOC_FAILED || code == MBEDTLS_ERR_CIPHER_ALLOC_FAILED;

    return pl_fail(is_memory ? PL_ERR_MEMORY : PL_ERR_INTERNAL, "Mbed TLS, %s: -0x%04x", what, (unsigned)-code);
}

pl_err pl_seal_ready(void)
{
    const pl_mbedtls *mbedtls;

    return pl_mbedtls_get(&mbedtls);
}

void pl_mbedtls_version(char text[PL_VERSION_TEXT_SIZE])
{
    const pl_mbedtls *mbedtls;

    memset(text, 0, PL_VERSION_TEXT_SIZE);
    if (pl_mbedtls_get(&mbedtls))
        return;
    if (mbedtls->version_get_string)
        mbedtls->version_get_string(text);
    else
        memcpy(text, MBEDTLS_VERSION_STRING, sizeof MBEDTLS_VERSION_STRING);
}

pl_err pl_seal(const uint8_t key[PL_SEAL_KEY_SIZE], pl_span bound, pl_span plain, uint8_t *sealed)
{
    uint8_t *text = sealed + GCM_NONCE;
    const pl_mbedtls *mbedtls;
    mbedtls_gcm_context gcm;
    pl_err err;
    int code;

    if ((err = pl_mbedtls_get(&mbedtls)))
        return err;
    mbedtls->gcm_init(&gcm);
    pl_random(sealed, GCM_NONCE);
    code = mbedtls->gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, PL_SEAL_KEY_SIZE * 8);
    if (!code)
        code = mbedtls->gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, plain.size, sealed, GCM_NONCE, bytes_of(bound), bound.size,
                                          bytes_of(plain), text, GCM_TAG, text + plain.size);
    mbedtls->gcm_free(&gcm);
    return code ? fail_library("AES-GCM", code) : PL_OK;
}

pl_err pl_unseal(const uint8_t key[PL_SEAL_KEY_SIZE], pl_span bound, pl_span sealed, uint8_t *plain)
{
    const unsigned char *nonce = bytes_of(sealed);
    const pl_mbedtls *mbedtls;
    mbedtls_gcm_context gcm;
    size_t size;
    pl_err err;
    int code;

    if (sealed.size < PL_SEAL_OVERHEAD)
        return pl_fail(PL_ERR_MALFORMED, "sealed data of %zu bytes", sealed.size);
    if ((err = pl_mbedtls_get(&mbedtls)))
        return err;
    size = sealed.size - PL_SEAL_OVERHEAD;
    mbedtls->gcm_init(&gcm);
    code = mbedtls->gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, PL_SEAL_KEY_SIZE * 8);
    if (!code)
        code = mbedtls->gcm_auth_decrypt(&gcm, size, nonce, GCM_NONCE, bytes_of(bound), bound.size, nonce + GCM_NONCE + size,
                                         GCM_TAG, nonce + GCM_NONCE, plain);
    mbedtls->gcm_free(&gcm);
    if (code == MBEDTLS_ERR_GCM_AUTH_FAILED)
        return pl_fail(PL_ERR_SIGNATURE, "sealed with another key, for another purpose, or altered");
    return code ? fail_library("AES-GCM", code) : PL_OK;
}

typedef struct {
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi r;
    mbedtls_mpi s;
} ecdsa;

static void ecdsa_init(const pl_mbedtls *mbedtls, ecdsa *e)
{
    mbedtls->ecp_group_init(&e->group);
    mbedtls->ecp_point_init(&e->point);
    mbedtls->mpi_init(&e->r);
    mbedtls->mpi_init(&e->s);
}

static void ecdsa_reset(const pl_mbedtls *mbedtls, ecdsa *e)
{
    mbedtls->ecp_group_free(&e->group);
    mbedtls->ecp_point_free(&e->point);
    mbedtls->mpi_free(&e->r);
    mbedtls->mpi_free(&e->s);
}

static int ecdsa_load(const pl_mbedtls *mbedtls, ecdsa *e, const uint8_t point[64], const uint8_t signature[PL_SIGNATURE_SIZE])
{
    unsigned char uncompressed[65] = {0x04};
    int code;

    memcpy(uncompressed + 1, point, 64);
    if ((code = mbedtls->ecp_group_load(&e->group, MBEDTLS_ECP_DP_SECP256R1)) ||
        (code = mbedtls->ecp_point_read_binary(&e->group, &e->point, uncompressed, sizeof(uncompressed))) ||
        (code = mbedtls->mpi_read_binary(&e->r, signature, 32)))
        return code;
    return mbedtls->mpi_read_binary(&e->s, signature + 32, 32);
}

pl_err pl_p256_verify(const uint8_t point[64], pl_span message, const uint8_t signature[PL_SIGNATURE_SIZE])
{
    uint8_t digest[PL_DIGEST_SIZE];
    const pl_mbedtls *mbedtls;
    pl_err err;
    ecdsa e;
    int code;

    if ((err = pl_mbedtls_get(&mbedtls)))
        return err;
    pl_digest(message, digest);
    ecdsa_init(mbedtls, &e);
    if ((code = ecdsa_load(mbedtls, &e, point, signature)))
        err = fail_library("reading a P-256 signature", code);
    else if ((code = mbedtls->ecp_check_pubkey(&e.group, &e.point)))
        err = pl_fail(PL_ERR_MALFORMED, "the key is no point of P-256");
    else if ((code = mbedtls->ecdsa_verify(&e.group, digest, sizeof(digest), &e.point, &e.r, &e.s)))
        err = code == MBEDTLS_ERR_ECP_VERIFY_FAILED ? pl_fail(PL_ERR_SIGNATURE, "the ES256 signature does not fit")
                                                    : fail_library("verifying ES256", code);
    ecdsa_reset(mbedtls, &e);
    return err;
}
