/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/jwk.c, with the keys of RFC 8037, appendix A, and RFC 7515, appendix A.3.
 */
#include "token/jwk.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "support/failing_memory.h"

#define X    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define KID  "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define OKP  "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\""
#define EC   "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""

static pl_err read_key(const char *text, pl_jwk *jwk)
{
    const pl_json *object;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    assert_int_equal(pl_json_parse(&arena, pl_span_text(text), 4096, &object), PL_OK);
    err = pl_jwk_read(object, jwk);
    pl_arena_reset(&arena);
    return err;
}

static void the_thumbprint_is_that_of_the_standard(void **state)
{
    pl_jwk jwk;

    (void)state;
    assert_int_equal(read_key("{" OKP "}", &jwk), PL_OK);
    assert_string_equal(jwk.kid, KID);
    assert_int_equal(jwk.key.alg, PL_ALG_EDDSA);
    assert_int_equal(jwk.key.point[0], 0xd7);
    assert_int_equal(read_key("{" EC "}", &jwk), PL_OK);
    assert_string_equal(jwk.kid, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
    assert_int_equal(jwk.key.alg, PL_ALG_ES256);
    assert_int_equal(jwk.key.point[32], 0xc7);
}

static void what_is_written_is_read_again(void **state)
{
    static const pl_alg algs[] = {PL_ALG_EDDSA, PL_ALG_ES256};
    pl_json_writer writer;
    pl_jwk jwk, again;
    pl_buf out;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pl_buf_init(&out);
        pl_json_writer_init(&writer, &out);
        jwk.key = documents_pair(algs[i], 9).public_key;
        pl_jwk_thumbprint(&jwk.key, jwk.kid);
        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, &jwk);
        pl_json_close(&writer);
        assert_int_equal(read_key(out.data, &again), PL_OK);
        assert_string_equal(again.kid, jwk.kid);
        assert_int_equal(again.key.alg, algs[i]);
        assert_memory_equal(again.key.point, jwk.key.point, sizeof(jwk.key.point));
        pl_buf_reset(&out);
    }
}

static void the_written_form_is_the_documented_one(void **state)
{
    pl_json_writer writer;
    pl_jwk jwk;
    pl_buf out;

    (void)state;
    assert_int_equal(read_key("{" OKP "}", &jwk), PL_OK);
    pl_buf_init(&out);
    pl_json_writer_init(&writer, &out);
    pl_json_open(&writer, NULL, '{');
    pl_jwk_write(&writer, &jwk);
    pl_json_close(&writer);
    assert_string_equal(out.data, "{" OKP ",\"kid\":\"" KID "\",\"alg\":\"EdDSA\",\"use\":\"sig\"}");
    pl_buf_reset(&out);
}

static void keys_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
    } rows[] = {
        {"{" OKP ",\"kid\":\"" KID "\",\"alg\":\"EdDSA\",\"use\":\"sig\",\"later\":[1]}", PL_OK},
        {"{" EC ",\"alg\":\"ES256\"}", PL_OK},
        {"{" OKP ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}", PL_ERR_MALFORMED},
        {"{" EC ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"oct\",\"k\":\"AAAA\"}", PL_ERR_MALFORMED},
        {"{" OKP ",\"alg\":\"ES256\"}", PL_ERR_MALFORMED},
        {"{" OKP ",\"alg\":\"none\"}", PL_ERR_MALFORMED},
        {"{" EC ",\"alg\":\"EdDSA\"}", PL_ERR_MALFORMED},
        {"{" OKP ",\"use\":\"enc\"}", PL_ERR_MALFORMED},
        {"{" OKP ",\"kid\":\"mine\"}", PL_ERR_MALFORMED},
        {"{" OKP ",\"kid\":7}", PL_ERR_MALFORMED},
        {"{}", PL_ERR_MALFORMED},
        {"{\"kty\":\"OKP\",\"x\":\"" X "\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKx\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "A\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", PL_ERR_MALFORMED},
        {"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X "\"}", PL_ERR_UNSUPPORTED},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" X "\"}", PL_ERR_UNSUPPORTED},
        {"{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" X "\"}", PL_ERR_UNSUPPORTED},
        {"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", PL_ERR_UNSUPPORTED},
        {"{\"kty\":\"RSA\",\"n\":\"AAAA\",\"e\":\"AQAB\"}", PL_ERR_UNSUPPORTED},
    };
    pl_jwk jwk;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (read_key(rows[i].text, &jwk) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void a_set_has_one_key_or_more_and_no_two_alike(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
        size_t count;
    } rows[] = {
        {"{\"keys\":[{" OKP "}]}", PL_OK, 1},
        {"{\"keys\":[{" OKP "},{" EC "}],\"more\":1}", PL_OK, 2},
        {"{\"keys\":[{" OKP "},{" OKP ",\"use\":\"sig\"}]}", PL_ERR_MALFORMED, 0},
        {"{\"keys\":[{" OKP "},{" EC "},{" OKP "}]}", PL_ERR_MALFORMED, 0},
        {"{\"keys\":[{\"kty\":\"RSA\"}]}", PL_ERR_UNSUPPORTED, 0},
        {"{\"keys\":[]}", PL_ERR_MALFORMED, 0},
        {"{\"keys\":{}}", PL_ERR_MALFORMED, 0},
        {"{\"keys\":[1]}", PL_ERR_MALFORMED, 0},
        {"{\"keys\":[[]]}", PL_ERR_MALFORMED, 0},
        {"{}", PL_ERR_MALFORMED, 0},
        {"[]", PL_ERR_MALFORMED, 0},
        {"", PL_ERR_MALFORMED, 0},
        {"{\"keys\":[{" OKP "}],\"keys\":[]}", PL_ERR_MALFORMED, 0},
    };
    pl_jwk keys[2];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 2;

        assert_int_equal(pl_jwks_parse(pl_span_text(rows[i].text), keys, &count), rows[i].err);
        assert_int_equal(count, rows[i].err ? 2 : rows[i].count);
    }
}

static void a_set_cut_anywhere_or_too_large_is_refused(void **state)
{
    static const char text[] = "{\"keys\":[{" OKP "},{" EC "}]}";
    char *large = calloc(1, PL_JWKS_MAX + 1);
    size_t count = 2;
    pl_jwk keys[2];

    (void)state;
    for (size_t size = 0; size < sizeof(text) - 1; size++)
        assert_int_equal(pl_jwks_parse(pl_span_of(text, size), keys, &count), PL_ERR_MALFORMED);
    assert_non_null(large);
    memset(large, ' ', PL_JWKS_MAX + 1);
    memcpy(large, text, sizeof(text) - 1);
    assert_int_equal(pl_jwks_parse(pl_span_of(large, PL_JWKS_MAX + 1), keys, &count), PL_ERR_TOO_LARGE);
    assert_int_equal(pl_jwks_parse(pl_span_of(large, PL_JWKS_MAX), keys, &count), PL_OK);
    free(large);
}

static pl_err parse_set(void *context)
{
    size_t count = 2;
    pl_jwk keys[2];

    (void)context;
    return pl_jwks_parse(pl_span_text("{\"keys\":[{" OKP "},{" EC "}]}"), keys, &count);
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    (void)state;
    (void)fail_every_allocation(parse_set, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_thumbprint_is_that_of_the_standard),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(the_written_form_is_the_documented_one),
        cmocka_unit_test(keys_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(a_set_has_one_key_or_more_and_no_two_alike),
        cmocka_unit_test(a_set_cut_anywhere_or_too_large_is_refused),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
