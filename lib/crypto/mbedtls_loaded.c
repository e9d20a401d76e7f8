/* SPDX-License-Identifier: Apache-2.0
 *
 * The Mbed TLS functions of a program that loads it when something is sealed or signed with ES256: the shared library. Loading it is
 * 600 symbols for the dynamic linker, and most starts verify EdDSA only, which is libsodium's.
 */
#include "crypto/mbedtls_functions.h"

#include <string.h>

#include "platform/library.h"
#include "platform/thread.h"

static pl_mbedtls loaded;
static pl_once load_once = PL_ONCE_INIT;

/* The slots have types of their own; pl_library_load stores into them byte by byte. */
static pl_function *slot(void *member)
{
    return (pl_function *)member;
}

/* One name, that of the library whose headers we were compiled with: another version's structures have other sizes. */
static pl_err load(void)
{
    static const char *const names[] = {POSPAL_MBEDCRYPTO_SONAME, NULL};
    const pl_import imports[] = {
        {"mbedtls_gcm_init", slot(&loaded.gcm_init)},
        {"mbedtls_gcm_setkey", slot(&loaded.gcm_setkey)},
        {"mbedtls_gcm_crypt_and_tag", slot(&loaded.gcm_crypt_and_tag)},
        {"mbedtls_gcm_auth_decrypt", slot(&loaded.gcm_auth_decrypt)},
        {"mbedtls_gcm_free", slot(&loaded.gcm_free)},
        {"mbedtls_mpi_init", slot(&loaded.mpi_init)},
        {"mbedtls_mpi_read_binary", slot(&loaded.mpi_read_binary)},
        {"mbedtls_mpi_free", slot(&loaded.mpi_free)},
        {"mbedtls_ecp_group_init", slot(&loaded.ecp_group_init)},
        {"mbedtls_ecp_group_load", slot(&loaded.ecp_group_load)},
        {"mbedtls_ecp_group_free", slot(&loaded.ecp_group_free)},
        {"mbedtls_ecp_point_init", slot(&loaded.ecp_point_init)},
        {"mbedtls_ecp_point_read_binary", slot(&loaded.ecp_point_read_binary)},
        {"mbedtls_ecp_point_free", slot(&loaded.ecp_point_free)},
        {"mbedtls_ecp_check_pubkey", slot(&loaded.ecp_check_pubkey)},
        {"mbedtls_ecdsa_verify", slot(&loaded.ecdsa_verify)},
#ifdef MBEDTLS_VERSION_C
        {"mbedtls_version_get_string", slot(&loaded.version_get_string)},
#endif
    };

    return pl_library_load(names, imports, sizeof imports / sizeof imports[0]);
}

pl_err pl_mbedtls_get(const pl_mbedtls **table)
{
    pl_err err = pl_once_try(&load_once, load);

    *table = &loaded;
    return err;
}
