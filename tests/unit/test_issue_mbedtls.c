/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/issue_mbedtls.c, with the example of RFC 6979, A.2.5.
 */
#include "crypto/issue.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/hex.h"

static void the_example_of_the_standard_is_reproduced(void **state)
{
    uint8_t scalar[32], point[64], expected[64], signature[PL_SIGNATURE_SIZE];
    pl_key_pair pair;

    (void)state;
    from_hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", scalar);
    from_hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
             "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
             point);
    from_hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
             "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
             expected);
    assert_int_equal(pl_key_pair_from_secret(PL_ALG_ES256, scalar, &pair), PL_OK);
    assert_int_equal(pair.public_key.alg, PL_ALG_ES256);
    assert_memory_equal(pair.public_key.point, point, sizeof(point));
    assert_memory_equal(pair.secret, scalar, sizeof(scalar));
    assert_int_equal(pl_key_pair_sign(&pair, pl_span_text("sample"), signature), PL_OK);
    assert_memory_equal(signature, expected, sizeof(signature));
}

static void secrets_that_are_no_scalars_are_refused(void **state)
{
    static const char *const secrets[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", /* the order */
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    uint8_t secret[32];
    pl_key_pair pair;

    (void)state;
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        from_hex(secrets[i], secret);
        assert_int_equal(pl_key_pair_from_secret(PL_ALG_ES256, secret, &pair), PL_ERR_MALFORMED);
        assert_int_equal(pair.public_key.alg, PL_ALG_NONE);
    }
}

static void new_keys_differ(void **state)
{
    pl_key_pair a, b;

    (void)state;
    assert_int_equal(pl_key_pair_new(PL_ALG_ES256, &a), PL_OK);
    assert_int_equal(pl_key_pair_new(PL_ALG_ES256, &b), PL_OK);
    assert_memory_not_equal(a.secret, b.secret, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard_is_reproduced),
        cmocka_unit_test(secrets_that_are_no_scalars_are_refused),
        cmocka_unit_test(new_keys_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
