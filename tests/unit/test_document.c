/* SPDX-License-Identifier: Apache-2.0
 *
 * What `inspect` says of each kind of document, whoever signed it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "license/document.h"
#include "support/documents.h"
#include "token/proof.h"

typedef struct {
    documents brand;
    trust_t trust;
} desk;

static int set_up(void **state)
{
    desk *d = calloc(1, sizeof *d);

    if (!d || pl_crypto_ready())
        return -1;
    documents_init(&d->brand);
    d->trust.has_roots = d->trust.has_keyset = true;
    d->trust.roots = d->brand.roots;
    d->trust.keyset = d->brand.keyset;
    d->trust.now = ISSUED_AT + 100;
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* Shows a token and looks for each of the parts, up to NULL. */
static void expect(const desk *d, const pl_buf *token, bool is_json, bool wants_refusal, const char *const *parts)
{
    bool is_refused = !wants_refusal;
    const char *shown;
    sheet_t sheet;

    sheet_init(&sheet, is_json);
    sheet_open_table(&sheet, "documents");
    assert_int_equal(document_show(&sheet, pl_buf_span(token), &d->trust, &is_refused), PL_OK);
    sheet_close_table(&sheet);
    shown = sheet_finish(&sheet);
    assert_non_null(shown);
    for (; *parts; parts++)
        if (!strstr(shown, *parts))
            fail_msg("\"%s\" is not in %s", *parts, shown);
    assert_int_equal(is_refused, wants_refusal);
    sheet_reset(&sheet);
}

static void sign_claims(const pl_claims *claims, const pl_key_pair *pair, pl_buf *token)
{
    char kid[PL_KID_SIZE];

    pl_buf_init(token);
    pl_jwk_thumbprint(&pair->public_key, kid);
    assert_int_equal(pl_claims_sign(claims, pair, kid, token), PL_OK);
}

static void says_who_signed_a_license_and_an_answer(void **state)
{
    const desk *d = *state;
    pl_claims license = documents_license(), answer = documents_answer();
    pl_buf token;

    sign_claims(&license, &d->brand.keys[LICENSE_KEY], &token);
    expect(d, &token, false, false,
           (const char *const[]){"pospal-license+jwt", "verified          yes", "a key of the keyset", "current",
                                 "(1 minute ago)", "(in 15 minutes)", "customer                Caf\xC3\xA9 \"Ada\"", NULL});
    pl_buf_reset(&token);
    sign_claims(&answer, &d->brand.keys[ANSWER_KEY], &token);
    expect(d, &token, true, false,
           (const char *const[]){"\"type\":\"pospal-answer+jwt\"", "\"verified\":true", "\"verdict\":\"SUSPENDED\"",
                                 "\"check_by\":{\"at\":\"", NULL});
    pl_buf_reset(&token);
}

static void says_why_a_license_does_not_verify(void **state)
{
    static const struct {
        unsigned key;
        const char *code;
    } rows[] = {{ANSWER_KEY, "key_purpose"}, {RETIRED_KEY, "revoked_key"}, {REVOKED_KEY, "revoked_key"}};
    desk *d = *state;
    pl_claims license = documents_license();
    pl_buf token;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_claims(&license, &d->brand.keys[rows[i].key], &token);
        expect(d, &token, true, true, (const char *const[]){"\"verified\":false", rows[i].code, "\"why\":", NULL});
        pl_buf_reset(&token);
    }
    sign_claims(&license, &d->brand.stranger, &token);
    expect(d, &token, false, true, (const char *const[]){"NO: do not believe it", "no key of the keyset has the id", NULL});
    d->trust.has_roots = false;
    expect(d, &token, false, false, (const char *const[]){"NOT VERIFIED", "--roots FILE", NULL});
    pl_buf_reset(&token);
}

static void tells_a_keyset_of_the_reserve(void **state)
{
    const desk *d = *state;
    pl_buf token;

    pl_buf_init(&token);
    assert_int_equal(pl_keyset_sign(&d->brand.keyset, &d->brand.reserve, &token), PL_OK);
    assert_true(document_is_keyset(pl_buf_span(&token)));
    expect(d, &token, false, false, (const char *const[]){"verified          yes", "a reserve root key", "keys[0].kid", NULL});
    pl_buf_reset(&token);
    pl_buf_init(&token);
    assert_int_equal(pl_keyset_sign(&d->brand.keyset, &d->brand.stranger, &token), PL_OK);
    expect(d, &token, false, true, (const char *const[]){"NO: do not believe it", "no root key has the id", NULL});
    pl_buf_reset(&token);
}

static void shows_revocations_and_proofs(void **state)
{
    const desk *d = *state;
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], secret[PL_DEVICE_SECRET_SIZE];
    pl_proof proof = {.act = "deactivate", .activation_id = ACTIVATION_ID, .nonce = {1}, .issued_at = ISSUED_AT};
    pl_buf token;

    pl_buf_init(&token);
    documents_sign(&d->brand.keys[LICENSE_KEY], PL_DOC_REVOCATIONS, "{\"iss\":\"" BRAND_ID "\",\"iat\":1760000000,\"seq\":4}",
                   &token);
    expect(d, &token, false, false, (const char *const[]){"what is no longer good", "verified          yes", "seq", NULL});
    pl_buf_reset(&token);
    pl_device_key_new(public_key, secret);
    pl_buf_init(&token);
    pl_proof_write(&proof, secret, &token);
    expect(d, &token, false, true, (const char *const[]){"holds its key", "only the validator knows", "deactivate", NULL});
    pl_buf_reset(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(says_who_signed_a_license_and_an_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_why_a_license_does_not_verify, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_a_keyset_of_the_reserve, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shows_revocations_and_proofs, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
