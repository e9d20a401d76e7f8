/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/jws.c: what is a token of ours, and that a signature covers every bit of it.
 */
#include "token/jws.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "support/failing_memory.h"

#define KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

static documents brand;

static int make_brand(void **state)
{
    (void)state;
    documents_init(&brand);
    return 0;
}

static void add_part(pl_buf *token, const char *bytes, size_t size)
{
    char *room = pl_buf_grow(token, pl_base64url_size(size));

    assert_non_null(room);
    pl_base64url_encode(pl_span_of(bytes, size), room);
}

/* A token with any header and payload, and 64 bytes that are no signature. */
static void assemble(pl_buf *token, const char *header, const char *payload)
{
    static const char signature[PL_SIGNATURE_SIZE];

    pl_buf_clear(token);
    add_part(token, header, strlen(header));
    pl_buf_add_text(token, ".");
    add_part(token, payload, strlen(payload));
    pl_buf_add_text(token, ".");
    add_part(token, signature, sizeof(signature));
}

/* Parses an exact copy, so that the sanitizer sees a byte too far. */
static pl_err try_token(const char *text, size_t size)
{
    char *exact = malloc(size + !size);
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    assert_non_null(exact);
    memcpy(exact, text, size);
    pl_arena_init(&arena);
    err = pl_jws_parse(&arena, pl_span_of(exact, size), &jws);
    pl_arena_reset(&arena);
    free(exact);
    return err;
}

static pl_err try_header(const char *header)
{
    pl_buf token;
    pl_err err;

    pl_buf_init(&token);
    assemble(&token, header, "{}");
    err = try_token(token.data, token.size);
    pl_buf_reset(&token);
    return err;
}

static void types_have_names_and_names_types(void **state)
{
    (void)state;
    for (unsigned doc = PL_DOC_KEYSET; doc <= PL_DOC_PROOF; doc++)
        assert_int_equal(pl_doc_parse(pl_doc_typ((pl_doc)doc)), doc);
    assert_string_equal(pl_doc_typ(PL_DOC_LICENSE), "pospal-license+jwt");
    assert_int_equal(pl_doc_parse("JWT"), PL_DOC_NONE);
    assert_int_equal(pl_doc_parse(""), PL_DOC_NONE);
    assert_int_equal(pl_doc_parse("Pospal-license+jwt"), PL_DOC_NONE);
}

static void headers_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *header;
        pl_err err;
    } rows[] = {
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_OK},
        {"{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"pospal-answer+jwt\"}", PL_OK},
        {"{\"typ\":\"pospal-keyset+jwt\",\"alg\":\"EdDSA\",\"kid\":\"" KID "\"}", PL_OK},
        {" { \"typ\" : \"pospal-proof+jwt\", \"alg\" : \"EdD\\u0053A\", \"kid\" : \"" KID "\" } ", PL_OK},
        {"{\"alg\":\"EdDSA\",\"kid\":\"short\",\"typ\":\"pospal-license+jwt\"}", PL_OK},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "x\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_MALFORMED},
        {"{\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\"}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":null}", PL_ERR_MALFORMED},
        {"{\"alg\":1,\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\",\"crit\":[\"b64\"]}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\",\"b64\":false}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\",\"jwk\":null}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}{}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}}", PL_ERR_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"\",\"x\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_MALFORMED},
        {"{\"alg\":\"none\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_UNSUPPORTED},
        {"{\"alg\":\"HS256\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_UNSUPPORTED},
        {"{\"alg\":\"eddsa\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", PL_ERR_UNSUPPORTED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}", PL_ERR_TYPE},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"application/pospal-license+jwt\"}", PL_ERR_TYPE},
        {"[]", PL_ERR_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (try_header(rows[i].header) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].header);
}

static void a_header_beyond_its_limit_is_refused(void **state)
{
    char header[PL_JWS_HEADER_MAX];

    (void)state;
    memset(header, ' ', sizeof(header));
    header[0] = '{';
    memcpy(header + sizeof(header) - 2, "}", 2);
    assert_int_equal(try_header(header), PL_ERR_TOO_LARGE);
}

static void the_parts_are_three_and_nothing_is_around_them(void **state)
{
    static const char *const texts[] = {"", ".", "..", "...", "e30", "e30.e30", "e30.e30.", ".e30.e30", "e30..e30", "a.b.c.d"};
    pl_buf token;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(try_token(texts[i], strlen(texts[i])), PL_ERR_MALFORMED);
    pl_buf_init(&token);
    documents_sign(&brand.root, PL_DOC_KEYSET, "{}", &token);
    assert_int_equal(try_token(token.data, token.size), PL_OK);
    pl_buf_add_text(&token, "\n");
    assert_int_equal(try_token(token.data, token.size), PL_ERR_MALFORMED);
    token.data[token.size - 1] = '=';
    assert_int_equal(try_token(token.data, token.size), PL_ERR_MALFORMED);
    pl_buf_reset(&token);
}

static void payloads_that_are_no_object_are_refused(void **state)
{
    static const char header[] = "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}";
    static const char *const payloads[] = {"[]",
                                           "1",
                                           "x",
                                           "{",
                                           "{}{}",
                                           "{\"a\":1,\"a\":2}",
                                           "{\"a\":\"\\u0000\"}",
                                           "{\"a\":\"\xFF\"}",
                                           "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]"};
    pl_buf token;

    (void)state;
    pl_buf_init(&token);
    for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        assemble(&token, header, payloads[i]);
        assert_int_equal(try_token(token.data, token.size), PL_ERR_MALFORMED);
    }
    assemble(&token, header, "{}");
    assert_int_equal(try_token(token.data, token.size), PL_OK);
    pl_buf_reset(&token);
}

static void a_token_beyond_its_limit_is_refused(void **state)
{
    char *large = malloc(PL_JWS_MAX + 1);

    (void)state;
    assert_non_null(large);
    memset(large, 'A', PL_JWS_MAX + 1);
    assert_int_equal(try_token(large, PL_JWS_MAX + 1), PL_ERR_TOO_LARGE);
    assert_int_equal(try_token(large, PL_JWS_MAX), PL_ERR_MALFORMED);
    free(large);
}

static void what_was_signed_is_read_and_verified(void **state)
{
    pl_arena arena;
    pl_buf token;
    pl_jws jws;

    (void)state;
    pl_buf_init(&token);
    pl_arena_init(&arena);
    documents_sign(&brand.root, PL_DOC_KEYSET, "{\"iss\":\"x\"}", &token);
    assert_int_equal(pl_jws_parse(&arena, pl_buf_span(&token), &jws), PL_OK);
    assert_int_equal(jws.alg, PL_ALG_EDDSA);
    assert_int_equal(jws.doc, PL_DOC_KEYSET);
    assert_string_equal(jws.kid, brand.roots.keys[0].kid);
    assert_string_equal(pl_json_text(pl_json_get(jws.claims, "iss")), "x");
    assert_int_equal(pl_jws_verify(&jws, &brand.root.public_key), PL_OK);
    assert_int_equal(pl_jws_verify(&jws, &brand.reserve.public_key), PL_ERR_SIGNATURE);
    assert_int_equal(pl_jws_verify(&jws, &brand.keys[P256_KEY].public_key), PL_ERR_SIGNATURE);
    pl_arena_reset(&arena);
    pl_buf_reset(&token);
}

/* Parsed and verified with the key of the brand: what an attacker has to get past. */
static pl_err verify(pl_span token, const pl_public_key *key)
{
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    pl_arena_init(&arena);
    err = pl_jws_parse(&arena, token, &jws);
    if (!err)
        err = pl_jws_verify(&jws, key);
    pl_arena_reset(&arena);
    return err;
}

static void a_token_cut_or_flipped_anywhere_never_verifies(void **state)
{
    const pl_key_pair *pairs[] = {&brand.root, &brand.keys[P256_KEY]};
    pl_buf token;

    (void)state;
    pl_buf_init(&token);
    for (size_t i = 0; i < 2; i++) {
        const pl_public_key *key = &pairs[i]->public_key;

        pl_buf_clear(&token);
        documents_sign(pairs[i], PL_DOC_LICENSE, "{\"iss\":\"x\",\"n\":1}", &token);
        assert_int_equal(verify(pl_buf_span(&token), key), PL_OK);
        for (size_t size = 0; size < token.size; size++)
            assert_int_not_equal(verify(pl_span_of(token.data, size), key), PL_OK);
        for (size_t bit = 0; bit < token.size * 8; bit += i == 0 ? 1 : 8) {
            token.data[bit / 8] = (char)(token.data[bit / 8] ^ 1 << bit % 8);
            assert_int_not_equal(verify(pl_buf_span(&token), key), PL_OK);
            token.data[bit / 8] = (char)(token.data[bit / 8] ^ 1 << bit % 8);
        }
    }
    pl_buf_reset(&token);
}

/* RFC 8725, 2.1: a header that names another algorithm than the key's has no say, whatever the bytes would verify as. */
static void the_keys_algorithm_decides_not_the_headers(void **state)
{
    uint8_t signature[PL_SIGNATURE_SIZE];
    pl_buf token;

    (void)state;
    pl_buf_init(&token);
    pl_jws_write_input(&token, PL_DOC_LICENSE, PL_ALG_ES256, brand.roots.keys[0].kid, pl_span_text("{}"));
    assert_int_equal(pl_key_pair_sign(&brand.root, pl_buf_span(&token), signature), PL_OK);
    pl_jws_write_signature(&token, signature);
    assert_int_equal(verify(pl_buf_span(&token), &brand.root.public_key), PL_ERR_SIGNATURE);
    pl_buf_reset(&token);
}

static pl_err parse_signed(void *context)
{
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    pl_arena_init(&arena);
    err = pl_jws_parse(&arena, pl_buf_span(context), &jws);
    pl_arena_reset(&arena);
    return err;
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    pl_buf token;

    (void)state;
    pl_buf_init(&token);
    assemble(&token, " {\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"pospal-license+jwt\"}", "{\"a\":[1,2,3,4,5,6,7,8,9]}");
    (void)fail_every_allocation(parse_signed, &token);
    pl_buf_reset(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_have_names_and_names_types),
        cmocka_unit_test(headers_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(a_header_beyond_its_limit_is_refused),
        cmocka_unit_test(the_parts_are_three_and_nothing_is_around_them),
        cmocka_unit_test(payloads_that_are_no_object_are_refused),
        cmocka_unit_test(a_token_beyond_its_limit_is_refused),
        cmocka_unit_test(what_was_signed_is_read_and_verified),
        cmocka_unit_test(a_token_cut_or_flipped_anywhere_never_verifies),
        cmocka_unit_test(the_keys_algorithm_decides_not_the_headers),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, make_brand, NULL);
}
