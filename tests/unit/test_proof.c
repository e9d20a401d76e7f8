/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/proof.c: what a device signs, and what does not count as its signature.
 */
#include "token/proof.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "support/failing_memory.h"

static uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], secret[PL_DEVICE_SECRET_SIZE];
static pl_proof proof = {.act = "deactivate", .activation_id = ACTIVATION_ID, .issued_at = ISSUED_AT};
static pl_buf token;

static int make_key(void **state)
{
    (void)state;
    if (pl_crypto_ready())
        return -1;
    pl_device_key_new(public_key, secret);
    memset(proof.nonce, 0x33, sizeof(proof.nonce));
    return 0;
}

static int release_token(void **state)
{
    (void)state;
    pl_buf_reset(&token);
    return 0;
}

static pl_err verify(const pl_proof *expected)
{
    return pl_proof_verify(pl_buf_span(&token), public_key, expected);
}

static void a_proof_is_accepted_for_what_it_was_made(void **state)
{
    (void)state;
    pl_proof_write(&proof, secret, &token);
    assert_int_equal(token.err, PL_OK);
    assert_true(token.size <= PL_PROOF_MAX);
    assert_int_equal(verify(&proof), PL_OK);
}

static void it_is_appended_behind_what_is_there(void **state)
{
    (void)state;
    pl_buf_add_text(&token, "proof=");
    pl_proof_write(&proof, secret, &token);
    assert_memory_equal(token.data, "proof=ey", 8);
    assert_int_equal(pl_proof_verify(pl_span_of(token.data + 6, token.size - 6), public_key, &proof), PL_OK);
}

static void another_act_activation_nonce_or_device_is_refused(void **state)
{
    uint8_t other_public[PL_DEVICE_PUBLIC_SIZE], other_secret[PL_DEVICE_SECRET_SIZE];
    pl_proof other;

    (void)state;
    pl_proof_write(&proof, secret, &token);
    other = proof;
    other.act = "takeover";
    assert_int_equal(verify(&other), PL_ERR_SIGNATURE);
    other = proof;
    other.activation_id = LICENSE_ID;
    assert_int_equal(verify(&other), PL_ERR_SIGNATURE);
    other = proof;
    other.nonce[31] ^= 1;
    assert_int_equal(verify(&other), PL_ERR_SIGNATURE);
    pl_device_key_new(other_public, other_secret);
    assert_int_equal(pl_proof_verify(pl_buf_span(&token), other_public, &proof), PL_ERR_SIGNATURE);
}

static void a_proof_cut_or_flipped_anywhere_is_refused(void **state)
{
    (void)state;
    pl_proof_write(&proof, secret, &token);
    for (size_t size = 0; size < token.size; size++)
        assert_int_not_equal(pl_proof_verify(pl_span_of(token.data, size), public_key, &proof), PL_OK);
    for (size_t bit = 0; bit < token.size * 8; bit++) {
        token.data[bit / 8] = (char)(token.data[bit / 8] ^ 1 << bit % 8);
        assert_int_not_equal(verify(&proof), PL_OK);
        token.data[bit / 8] = (char)(token.data[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(verify(&proof), PL_OK);
}

/* Signs any payload with the device's key. */
static void sign(pl_doc doc, const char *payload)
{
    pl_key_pair pair;

    memcpy(pair.secret, secret, sizeof(secret));
    memset(&pair.public_key, 0, sizeof(pair.public_key));
    memcpy(pair.public_key.point, public_key, sizeof(public_key));
    pair.public_key.alg = PL_ALG_EDDSA;
    pl_buf_clear(&token);
    documents_sign(&pair, doc, payload, &token);
}

static void a_release_says_where_the_seat_is_and_a_reader_believes_nothing_of_it_yet(void **state)
{
    const pl_proof written = {
        .act = PL_PROOF_RELEASE, .activation_id = "seat", .issued_at = 7, .issuer = "brand", .license_id = "license"};
    pl_arena arena;
    pl_proof seen;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_clear(&token);
    pl_proof_write(&written, secret, &token);
    assert_int_equal(pl_proof_read(&arena, pl_buf_span(&token), &seen), PL_OK);
    assert_string_equal(seen.issuer, "brand");
    assert_string_equal(seen.license_id, "license");
    assert_string_equal(seen.activation_id, "seat");
    assert_int_equal(seen.issued_at, 7);
    assert_int_equal(verify(&seen), PL_OK);
    token.data[token.size - 20] = token.data[token.size - 20] == 'A' ? 'B' : 'A';
    assert_int_equal(pl_proof_read(&arena, pl_buf_span(&token), &seen), PL_OK);
    assert_int_equal(verify(&seen), PL_ERR_SIGNATURE);
    assert_int_equal(pl_proof_read(&arena, pl_span_text("x"), &seen), PL_ERR_MALFORMED);
    pl_arena_reset(&arena);
}

#define NONCE "\"nonce\":\"MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM\""

static void signed_claims_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *payload;
        pl_err err;
    } rows[] = {
        {"{\"act\":\"deactivate\",\"sub\":\"" ACTIVATION_ID "\"," NONCE ",\"iat\":1,\"later\":1}", PL_OK},
        {"{\"sub\":\"" ACTIVATION_ID "\"," NONCE ",\"iat\":1}", PL_ERR_MALFORMED},
        {"{\"act\":\"deactivate\"," NONCE ",\"iat\":1}", PL_ERR_MALFORMED},
        {"{\"act\":\"deactivate\",\"sub\":\"" ACTIVATION_ID "\",\"iat\":1}", PL_ERR_MALFORMED},
        {"{\"act\":\"deactivate\",\"sub\":\"" ACTIVATION_ID "\"," NONCE "}", PL_ERR_MALFORMED},
        {"{\"act\":\"deactivate\",\"sub\":\"" ACTIVATION_ID "\"," NONCE ",\"iat\":-1}", PL_ERR_MALFORMED},
        {"{\"act\":1,\"sub\":\"" ACTIVATION_ID "\"," NONCE ",\"iat\":1}", PL_ERR_MALFORMED},
        {"{\"act\":\"deactivate\",\"sub\":\"" ACTIVATION_ID "\",\"nonce\":\"MzMz\",\"iat\":1}", PL_ERR_MALFORMED},
        {"{\"act\":\"deactivate\",\"sub\":\"" ACTIVATION_ID "\",\"nonce\":\"MzM=\",\"iat\":1}", PL_ERR_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sign(PL_DOC_PROOF, rows[i].payload);
        if (verify(&proof) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].payload);
    }
    sign(PL_DOC_LICENSE, rows[0].payload);
    assert_int_equal(verify(&proof), PL_ERR_TYPE);
}

static void a_proof_beyond_its_limit_is_refused(void **state)
{
    (void)state;
    memset(pl_buf_grow(&token, PL_PROOF_MAX + 1), 'A', PL_PROOF_MAX + 1);
    assert_int_equal(verify(&proof), PL_ERR_TOO_LARGE);
}

static pl_err write_and_verify(void *context)
{
    pl_buf own;
    pl_err err;

    (void)context;
    pl_buf_init(&own);
    pl_proof_write(&proof, secret, &own);
    err = own.err ? own.err : pl_proof_verify(pl_buf_span(&own), public_key, &proof);
    pl_buf_reset(&own);
    return err;
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(write_and_verify, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_proof_is_accepted_for_what_it_was_made, release_token),
        cmocka_unit_test_teardown(it_is_appended_behind_what_is_there, release_token),
        cmocka_unit_test_teardown(another_act_activation_nonce_or_device_is_refused, release_token),
        cmocka_unit_test_teardown(a_proof_cut_or_flipped_anywhere_is_refused, release_token),
        cmocka_unit_test_teardown(signed_claims_are_read_or_refused_as_the_table_says, release_token),
        cmocka_unit_test_teardown(a_release_says_where_the_seat_is_and_a_reader_believes_nothing_of_it_yet, release_token),
        cmocka_unit_test_teardown(a_proof_beyond_its_limit_is_refused, release_token),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, make_key, NULL);
}
