/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/issue.c: what is issued is what a program verifies. (lib/crypto/issue.c is tested in test_verify.c.)
 */
#include "token/issue.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "support/failing_memory.h"
#include "token/claims_json.h"

static documents brand;

static int make_brand(void **state)
{
    (void)state;
    documents_init(&brand);
    return 0;
}

static void the_token_of_a_fixed_key_is_always_the_same(void **state)
{
    pl_buf token;

    (void)state;
    pl_buf_init(&token);
    documents_sign(&brand.root, PL_DOC_LICENSE, "{}", &token);
    /* OpenSSL signs the same bytes in the same way. */
    assert_string_equal(token.data,
                        "eyJhbGciOiJFZERTQSIsImtpZCI6IkZjRmFFYmhTVVhscXM1S3Y1VkIwbnRpTVFxLVVVdjNfVVp4TnhmN1FTeWMiLCJ0eXAi"
                        "OiJwb3NwYWwtbGljZW5zZStqd3QifQ.e30.afFFhbeVXXhTkQDj14KWuZ4mazi-Y6pHA4u6o53-Onqm6ux5iEXKIiZEvHuRWN"
                        "lFiq291-VlVYNjdHftUyxaDQ");
    pl_buf_reset(&token);
}

static void claims_are_signed_as_their_kind(void **state)
{
    const pl_claims claims[] = {documents_license(), documents_answer()};
    const pl_doc docs[] = {PL_DOC_LICENSE, PL_DOC_ANSWER};
    const char *kid = brand.keyset.keys[P256_KEY].jwk.kid;
    pl_claims back;
    pl_arena arena;
    pl_buf token;
    pl_jws jws;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pl_buf_init(&token);
        pl_arena_init(&arena);
        pl_buf_add_text(&token, "x");
        assert_int_equal(pl_claims_sign(&claims[i], &brand.keys[P256_KEY], kid, &token), PL_OK);
        assert_int_equal(token.data[0], 'x');
        assert_int_equal(
            pl_keyset_verify_document(&brand.keyset, &arena, docs[i], pl_span_of(token.data + 1, token.size - 1), &jws), PL_OK);
        assert_int_equal(pl_claims_read(&arena, &jws, &back), PL_OK);
        assert_int_equal(back.kind, claims[i].kind);
        pl_arena_reset(&arena);
        pl_buf_reset(&token);
    }
}

static void a_pair_without_algorithm_signs_nothing(void **state)
{
    pl_key_pair pair = brand.root;
    pl_buf token;

    (void)state;
    pair.public_key.alg = PL_ALG_NONE;
    pl_buf_init(&token);
    assert_int_equal(pl_jws_sign(PL_DOC_LICENSE, &pair, "kid", pl_span_text("{}"), &token), PL_ERR_UNSUPPORTED);
    pl_buf_reset(&token);
}

static void a_buffer_at_its_limit_is_an_error(void **state)
{
    pl_buf token;

    (void)state;
    pl_buf_init(&token);
    token.limit = 100;
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.root, &token), PL_ERR_TOO_LARGE);
    pl_buf_reset(&token);
}

static pl_err sign_all(void *context)
{
    const pl_claims claims = documents_answer();
    pl_buf token;
    pl_err err;

    (void)context;
    pl_buf_init(&token);
    if (!(err = pl_claims_sign(&claims, &brand.keys[ANSWER_KEY], brand.keyset.keys[ANSWER_KEY].jwk.kid, &token)))
        err = pl_keyset_sign(&brand.keyset, &brand.root, &token);
    pl_buf_reset(&token);
    return err;
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(sign_all, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_of_a_fixed_key_is_always_the_same), cmocka_unit_test(claims_are_signed_as_their_kind),
        cmocka_unit_test(a_pair_without_algorithm_signs_nothing),      cmocka_unit_test(a_buffer_at_its_limit_is_an_error),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, make_brand, NULL);
}
