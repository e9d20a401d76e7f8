/* SPDX-License-Identifier: Apache-2.0
 *
 * P-256 key pairs of issuers, and deterministic ECDSA (RFC 6979).
 */
#include "crypto/issue.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <string.h>

#include "crypto/algorithm.h"

typedef struct {
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi scalar;
    mbedtls_mpi r;
    mbedtls_mpi s;
} curve;

static int give_random(void *context, unsigned char *bytes, size_t size)
{
    (void)context;
    pl_random(bytes, size);
    return 0;
}

static int curve_init(curve *c)
{
    mbedtls_ecp_group_init(&c->group);
    mbedtls_ecp_point_init(&c->point);
    mbedtls_mpi_init(&c->scalar);
    mbedtls_mpi_init(&c->r);
    mbedtls_mpi_init(&c->s);
    return mbedtls_ecp_group_load(&c->group, MBEDTLS_ECP_DP_SECP256R1);
}

static void curve_reset(curve *c)
{
    mbedtls_ecp_group_free(&c->group);
    mbedtls_ecp_point_free(&c->point);
    mbedtls_mpi_free(&c->scalar);
    mbedtls_mpi_free(&c->r);
    mbedtls_mpi_free(&c->s);
}

static pl_err fail_library(const char *what, int code)
{
    return pl_fail(code == MBEDTLS_ERR_MPI_ALLOC_FAILED ? PL_ERR_MEMORY : PL_ERR_INTERNAL, "Mbed TLS, %s: -0x%04x", what,
                   (unsigned)-code);
}

pl_err pl_p256_new_scalar(uint8_t scalar[32])
{
    curve c;
    int code = curve_init(&c);

    if (!code)
        code = mbedtls_ecp_gen_keypair(&c.group, &c.scalar, &c.point, give_random, NULL);
    if (!code)
        code = mbedtls_mpi_write_binary(&c.scalar, scalar, 32);
    curve_reset(&c);
    return code ? fail_library("making a P-256 key", code) : PL_OK;
}

/* point = scalar * G */
static int multiply(curve *c, uint8_t point[64])
{
    unsigned char uncompressed[65];
    size_t size;
    int code;

    if ((code = mbedtls_ecp_mul(&c->group, &c->point, &c->scalar, &c->group.G, give_random, NULL)) ||
        (code = mbedtls_ecp_point_write_binary(&c->group, &c->point, MBEDTLS_ECP_PF_UNCOMPRESSED, &size, uncompressed,
                                               sizeof(uncompressed))))
        return code;
    memcpy(point, uncompressed + 1, 64);
    return 0;
}

pl_err pl_p256_pair(const uint8_t scalar[32], pl_key_pair *pair)
{
    pl_err err = PL_OK;
    curve c;
    int code = curve_init(&c);

    if (!code)
        code = mbedtls_mpi_read_binary(&c.scalar, scalar, 32);
    if (!code && mbedtls_ecp_check_privkey(&c.group, &c.scalar))
        err = pl_fail(PL_ERR_MALFORMED, "the secret is no scalar of P-256");
    else if (!code)
        code = multiply(&c, pair->public_key.point);
    curve_reset(&c);
    if (code)
        err = fail_library("loading a P-256 key", code);
    if (err)
        return err;
    memcpy(pair->secret, scalar, 32);
    pair->public_key.alg = PL_ALG_ES256;
    return PL_OK;
}

pl_err pl_p256_sign(const pl_key_pair *pair, pl_span message, uint8_t signature[PL_SIGNATURE_SIZE])
{
    uint8_t digest[PL_DIGEST_SIZE];
    curve c;
    int code = curve_init(&c);

    pl_digest(message, digest);
    if (code || (code = mbedtls_mpi_read_binary(&c.scalar, pair->secret, 32)) ||
        (code = mbedtls_ecdsa_sign_det_ext(&c.group, &c.r, &c.s, &c.scalar, digest, sizeof(digest), MBEDTLS_MD_SHA256,
                                           give_random, NULL)) ||
        (code = mbedtls_mpi_write_binary(&c.r, signature, 32)))
        goto done;
    code = mbedtls_mpi_write_binary(&c.s, signature + 32, 32);
done:
    curve_reset(&c);
    return code ? fail_library("signing ES256", code) : PL_OK;
}
