/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/issue_sodium.c, with the example of RFC 8037, appendix A (that of RFC 8032, test 1).
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
    uint8_t seed[32], point[32], expected[64], signature[PL_SIGNATURE_SIZE];
    pl_key_pair pair;

    (void)state;
    from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", seed);
    from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", point);
    from_hex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465514143"
        "8e7a100b",
        expected);
    assert_int_equal(pl_key_pair_from_secret(PL_ALG_EDDSA, seed, &pair), PL_OK);
    assert_int_equal(pair.public_key.alg, PL_ALG_EDDSA);
    assert_memory_equal(pair.public_key.point, point, sizeof(point));
    assert_memory_equal(pair.secret, seed, sizeof(seed));
    assert_int_equal(pl_key_pair_sign(&pair, pl_span_of(NULL, 0), signature), PL_OK);
    assert_memory_equal(signature, expected, sizeof(signature));
}

static void another_message_has_another_signature(void **state)
{
    uint8_t seed[32] = {1}, a[PL_SIGNATURE_SIZE], b[PL_SIGNATURE_SIZE];
    pl_key_pair pair;

    (void)state;
    assert_int_equal(pl_key_pair_from_secret(PL_ALG_EDDSA, seed, &pair), PL_OK);
    assert_int_equal(pl_key_pair_sign(&pair, pl_span_text("a"), a), PL_OK);
    assert_int_equal(pl_key_pair_sign(&pair, pl_span_text("b"), b), PL_OK);
    assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard_is_reproduced),
        cmocka_unit_test(another_message_has_another_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
