/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/crypto_mbedtls.c, with examples of the GCM specification and RFC 6979.
 */
#include "crypto/crypto.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/algorithm.h"
#include "support/hex.h"

static int make_ready(void **state)
{
    (void)state;
    return pl_crypto_ready();
}

/* The Galois/Counter Mode of Operation, test case 16: nonce || ciphertext || tag. */
static void the_example_of_gcm_opens(void **state)
{
    uint8_t key[32], bound[20], sealed[12 + 60 + 16], plain[60], expected[60];

    (void)state;
    from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key);
    from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", bound);
    from_hex(
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
        sealed);
    from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba6"
             "37b39",
             expected);
    assert_int_equal(pl_unseal(key, pl_span_of(bound, sizeof(bound)), pl_span_of(sealed, sizeof(sealed)), plain), PL_OK);
    assert_memory_equal(plain, expected, sizeof(plain));
}

static void what_was_sealed_opens_and_no_two_seals_are_alike(void **state)
{
    const uint8_t key[32] = {1};
    const pl_span bound = pl_span_text("key 7"), plain = pl_span_text("secret");
    uint8_t a[6 + PL_SEAL_OVERHEAD], b[6 + PL_SEAL_OVERHEAD], opened[6];

    (void)state;
    assert_int_equal(pl_seal(key, bound, plain, a), PL_OK);
    assert_int_equal(pl_seal(key, bound, plain, b), PL_OK);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(pl_unseal(key, bound, pl_span_of(a, sizeof(a)), opened), PL_OK);
    assert_memory_equal(opened, "secret", 6);
    assert_int_equal(pl_seal(key, bound, pl_span_of(NULL, 0), a), PL_OK);
    assert_int_equal(pl_unseal(key, bound, pl_span_of(a, PL_SEAL_OVERHEAD), opened), PL_OK);
}

static void another_key_binding_bit_or_length_does_not_open(void **state)
{
    const uint8_t key[32] = {1}, other[32] = {2};
    const pl_span bound = pl_span_text("key 7");
    uint8_t sealed[6 + PL_SEAL_OVERHEAD], opened[6 + PL_SEAL_OVERHEAD];
    const pl_span whole = pl_span_of(sealed, sizeof(sealed));

    (void)state;
    assert_int_equal(pl_seal(key, bound, pl_span_text("secret"), sealed), PL_OK);
    assert_int_equal(pl_unseal(other, bound, whole, opened), PL_ERR_SIGNATURE);
    assert_int_equal(pl_unseal(key, pl_span_text("key 8"), whole, opened), PL_ERR_SIGNATURE);
    assert_int_equal(pl_unseal(key, pl_span_of(NULL, 0), whole, opened), PL_ERR_SIGNATURE);
    for (size_t at = 0; at < sizeof(sealed); at++) {
        sealed[at] ^= 0x10;
        assert_int_equal(pl_unseal(key, bound, whole, opened), PL_ERR_SIGNATURE);
        sealed[at] ^= 0x10;
    }
    for (size_t size = 0; size < sizeof(sealed); size++)
        assert_int_equal(pl_unseal(key, bound, pl_span_of(sealed, size), opened),
                         size < PL_SEAL_OVERHEAD ? PL_ERR_MALFORMED : PL_ERR_SIGNATURE);
}

/* RFC 6979, A.2.5, with SHA-256 and the message "sample". */
static const char point_hex[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
static const char signature_hex[] = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                                    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

static void p256_verifies_the_example_and_nothing_near_it(void **state)
{
    uint8_t point[64], signature[64];

    (void)state;
    from_hex(point_hex, point);
    from_hex(signature_hex, signature);
    assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_OK);
    assert_int_equal(pl_p256_verify(point, pl_span_text("Sample"), signature), PL_ERR_SIGNATURE);
    for (size_t bit = 0; bit < 512; bit += 13) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_ERR_SIGNATURE);
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void p256_refuses_zero_and_too_large_signatures(void **state)
{
    static const char *const halves[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", /* the order */
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    uint8_t point[64], signature[64];

    (void)state;
    from_hex(point_hex, point);
    for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        from_hex(signature_hex, signature);
        from_hex(halves[i], signature);
        assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_ERR_SIGNATURE);
        from_hex(signature_hex, signature);
        from_hex(halves[i], signature + 32);
        assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_ERR_SIGNATURE);
    }
}

static void p256_keys_off_the_curve_are_malformed(void **state)
{
    uint8_t point[64], signature[64];

    (void)state;
    from_hex(signature_hex, signature);
    memset(point, 0, sizeof(point));
    assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_ERR_MALFORMED);
    memset(point, 0xFF, sizeof(point));
    assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_ERR_MALFORMED);
    from_hex(point_hex, point);
    point[63] ^= 1;
    assert_int_equal(pl_p256_verify(point, pl_span_text("sample"), signature), PL_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_gcm_opens),
        cmocka_unit_test(what_was_sealed_opens_and_no_two_seals_are_alike),
        cmocka_unit_test(another_key_binding_bit_or_length_does_not_open),
        cmocka_unit_test(p256_verifies_the_example_and_nothing_near_it),
        cmocka_unit_test(p256_refuses_zero_and_too_large_signatures),
        cmocka_unit_test(p256_keys_off_the_curve_are_malformed),
    };

    return cmocka_run_group_tests(tests, make_ready, NULL);
}
