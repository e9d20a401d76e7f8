/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/crypto_mbedtls.c and the vault where the shared library finds no Mbed TLS: a clear error, and nothing that is stored is
 * taken for damaged.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"

#include <stdio.h>
#include <string.h>

#include "crypto/mbedtls_functions.h"
#include "state/vault.h"
#include "support/temp_dir.h"

/* In the place of mbedtls_linked.c. */
pl_err pl_mbedtls_get(const pl_mbedtls **table)
{
    (void)table;
    return pl_fail(PL_ERR_UNSUPPORTED, "libmbedcrypto is not installed");
}

static void every_call_that_needs_it_is_unsupported_and_says_why(void **state)
{
    const uint8_t key[PL_SEAL_KEY_SIZE] = {1};
    const uint8_t signature[PL_SIGNATURE_SIZE] = {1};
    const pl_public_key es256 = {.alg = PL_ALG_ES256};
    uint8_t sealed[6 + PL_SEAL_OVERHEAD] = {0}, plain[6];
    const pl_span bound = pl_span_text("bound");

    (void)state;
    assert_int_equal(pl_seal_ready(), PL_ERR_UNSUPPORTED);
    assert_int_equal(pl_seal(key, bound, pl_span_text("secret"), sealed), PL_ERR_UNSUPPORTED);
    assert_int_equal(pl_unseal(key, bound, pl_span_of(sealed, sizeof sealed), plain), PL_ERR_UNSUPPORTED);
    assert_int_equal(pl_verify(&es256, pl_span_text("text"), signature), PL_ERR_UNSUPPORTED);
    assert_non_null(strstr(pl_err_detail(), "libmbedcrypto"));
}

static void eddsa_does_not_need_it(void **state)
{
    const pl_public_key eddsa = {.alg = PL_ALG_EDDSA, .point = {0}};
    const uint8_t signature[PL_SIGNATURE_SIZE] = {1};

    (void)state;
    assert_int_not_equal(pl_verify(&eddsa, pl_span_text("text"), signature), PL_ERR_UNSUPPORTED);
}

/* Bytes that would be set aside as damaged, had anybody looked. */
static void a_vault_that_is_there_stays_as_it_is(void **state)
{
    static const char stored[] = "no database";
    const pl_device_wrap_key wrap = {.component = PL_COMPONENT_DISK};
    const pl_fs *fs = pl_fs_system();
    char directory[TEMP_DIR_SIZE], path[TEMP_DIR_SIZE + 16];
    pl_vault_options options = {.fs = fs, .directory = directory, .keys = &wrap, .key_count = 1, .now_ms = 12345};
    bool was_set_aside;
    pl_vault *vault;
    pl_err storage;
    pl_buf bytes;

    (void)state;
    temp_dir_make(directory);
    (void)snprintf(path, sizeof path, "%s/vault.db", directory);
    assert_int_equal(fs->write(fs->context, path, pl_span_text(stored)), PL_OK);
    assert_int_equal(pl_vault_open(&options, &vault, &storage, &was_set_aside), PL_OK);
    assert_int_equal(storage, PL_ERR_UNSUPPORTED);
    assert_false(was_set_aside);
    assert_false(pl_vault_is_durable(vault));
    pl_vault_close(vault);
    pl_buf_init(&bytes);
    assert_int_equal(fs->read(fs->context, path, 100, &bytes), PL_OK);
    assert_string_equal(bytes.data, stored);
    pl_buf_reset(&bytes);
    temp_dir_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_that_needs_it_is_unsupported_and_says_why),
        cmocka_unit_test(eddsa_does_not_need_it),
        cmocka_unit_test(a_vault_that_is_there_stays_as_it_is),
    };

    if (pl_crypto_ready())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
