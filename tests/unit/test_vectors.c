/* SPDX-License-Identifier: Apache-2.0
 *
 * Replays tests/vectors/: what every implementation must accept and refuse. See the README.md there.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/hex.h"
#include "token/claims_json.h"
#include "token/keyring.h"
#include "token/license_file.h"

enum { FILE_MAX = 256 * 1024, VECTORS_MIN = 12, BYTES_MAX = 256 };

static pl_arena arena;
static const pl_json *file;
static pl_roots roots;
static pl_keyset keyset;

static int open_arena(void **state)
{
    (void)state;
    pl_arena_init(&arena);
    return pl_crypto_ready();
}

static int reset_arena(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    return 0;
}

static void load(const char *name)
{
    char *text = pl_arena_take(&arena, FILE_MAX);
    FILE *stream = fopen(pl_arena_format(&arena, "%s/tests/vectors/%s", POSPAL_SOURCE_DIR, name), "rb");
    size_t size;

    assert_non_null(stream);
    size = fread(text, 1, FILE_MAX, stream);
    fclose(stream);
    assert_int_equal(pl_json_parse(&arena, pl_span_of(text, size), FILE_MAX - 1, &file), PL_OK);
}

static const char *text_of(const pl_json *vector, const char *name)
{
    return pl_json_text(pl_json_get(vector, name));
}

static void replay(const char *name, pl_err (*run)(const pl_json *vector))
{
    const pl_json *vectors, *vector;

    load(name);
    vectors = pl_json_get(file, "vectors");
    assert_true(pl_json_count(vectors) >= VECTORS_MIN);
    for (size_t i = 0; (vector = pl_json_at(vectors, i)); i++) {
        const char *expected = text_of(vector, "result");
        pl_err err = run(vector);

        if (strcmp(pl_err_code(err), expected) != 0)
            fail_msg("%s: %s: %s instead of %s: %s", name, text_of(vector, "name"), pl_err_code(err), expected, pl_err_detail());
    }
}

static pl_err run_base64url(const pl_json *vector)
{
    const char *text = text_of(vector, "text");
    uint8_t bytes[BYTES_MAX], expected[BYTES_MAX];
    size_t size = sizeof(bytes);
    char again[BYTES_MAX * 2];
    pl_err err = pl_base64url_decode(pl_span_text(text), bytes, &size);

    if (err)
        return err;
    assert_int_equal(size, from_hex(text_of(vector, "hex"), expected));
    assert_memory_equal(bytes, expected, size);
    pl_base64url_encode(pl_span_of(bytes, size), again);
    assert_string_equal(again, text);
    return PL_OK;
}

static void base64url_is_strict(void **state)
{
    (void)state;
    replay("base64url.json", run_base64url);
}

static pl_err run_signature(const pl_json *vector)
{
    uint8_t signature[PL_SIGNATURE_SIZE];
    size_t size = sizeof(signature);
    pl_jwk jwk;
    pl_err err;

    if ((err = pl_jwk_read(pl_json_get(vector, "jwk"), &jwk)) ||
        (err = pl_base64url_decode(pl_span_text(text_of(vector, "signature")), signature, &size)))
        return err;
    assert_int_equal(size, PL_SIGNATURE_SIZE);
    if (text_of(vector, "thumbprint"))
        assert_string_equal(jwk.kid, text_of(vector, "thumbprint"));
    return pl_verify(&jwk.key, pl_span_text(text_of(vector, "signing_input")), signature);
}

static void signatures_hold_as_the_standards_say(void **state)
{
    (void)state;
    replay("signatures.json", run_signature);
}

static void read_roots(void)
{
    const pl_json *keys = pl_json_get(pl_json_get(file, "roots"), "keys");

    roots.count = pl_json_count(keys);
    assert_true(roots.count > 0 && roots.count <= PL_ROOTS_MAX);
    for (size_t i = 0; i < roots.count; i++)
        assert_int_equal(pl_jwk_read(pl_json_at(keys, i), &roots.keys[i]), PL_OK);
}

static pl_err run_keyset(const pl_json *vector)
{
    const pl_json *claims = pl_json_get(vector, "claims");
    pl_keyset verified;
    int64_t number = -1;
    pl_err err;

    read_roots();
    if ((err = pl_keyset_verify(&roots, pl_span_text(text_of(vector, "token")), &verified)))
        return err;
    assert_string_equal(verified.issuer, text_of(claims, "iss"));
    assert_true(pl_json_int(pl_json_get(claims, "epoch"), &number) && verified.epoch == number);
    assert_true(pl_json_int(pl_json_get(claims, "seq"), &number) && verified.sequence == number);
    assert_true(verified.count <= pl_json_count(pl_json_get(claims, "keys")));
    return PL_OK;
}

static void keysets_are_those_of_a_root(void **state)
{
    (void)state;
    replay("keysets.json", run_keyset);
}

static void assert_number(const pl_json *claims, const char *name, int64_t value)
{
    int64_t number = 0; /* absent */

    (void)pl_json_int(pl_json_get(claims, name), &number);
    assert_true(number == value);
}

static void assert_text(const pl_json *claims, const char *name, const char *value)
{
    const char *text = text_of(claims, name);

    assert_true((text == NULL) == (value == NULL));
    if (text)
        assert_string_equal(text, value);
}

static void assert_claims(const pl_json *expected, const pl_claims *claims)
{
    assert_text(expected, "iss", claims->issuer);
    assert_text(expected, "sub", claims->license_id);
    assert_text(expected, "aud", claims->product_id);
    assert_text(expected, "product", claims->product);
    assert_text(expected, "plan", claims->plan);
    assert_text(expected, "customer", claims->customer);
    assert_number(expected, "iat", claims->issued_at);
    assert_number(expected, "exp", claims->expires_at);
    assert_number(expected, "seq", claims->sequence);
    assert_number(expected, "check_by", claims->check_by);
    assert_int_equal(pl_json_count(pl_json_get(expected, "entitlements")), claims->entitlements.count);
    assert_int_equal(pl_json_get(expected, "device") != NULL, claims->has_device);
    assert_int_equal(pl_json_get(expected, "nonce") != NULL, claims->has_nonce);
}

static pl_err run_document(const pl_json *vector)
{
    pl_doc doc = pl_doc_parse(text_of(vector, "type"));
    pl_claims claims;
    pl_jws jws;
    pl_err err;

    read_roots();
    assert_int_equal(pl_keyset_verify(&roots, pl_span_text(text_of(file, "keyset")), &keyset), PL_OK);
    if ((err = pl_keyset_verify_document(&keyset, &arena, doc, pl_span_text(text_of(vector, "token")), &jws)) ||
        (err = pl_claims_read(&arena, &jws, &claims)))
        return err;
    assert_claims(pl_json_get(vector, "claims"), &claims);
    return PL_OK;
}

static void licenses_and_answers_are_believed_or_refused(void **state)
{
    (void)state;
    replay("documents.json", run_document);
}

static pl_err run_license_file(const pl_json *vector)
{
    const char *expected = text_of(vector, "keyset");
    pl_span document, second;
    pl_err err = pl_license_file_split(pl_span_text(text_of(vector, "text")), &document, &second);

    if (err)
        return err;
    assert_true(pl_span_is(document, text_of(vector, "document")));
    assert_true(pl_span_is(second, expected ? expected : ""));
    return PL_OK;
}

static void license_files_are_split(void **state)
{
    (void)state;
    replay("license_files.json", run_license_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(base64url_is_strict, open_arena, reset_arena),
        cmocka_unit_test_setup_teardown(signatures_hold_as_the_standards_say, open_arena, reset_arena),
        cmocka_unit_test_setup_teardown(keysets_are_those_of_a_root, open_arena, reset_arena),
        cmocka_unit_test_setup_teardown(licenses_and_answers_are_believed_or_refused, open_arena, reset_arena),
        cmocka_unit_test_setup_teardown(license_files_are_split, open_arena, reset_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
