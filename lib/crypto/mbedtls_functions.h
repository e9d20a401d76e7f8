/* SPDX-License-Identifier: Apache-2.0
 *
 * The Mbed TLS functions that verifying and sealing use, as a table with their own types. mbedtls_linked.c and mbedtls_loaded.c are
 * the two ways to have it; a program links one of them. Issuers' files call the library directly.
 */
#ifndef PL_CRYPTO_MBEDTLS_FUNCTIONS_H
#define PL_CRYPTO_MBEDTLS_FUNCTIONS_H

#include <mbedtls/cipher.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/gcm.h>
#include <mbedtls/version.h>

#include "base/err.h"

typedef struct {
    void (*gcm_init)(mbedtls_gcm_context *gcm);
    int (*gcm_setkey)(mbedtls_gcm_context *gcm, mbedtls_cipher_id_t cipher, const unsigned char *key, unsigned bits);
    int (*gcm_crypt_and_tag)(mbedtls_gcm_context *gcm, int mode, size_t size, const unsigned char *nonce, size_t nonce_size,
                             const unsigned char *bound, size_t bound_size, const unsigned char *input, unsigned char *output,
                             size_t tag_size, unsigned char *tag);
    int (*gcm_auth_decrypt)(mbedtls_gcm_context *gcm, size_t size, const unsigned char *nonce, size_t nonce_size,
                            const unsigned char *bound, size_t bound_size, const unsigned char *tag, size_t tag_size,
                            const unsigned char *input, unsigned char *output);
    void (*gcm_free)(mbedtls_gcm_context *gcm);
    void (*mpi_init)(mbedtls_mpi *number);
    int (*mpi_read_binary)(mbedtls_mpi *number, const unsigned char *bytes, size_t size);
    void (*mpi_free)(mbedtls_mpi *number);
    void (*ecp_group_init)(mbedtls_ecp_group *group);
    int (*ecp_group_load)(mbedtls_ecp_group *group, mbedtls_ecp_group_id id);
    void (*ecp_group_free)(mbedtls_ecp_group *group);
    void (*ecp_point_init)(mbedtls_ecp_point *point);
    int (*ecp_point_read_binary)(const mbedtls_ecp_group *group, mbedtls_ecp_point *point, const unsigned char *bytes,
                                 size_t size);
    void (*ecp_point_free)(mbedtls_ecp_point *point);
    int (*ecp_check_pubkey)(const mbedtls_ecp_group *group, const mbedtls_ecp_point *point);
    int (*ecdsa_verify)(mbedtls_ecp_group *group, const unsigned char *digest, size_t size, const mbedtls_ecp_point *point,
                        const mbedtls_mpi *r, const mbedtls_mpi *s);
    void (*version_get_string)(char *text); /* NULL where the library is built without */
} pl_mbedtls;

/* The table, for good; PL_ERR_UNSUPPORTED where the library is not there. From any thread. */
pl_err pl_mbedtls_get(const pl_mbedtls **table);

#endif
