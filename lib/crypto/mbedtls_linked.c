/* SPDX-License-Identifier: Apache-2.0
 *
 * The Mbed TLS functions of a program that is linked with it: the server and the static library.
 */
#include "crypto/mbedtls_functions.h"

pl_err pl_mbedtls_get(const pl_mbedtls **table)
{
    static const pl_mbedtls linked = {
        .gcm_init = mbedtls_gcm_init,
        .gcm_setkey = mbedtls_gcm_setkey,
        .gcm_crypt_and_tag = mbedtls_gcm_crypt_and_tag,
        .gcm_auth_decrypt = mbedtls_gcm_auth_decrypt,
        .gcm_free = mbedtls_gcm_free,
        .mpi_init = mbedtls_mpi_init,
        .mpi_read_binary = mbedtls_mpi_read_binary,
        .mpi_free = mbedtls_mpi_free,
        .ecp_group_init = mbedtls_ecp_group_init,
        .ecp_group_load = mbedtls_ecp_group_load,
        .ecp_group_free = mbedtls_ecp_group_free,
        .ecp_point_init = mbedtls_ecp_point_init,
        .ecp_point_read_binary = mbedtls_ecp_point_read_binary,
        .ecp_point_free = mbedtls_ecp_point_free,
        .ecp_check_pubkey = mbedtls_ecp_check_pubkey,
        .ecdsa_verify = mbedtls_ecdsa_verify,
#ifdef MBEDTLS_VERSION_C
        .version_get_string = mbedtls_version_get_string,
#endif
    };

    *table = &linked;
    return PL_OK;
}
