/* SPDX-License-Identifier: Apache-2.0 */
#include "licensing/sealing.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void a_secret_opens_in_its_own_place_and_in_no_other(void **state)
{
    const uint8_t key[PL_SEAL_KEY_SIZE] = {1};
    const pl_uuid brand = {{1}};
    const sealed_place_t own = {SEALED_LICENSE_KEY, brand, {"name", 4}};
    const sealed_place_t others[] = {{SEALED_SIGNING_KEY, brand, {"name", 4}},
                                     {SEALED_LICENSE_KEY, {{2}}, {"name", 4}},
                                     {SEALED_LICENSE_KEY, brand, {"nam", 3}},
                                     {SEALED_LICENSE_KEY, brand, {"names", 5}},
                                     {SEALED_LICENSE_KEY, brand, {NULL, 0}}};
    uint8_t sealed[6 + PL_SEAL_OVERHEAD], plain[6];

    (void)state;
    assert_int_equal(pl_crypto_ready(), PL_OK);
    assert_int_equal(seal_at(key, &own, pl_span_of("secret", 6), sealed), PL_OK);
    assert_int_equal(unseal_at(key, &own, pl_span_of(sealed, sizeof sealed), plain), PL_OK);
    assert_memory_equal(plain, "secret", 6);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(unseal_at(key, &others[i], pl_span_of(sealed, sizeof sealed), plain), PL_ERR_SIGNATURE);
    sealed[20] ^= 1;
    assert_int_equal(unseal_at(key, &own, pl_span_of(sealed, sizeof sealed), plain), PL_ERR_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_opens_in_its_own_place_and_in_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
