/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/keyring.c: roots, keysets, and which key may have signed which document.
 */
#include "token/keyring.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "support/failing_memory.h"

static documents brand;
static pl_buf token;

#define KEY_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define KEY   "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" KEY_X "\",\"docs\":[\"pospal-answer+jwt\"]"
#define HEAD  "\"iss\":\"" BRAND_ID "\",\"iat\":1760000000,\"epoch\":1,\"seq\":7"

static int make_brand(void **state)
{
    (void)state;
    documents_init(&brand);
    return 0;
}

static int release_token(void **state)
{
    (void)state;
    pl_buf_reset(&token);
    return 0;
}

static pl_err verify_keyset(pl_keyset *keyset)
{
    return pl_keyset_verify(&brand.roots, pl_buf_span(&token), keyset);
}

static pl_err verify_payload(const char *payload, pl_keyset *keyset)
{
    pl_buf_clear(&token);
    documents_sign(&brand.root, PL_DOC_KEYSET, payload, &token);
    return verify_keyset(keyset);
}

static void roots_are_read_in_their_order(void **state)
{
    static const char one[] = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" KEY_X "\"}]}";
    pl_json_writer writer;
    pl_roots roots;

    (void)state;
    pl_json_writer_init(&writer, &token);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    for (size_t i = 0; i < 2; i++) {
        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, &brand.roots.keys[i]);
        pl_json_close(&writer);
    }
    pl_json_close(&writer);
    pl_json_close(&writer);
    assert_int_equal(pl_roots_parse(pl_buf_span(&token), &roots), PL_OK);
    assert_int_equal(roots.count, 2);
    assert_string_equal(roots.keys[0].kid, brand.roots.keys[0].kid);
    assert_string_equal(roots.keys[1].kid, brand.roots.keys[1].kid);
    assert_int_equal(pl_roots_parse(pl_span_text(one), &roots), PL_OK);
    assert_int_equal(roots.count, 1);
    assert_int_equal(pl_roots_parse(pl_span_of(one, sizeof(one) - 3), &roots), PL_ERR_MALFORMED);
    assert_int_equal(roots.count, 0);
}

static void a_signed_keyset_comes_back_as_it_was(void **state)
{
    pl_keyset keyset;

    (void)state;
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.root, &token), PL_OK);
    assert_int_equal(verify_keyset(&keyset), PL_OK);
    assert_string_equal(keyset.issuer, BRAND_ID);
    assert_int_equal(keyset.root_rank, 0);
    assert_int_equal(keyset.epoch, 1);
    assert_int_equal(keyset.sequence, 7);
    assert_int_equal(keyset.issued_at, ISSUED_AT);
    assert_int_equal(keyset.count, KEY_COUNT);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        assert_string_equal(keyset.keys[i].jwk.kid, brand.keyset.keys[i].jwk.kid);
        assert_int_equal(keyset.keys[i].docs, brand.keyset.keys[i].docs);
        assert_int_equal(keyset.keys[i].state, brand.keyset.keys[i].state);
        assert_int_equal(keyset.keys[i].retired_at, brand.keyset.keys[i].retired_at);
    }
    pl_buf_clear(&token);
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.reserve, &token), PL_OK);
    assert_int_equal(verify_keyset(&keyset), PL_OK);
    assert_int_equal(keyset.root_rank, 1);
}

static void only_a_root_may_sign_a_keyset(void **state)
{
    pl_keyset keyset;

    (void)state;
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.stranger, &token), PL_OK);
    assert_int_equal(verify_keyset(&keyset), PL_ERR_KEY_UNKNOWN);
    assert_int_equal(keyset.count, 0);
    pl_buf_clear(&token);
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.keys[LICENSE_KEY], &token), PL_OK);
    assert_int_equal(verify_keyset(&keyset), PL_ERR_KEY_UNKNOWN);
    pl_buf_clear(&token);
    assert_int_equal(pl_jws_sign(PL_DOC_KEYSET, &brand.stranger, brand.roots.keys[0].kid, pl_span_text("{}"), &token), PL_OK);
    assert_int_equal(verify_keyset(&keyset), PL_ERR_SIGNATURE);
    pl_buf_clear(&token);
    documents_sign(&brand.root, PL_DOC_LICENSE, "{" HEAD ",\"keys\":[]}", &token);
    assert_int_equal(verify_keyset(&keyset), PL_ERR_TYPE);
}

static void a_keyset_cut_or_flipped_anywhere_is_refused(void **state)
{
    pl_keyset keyset;

    (void)state;
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.root, &token), PL_OK);
    for (size_t size = 0; size < token.size; size++)
        assert_int_not_equal(pl_keyset_verify(&brand.roots, pl_span_of(token.data, size), &keyset), PL_OK);
    for (size_t at = 0; at < token.size; at++) {
        token.data[at] = (char)(token.data[at] ^ 1);
        assert_int_not_equal(verify_keyset(&keyset), PL_OK);
        assert_int_equal(keyset.count, 0);
        token.data[at] = (char)(token.data[at] ^ 1);
    }
    assert_int_equal(verify_keyset(&keyset), PL_OK);
}

static void keysets_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *payload;
        pl_err err;
        size_t count;
    } rows[] = {
        {"{" HEAD ",\"keys\":[]}", PL_OK, 0},
        {"{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\"}],\"later\":{}}", PL_OK, 1},
        {"{" HEAD ",\"keys\":[{" KEY ",\"state\":\"retired\",\"retired_at\":5}]}", PL_OK, 1},
        {"{" HEAD ",\"keys\":[{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"},{" KEY ",\"state\":\"current\"}]}", PL_OK,
         1},
        {"{" HEAD "}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":{}}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[1]}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{" KEY "}]}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{" KEY ",\"state\":1}]}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{" KEY ",\"state\":\"retired\"}]}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{" KEY ",\"state\":\"retired\",\"retired_at\":0}]}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\"},{" KEY ",\"state\":\"current\"}]}", PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" KEY_X "\",\"docs\":\"x\",\"state\":\"current\"}]}",
         PL_ERR_MALFORMED, 0},
        {"{" HEAD ",\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" KEY_X "\",\"docs\":[1],\"state\":\"current\"}]}",
         PL_ERR_MALFORMED, 0},
        {"{\"iat\":1760000000,\"epoch\":1,\"seq\":7,\"keys\":[]}", PL_ERR_MALFORMED, 0},
        {"{\"iss\":\"018f4c1e-0000-7000-8000-00000000b00123456\",\"iat\":1760000000,\"epoch\":1,\"seq\":7,\"keys\":[]}",
         PL_ERR_MALFORMED, 0},
        {"{\"iss\":\"x\",\"iat\":-1,\"epoch\":1,\"seq\":7,\"keys\":[]}", PL_ERR_MALFORMED, 0},
        {"{\"iss\":\"x\",\"iat\":1,\"epoch\":-1,\"seq\":7,\"keys\":[]}", PL_ERR_MALFORMED, 0},
        {"{\"iss\":\"x\",\"iat\":1,\"epoch\":1,\"seq\":7.0,\"keys\":[]}", PL_ERR_MALFORMED, 0},
        {"{\"iss\":\"x\",\"iat\":1,\"epoch\":1,\"keys\":[]}", PL_ERR_MALFORMED, 0},
    };
    pl_keyset keyset;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (verify_payload(rows[i].payload, &keyset) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].payload);
        assert_int_equal(keyset.count, rows[i].count);
    }
}

static void words_of_later_versions_fail_closed(void **state)
{
    pl_keyset keyset;

    (void)state;
    assert_int_equal(verify_payload("{" HEAD ",\"keys\":[{" KEY ",\"state\":\"dormant\"}]}", &keyset), PL_OK);
    assert_int_equal(keyset.keys[0].state, PL_KEY_REVOKED);
    assert_int_equal(verify_payload("{" HEAD ",\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" KEY_X "\",\"docs\":["
                                    "\"pospal-later+jwt\",\"pospal-license+jwt\",\"pospal-keyset+jwt\",\"pospal-proof+jwt\"],"
                                    "\"state\":\"current\"}]}",
                                    &keyset),
                     PL_OK);
    assert_int_equal(keyset.keys[0].docs, 1u << PL_DOC_LICENSE);
}

static void a_keyset_has_at_most_its_number_of_keys_and_bytes(void **state)
{
    pl_key_pair pair;
    pl_keyset keyset = brand.keyset;

    (void)state;
    for (keyset.count = 0; keyset.count < PL_KEYSET_KEYS_MAX; keyset.count++) {
        pair = documents_pair(PL_ALG_EDDSA, (uint8_t)(0x80 + keyset.count));
        keyset.keys[keyset.count] = brand.keyset.keys[0];
        keyset.keys[keyset.count].jwk.key = pair.public_key;
        pl_jwk_thumbprint(&pair.public_key, keyset.keys[keyset.count].jwk.kid);
    }
    assert_int_equal(pl_keyset_sign(&keyset, &brand.root, &token), PL_OK);
    assert_true(token.size <= PL_KEYSET_MAX);
    assert_int_equal(verify_keyset(&keyset), PL_OK);
    assert_int_equal(keyset.count, PL_KEYSET_KEYS_MAX);
    pl_buf_clear(&token);
    memset(pl_buf_grow(&token, PL_KEYSET_MAX + 1), 'A', PL_KEYSET_MAX + 1);
    assert_int_equal(verify_keyset(&keyset), PL_ERR_TOO_LARGE);
}

static void one_key_too_many_is_refused(void **state)
{
    pl_keyset keyset;
    pl_buf payload;

    (void)state;
    pl_buf_init(&payload);
    pl_buf_add_text(&payload, "{" HEAD ",\"keys\":[0");
    for (int i = 0; i < PL_KEYSET_KEYS_MAX; i++)
        pl_buf_add_text(&payload, ",0");
    pl_buf_add_text(&payload, "]}");
    assert_int_equal(verify_payload(payload.data, &keyset), PL_ERR_MALFORMED);
    assert_non_null(strstr(pl_err_detail(), "more than"));
    pl_buf_reset(&payload);
}

static void order_is_by_root_then_epoch_then_sequence(void **state)
{
    static const struct {
        size_t rank;
        int64_t epoch, sequence;
    } rising[] = {{0, 1, 1}, {0, 1, 2}, {0, 2, 0}, {1, 0, 0}, {1, 0, INT64_MAX}, {2, 0, 0}};
    pl_keyset a, b;

    (void)state;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 6; k++) {
            a.root_rank = rising[i].rank, a.epoch = rising[i].epoch, a.sequence = rising[i].sequence;
            b.root_rank = rising[k].rank, b.epoch = rising[k].epoch, b.sequence = rising[k].sequence;
            assert_int_equal(pl_keyset_compare(&a, &b), (i > k) - (i < k));
        }
    }
}

static pl_err verify_document(pl_doc doc)
{
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    pl_arena_init(&arena);
    err = pl_keyset_verify_document(&brand.keyset, &arena, doc, pl_buf_span(&token), &jws);
    pl_arena_reset(&arena);
    return err;
}

static void documents_are_believed_as_the_table_says(void **state)
{
    static const char good[] = "{\"iss\":\"" BRAND_ID "\",\"iat\":1760000000}";
    static const struct {
        int key;
        pl_doc signed_as, expected_as;
        const char *payload;
        pl_err err;
    } rows[] = {
        {LICENSE_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, good, PL_OK},
        {LICENSE_KEY, PL_DOC_REVOCATIONS, PL_DOC_REVOCATIONS, good, PL_OK},
        {ANSWER_KEY, PL_DOC_ANSWER, PL_DOC_ANSWER, good, PL_OK},
        {P256_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, good, PL_OK},
        {LICENSE_KEY, PL_DOC_LICENSE, PL_DOC_ANSWER, good, PL_ERR_TYPE},
        {LICENSE_KEY, PL_DOC_ANSWER, PL_DOC_ANSWER, good, PL_ERR_KEY_PURPOSE},
        {ANSWER_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, good, PL_ERR_KEY_PURPOSE},
        {P256_KEY, PL_DOC_KEYSET, PL_DOC_KEYSET, good, PL_ERR_KEY_PURPOSE},
        {P256_KEY, PL_DOC_PROOF, PL_DOC_PROOF, good, PL_ERR_KEY_PURPOSE},
        {REVOKED_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, good, PL_ERR_KEY_REVOKED},
        {RETIRED_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, "{\"iss\":\"" BRAND_ID "\",\"iat\":1759999999}", PL_OK},
        {RETIRED_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, good, PL_ERR_KEY_REVOKED},
        {RETIRED_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, "{\"iss\":\"" BRAND_ID "\"}", PL_ERR_MALFORMED},
        {LICENSE_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, "{\"iss\":\"" PRODUCT_ID "\",\"iat\":1760000000}", PL_ERR_OTHER_PRODUCT},
        {LICENSE_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, "{\"iat\":1760000000}", PL_ERR_MALFORMED},
        {LICENSE_KEY, PL_DOC_LICENSE, PL_DOC_LICENSE, "{\"iss\":\"" BRAND_ID "\",\"iat\":-5}", PL_ERR_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pl_buf_clear(&token);
        documents_sign(&brand.keys[rows[i].key], rows[i].signed_as, rows[i].payload, &token);
        if (verify_document(rows[i].expected_as) != rows[i].err)
            fail_msg("row %zu: %s", i, pl_err_detail());
    }
}

static void documents_of_strangers_are_not_believed(void **state)
{
    static const char good[] = "{\"iss\":\"" BRAND_ID "\",\"iat\":1760000000}";

    (void)state;
    documents_sign(&brand.stranger, PL_DOC_LICENSE, good, &token);
    assert_int_equal(verify_document(PL_DOC_LICENSE), PL_ERR_KEY_UNKNOWN);
    pl_buf_clear(&token);
    documents_sign(&brand.root, PL_DOC_LICENSE, good, &token); /* roots sign keysets and nothing else */
    assert_int_equal(verify_document(PL_DOC_LICENSE), PL_ERR_KEY_UNKNOWN);
    pl_buf_clear(&token);
    assert_int_equal(
        pl_jws_sign(PL_DOC_LICENSE, &brand.stranger, brand.keyset.keys[LICENSE_KEY].jwk.kid, pl_span_text(good), &token), PL_OK);
    assert_int_equal(verify_document(PL_DOC_LICENSE), PL_ERR_SIGNATURE);
}

static pl_err verify_both(void *context)
{
    const pl_buf *tokens = context;
    pl_keyset keyset;
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    pl_arena_init(&arena);
    if (!(err = pl_keyset_verify(&brand.roots, pl_buf_span(&tokens[0]), &keyset)))
        err = pl_keyset_verify_document(&keyset, &arena, PL_DOC_LICENSE, pl_buf_span(&tokens[1]), &jws);
    pl_arena_reset(&arena);
    return err;
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    pl_buf tokens[2];

    (void)state;
    pl_buf_init(&tokens[0]);
    pl_buf_init(&tokens[1]);
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.root, &tokens[0]), PL_OK);
    documents_sign(&brand.keys[LICENSE_KEY], PL_DOC_LICENSE, "{\"iss\":\"" BRAND_ID "\",\"iat\":1760000000}", &tokens[1]);
    assert_true(fail_every_allocation(verify_both, tokens) >= 2);
    pl_buf_reset(&tokens[0]);
    pl_buf_reset(&tokens[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(roots_are_read_in_their_order, release_token),
        cmocka_unit_test_teardown(a_signed_keyset_comes_back_as_it_was, release_token),
        cmocka_unit_test_teardown(only_a_root_may_sign_a_keyset, release_token),
        cmocka_unit_test_teardown(a_keyset_cut_or_flipped_anywhere_is_refused, release_token),
        cmocka_unit_test_teardown(keysets_are_read_or_refused_as_the_table_says, release_token),
        cmocka_unit_test_teardown(words_of_later_versions_fail_closed, release_token),
        cmocka_unit_test_teardown(a_keyset_has_at_most_its_number_of_keys_and_bytes, release_token),
        cmocka_unit_test_teardown(one_key_too_many_is_refused, release_token),
        cmocka_unit_test(order_is_by_root_then_epoch_then_sequence),
        cmocka_unit_test_teardown(documents_are_believed_as_the_table_says, release_token),
        cmocka_unit_test_teardown(documents_of_strangers_are_not_believed, release_token),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, make_brand, NULL);
}
