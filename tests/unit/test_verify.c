/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/verify.c and issue.c: the key's algorithm decides. What each algorithm accepts is in test_crypto_*.c; the key pairs of
 * each are in test_issue_*.c.
 */
#include "crypto/issue.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static const pl_alg algs[] = {PL_ALG_EDDSA, PL_ALG_ES256};

static int make_ready(void **state)
{
    (void)state;
    return pl_crypto_ready();
}

static void a_new_pair_signs_what_its_public_key_verifies(void **state)
{
    uint8_t signature[PL_SIGNATURE_SIZE];
    pl_key_pair pair, other;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pl_key_pair_new(algs[i], &pair), PL_OK);
        assert_int_equal(pl_key_pair_new(algs[i], &other), PL_OK);
        assert_int_equal(pair.public_key.alg, algs[i]);
        assert_int_equal(pl_key_pair_sign(&pair, pl_span_text("till"), signature), PL_OK);
        assert_int_equal(pl_verify(&pair.public_key, pl_span_text("till"), signature), PL_OK);
        assert_int_equal(pl_verify(&pair.public_key, pl_span_text("tilt"), signature), PL_ERR_SIGNATURE);
        assert_int_equal(pl_verify(&other.public_key, pl_span_text("till"), signature), PL_ERR_SIGNATURE);
    }
}

static void a_signature_of_one_algorithm_is_none_of_the_other(void **state)
{
    uint8_t signature[PL_SIGNATURE_SIZE];
    pl_key_pair eddsa, es256;

    (void)state;
    assert_int_equal(pl_key_pair_new(PL_ALG_EDDSA, &eddsa), PL_OK);
    assert_int_equal(pl_key_pair_new(PL_ALG_ES256, &es256), PL_OK);
    assert_int_equal(pl_key_pair_sign(&eddsa, pl_span_text("till"), signature), PL_OK);
    assert_int_equal(pl_verify(&es256.public_key, pl_span_text("till"), signature), PL_ERR_SIGNATURE);
    eddsa.public_key.alg = PL_ALG_ES256; /* its bytes, taken for the other curve's */
    assert_int_not_equal(pl_verify(&eddsa.public_key, pl_span_text("till"), signature), PL_OK);
}

static void without_algorithm_nothing_works(void **state)
{
    uint8_t signature[PL_SIGNATURE_SIZE] = {0}, secret[32] = {1};
    pl_key_pair pair;

    (void)state;
    assert_int_equal(pl_key_pair_new(PL_ALG_NONE, &pair), PL_ERR_UNSUPPORTED);
    assert_int_equal(pl_key_pair_from_secret(PL_ALG_NONE, secret, &pair), PL_ERR_UNSUPPORTED);
    memset(&pair, 0, sizeof(pair));
    assert_int_equal(pl_key_pair_sign(&pair, pl_span_text("x"), signature), PL_ERR_UNSUPPORTED);
    assert_int_equal(pl_verify(&pair.public_key, pl_span_text("x"), signature), PL_ERR_MALFORMED);
}

static void a_wiped_pair_is_zeros(void **state)
{
    static const pl_key_pair zeros;
    pl_key_pair pair;

    (void)state;
    assert_int_equal(pl_key_pair_new(PL_ALG_EDDSA, &pair), PL_OK);
    pl_key_pair_wipe(&pair);
    assert_memory_equal(&pair, &zeros, sizeof(pair));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_pair_signs_what_its_public_key_verifies),
        cmocka_unit_test(a_signature_of_one_algorithm_is_none_of_the_other),
        cmocka_unit_test(without_algorithm_nothing_works),
        cmocka_unit_test(a_wiped_pair_is_zeros),
    };

    return cmocka_run_group_tests(tests, make_ready, NULL);
}
