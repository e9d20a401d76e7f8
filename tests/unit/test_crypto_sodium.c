/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/crypto_sodium.c, with examples of FIPS 180-4, RFC 4231 and RFC 8032.
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

static void it_is_ready_as_often_as_asked(void **state)
{
    (void)state;
    assert_int_equal(pl_crypto_ready(), PL_OK);
}

static void the_digest_is_sha_256(void **state)
{
    uint8_t digest[PL_DIGEST_SIZE], expected[PL_DIGEST_SIZE];

    (void)state;
    from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", expected);
    pl_digest(pl_span_text("abc"), digest);
    assert_memory_equal(digest, expected, sizeof(digest));
    from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", expected);
    pl_digest(pl_span_of(NULL, 0), digest);
    assert_memory_equal(digest, expected, sizeof(digest));
}

/* RFC 4231, case 2, whose key of 4 bytes is the same padded with zeros to 32. */
static void the_mac_is_hmac_sha_256(void **state)
{
    uint8_t key[32] = "Jefe", mac[PL_MAC_SIZE], expected[PL_MAC_SIZE];

    (void)state;
    from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", expected);
    pl_mac(key, pl_span_text("what do ya want for nothing?"), mac);
    assert_memory_equal(mac, expected, sizeof(mac));
    key[31] = 1;
    pl_mac(key, pl_span_text("what do ya want for nothing?"), mac);
    assert_memory_not_equal(mac, expected, sizeof(mac));
}

static void a_prepared_key_makes_the_same_macs_again_and_again(void **state)
{
    uint8_t key[32] = "Jefe", mac[PL_MAC_SIZE], expected[PL_MAC_SIZE];
    pl_mac_key prepared;

    (void)state;
    pl_mac_prepare(key, &prepared);
    for (int i = 0; i < 2; i++) {
        pl_mac(key, pl_span_text("what do ya want for nothing?"), expected);
        pl_mac_prepared(&prepared, pl_span_text("what do ya want for nothing?"), mac);
        assert_memory_equal(mac, expected, sizeof(mac));
        pl_mac(key, pl_span_of(NULL, 0), expected);
        pl_mac_prepared(&prepared, pl_span_of(NULL, 0), mac);
        assert_memory_equal(mac, expected, sizeof(mac));
    }
    key[0] ^= 1;
    pl_mac_prepare(key, &prepared);
    pl_mac_prepared(&prepared, pl_span_of(NULL, 0), mac);
    assert_memory_not_equal(mac, expected, sizeof(mac));
}

static void random_bytes_differ(void **state)
{
    uint8_t a[32] = {0}, b[32] = {0}, zeros[32] = {0};

    (void)state;
    pl_random(a, sizeof(a));
    pl_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    assert_memory_not_equal(a, zeros, sizeof(a));
}

static void wiping_leaves_zeros_and_comparing_sees_every_byte(void **state)
{
    uint8_t a[32], b[32] = {0};

    (void)state;
    memset(a, 7, sizeof(a));
    pl_wipe(a, sizeof(a));
    assert_true(pl_equal(a, b, sizeof(a)));
    for (size_t at = 0; at < sizeof(a); at++) {
        a[at] = 1;
        assert_false(pl_equal(a, b, sizeof(a)));
        a[at] = 0;
    }
}

/* RFC 8032, section 7.1, test 2. */
static void ed25519_verifies_the_example_and_nothing_near_it(void **state)
{
    uint8_t point[32], signature[64];
    uint8_t message = 0x72;

    (void)state;
    from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", point);
    from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
             signature);
    assert_int_equal(pl_ed25519_verify(point, pl_span_of(&message, 1), signature), PL_OK);
    message ^= 1;
    assert_int_equal(pl_ed25519_verify(point, pl_span_of(&message, 1), signature), PL_ERR_SIGNATURE);
    message ^= 1;
    for (size_t bit = 0; bit < 512; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(pl_ed25519_verify(point, pl_span_of(&message, 1), signature), PL_ERR_SIGNATURE);
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* S + L verifies by the bare equation; RFC 8032 forbids it, because one document would have two signatures. */
static void a_non_canonical_s_is_refused(void **state)
{
    uint8_t point[32], signature[64], order[32];
    uint8_t message = 0x72;
    unsigned carry = 0;

    (void)state;
    from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", point);
    from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
             signature);
    from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", order);
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(pl_ed25519_verify(point, pl_span_of(&message, 1), signature), PL_ERR_SIGNATURE);
}

static void keys_that_are_no_good_points_are_malformed(void **state)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000", /* of order 4 */
        "0100000000000000000000000000000000000000000000000000000000000000", /* the neutral element */
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* of order 2 */
        "0200000000000000000000000000000000000000000000000000000000000000", /* on no curve */
    };
    uint8_t point[32], signature[64] = {1};

    (void)state;
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        from_hex(points[i], point);
        assert_int_equal(pl_ed25519_verify(point, pl_span_text("x"), signature), PL_ERR_MALFORMED);
    }
}

static void the_device_key_signs_and_knows_its_public_half(void **state)
{
    uint8_t secret[PL_DEVICE_SECRET_SIZE], public_key[PL_DEVICE_PUBLIC_SIZE], again[PL_DEVICE_PUBLIC_SIZE];
    uint8_t other_secret[PL_DEVICE_SECRET_SIZE], other[PL_DEVICE_PUBLIC_SIZE], signature[PL_SIGNATURE_SIZE];

    (void)state;
    pl_device_key_new(public_key, secret);
    pl_device_key_new(other, other_secret);
    assert_memory_not_equal(public_key, other, sizeof(other));
    pl_device_public(secret, again);
    assert_memory_equal(public_key, again, sizeof(again));
    pl_device_sign(secret, pl_span_text("release"), signature);
    assert_int_equal(pl_ed25519_verify(public_key, pl_span_text("release"), signature), PL_OK);
    assert_int_equal(pl_ed25519_verify(public_key, pl_span_text("Release"), signature), PL_ERR_SIGNATURE);
    assert_int_equal(pl_ed25519_verify(other, pl_span_text("release"), signature), PL_ERR_SIGNATURE);
}

static void derivation_is_hkdf_and_depends_on_the_purpose(void **state)
{
    uint8_t secret[22], key[32], other[32], expected[32];

    (void)state;
    memset(secret, 0x0b, sizeof(secret));
    from_hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d", expected);
    assert_int_equal(pl_derive(pl_span_of(secret, sizeof(secret)), "", key), PL_OK);
    assert_memory_equal(key, expected, sizeof(key));
    assert_int_equal(pl_derive(pl_span_of(secret, sizeof(secret)), "keys", other), PL_OK);
    assert_memory_not_equal(key, other, sizeof(key));
}

static void a_secret_sealed_to_a_device_opens_there_alone(void **state)
{
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], secret[PL_DEVICE_SECRET_SIZE], other[PL_DEVICE_PUBLIC_SIZE],
        other_secret[PL_DEVICE_SECRET_SIZE], plain[32], opened[32], sealed[32 + PL_DEVICE_SEAL_OVERHEAD] = {0};
    const uint8_t no_point[PL_DEVICE_PUBLIC_SIZE] = {2};
    pl_span span = pl_span_of(sealed, sizeof(sealed));

    (void)state;
    pl_device_key_new(public_key, secret);
    pl_device_key_new(other, other_secret);
    pl_random(plain, sizeof(plain));
    assert_int_equal(pl_device_seal(public_key, pl_span_of(plain, sizeof(plain)), sealed), PL_OK);
    assert_int_equal(pl_device_unseal(secret, span, opened), PL_OK);
    assert_memory_equal(opened, plain, sizeof(plain));
    assert_int_equal(pl_device_unseal(other_secret, span, opened), PL_ERR_SIGNATURE);
    sealed[sizeof(sealed) - 1] ^= 1;
    assert_int_equal(pl_device_unseal(secret, span, opened), PL_ERR_SIGNATURE);
    assert_int_equal(pl_device_seal(no_point, pl_span_of(plain, sizeof(plain)), sealed), PL_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_ready_as_often_as_asked),
        cmocka_unit_test(derivation_is_hkdf_and_depends_on_the_purpose),
        cmocka_unit_test(the_digest_is_sha_256),
        cmocka_unit_test(the_mac_is_hmac_sha_256),
        cmocka_unit_test(a_prepared_key_makes_the_same_macs_again_and_again),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(wiping_leaves_zeros_and_comparing_sees_every_byte),
        cmocka_unit_test(ed25519_verifies_the_example_and_nothing_near_it),
        cmocka_unit_test(a_non_canonical_s_is_refused),
        cmocka_unit_test(keys_that_are_no_good_points_are_malformed),
        cmocka_unit_test(the_device_key_signs_and_knows_its_public_half),
        cmocka_unit_test(a_secret_sealed_to_a_device_opens_there_alone),
    };

    return cmocka_run_group_tests(tests, make_ready, NULL);
}
