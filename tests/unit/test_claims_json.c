/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/claims_json.c: every member there and back, and every wrong one refused.
 */
#include "token/claims_json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "support/failing_memory.h"

#define ID          "\"iss\":\"" BRAND_ID "\",\"aud\":\"" PRODUCT_ID "\",\"iat\":1760000000,\"product\":\"till\""
#define LICENSE     ID ",\"sub\":\"" LICENSE_ID "\""
#define ANSWER      ID ",\"verdict\":\"ACTIVE\""
#define FINGERPRINT "fp1:m=QEBAQEBAQEBAQEBAQEBAQA,f=QUFBQUFBQUFBQUFBQUFBQQ"
#define BYTES       "UVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVE"
#define TEXT64      "0123456789012345678901234567890123456789012345678901234567890123"
#define TEXT256     TEXT64 TEXT64 TEXT64 TEXT64

static pl_arena arena;

static int open_arena(void **state)
{
    (void)state;
    pl_arena_init(&arena);
    return 0;
}

static int reset_arena(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    return 0;
}

/* Reads claims as if their token had been verified. */
static pl_err read_as(pl_doc doc, const char *text, pl_claims *claims)
{
    pl_jws jws;

    memset(&jws, 0, sizeof(jws));
    jws.doc = doc;
    assert_int_equal(pl_json_parse(&arena, pl_span_text(text), 100000, &jws.claims), PL_OK);
    return pl_claims_read(&arena, &jws, claims);
}

static pl_claims there_and_back(const pl_claims *claims)
{
    pl_json_writer writer;
    pl_claims back;
    pl_buf out;

    pl_buf_init(&out);
    pl_json_writer_init(&writer, &out);
    pl_claims_write(&writer, claims);
    assert_int_equal(out.err, PL_OK);
    assert_int_equal(read_as(claims->kind == PL_CLAIMS_LICENSE ? PL_DOC_LICENSE : PL_DOC_ANSWER, out.data, &back), PL_OK);
    pl_buf_reset(&out);
    return back;
}

static void assert_entitlements_equal(const pl_entitlements *a, const pl_entitlements *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_string_equal(a->items[i].name, b->items[i].name);
        assert_int_equal(a->items[i].kind, b->items[i].kind);
        assert_int_equal(a->items[i].is_on, b->items[i].is_on);
        assert_int_equal(a->items[i].number, b->items[i].number);
        assert_int_equal(a->items[i].ends_at, b->items[i].ends_at);
        if (a->items[i].kind == PL_ENTITLEMENT_TEXT)
            assert_string_equal(a->items[i].text, b->items[i].text);
    }
}

static void assert_common_equal(const pl_claims *a, const pl_claims *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_string_equal(a->issuer, b->issuer);
    assert_string_equal(a->license_id, b->license_id);
    assert_string_equal(a->product_id, b->product_id);
    assert_string_equal(a->product, b->product);
    assert_string_equal(a->token_id, b->token_id);
    assert_int_equal(a->issued_at, b->issued_at);
    assert_int_equal(a->not_before, b->not_before);
    assert_int_equal(a->expires_at, b->expires_at);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->verdict, b->verdict);
    assert_string_equal(a->plan, b->plan);
    assert_string_equal(a->customer, b->customer);
    assert_entitlements_equal(&a->entitlements, &b->entitlements);
    assert_true(a->has_device && b->has_device);
    assert_memory_equal(&a->device, &b->device, sizeof(a->device));
    assert_int_equal(a->match, b->match);
    assert_string_equal(a->device_name, b->device_name);
}

static void a_license_comes_back_as_it_was(void **state)
{
    pl_claims claims = documents_license(), back = there_and_back(&claims);

    (void)state;
    assert_common_equal(&claims, &back);
    assert_int_equal(back.refresh_at | back.check_by | back.grace_until | back.emergency_seconds, 0);
    assert_false(back.has_nonce || back.has_device_key);
    assert_null(back.activation_id);
}

static void an_answer_comes_back_as_it_was(void **state)
{
    pl_claims claims = documents_answer(), back = there_and_back(&claims);

    (void)state;
    assert_common_equal(&claims, &back);
    assert_int_equal(back.reason, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(back.refresh_at, claims.refresh_at);
    assert_int_equal(back.check_by, claims.check_by);
    assert_int_equal(back.grace_until, claims.grace_until);
    assert_int_equal(back.emergency_seconds, claims.emergency_seconds);
    assert_string_equal(back.activation_id, ACTIVATION_ID);
    assert_true(back.has_device_key && back.has_nonce);
    assert_memory_equal(back.device_key, claims.device_key, 32);
    assert_memory_equal(back.nonce, claims.nonce, 32);
    assert_memory_equal(back.request_digest, claims.request_digest, 32);
}

static void every_verdict_and_reason_comes_back(void **state)
{
    pl_claims claims = documents_answer(), back;

    (void)state;
    for (unsigned verdict = PL_VERDICT_ACTIVE; verdict < PL_VERDICT_COUNT; verdict++) {
        claims.verdict = (pl_verdict)verdict;
        claims.reason = (pl_reason)verdict;
        back = there_and_back(&claims);
        assert_int_equal(back.verdict, verdict);
        assert_int_equal(back.reason, verdict);
    }
}

static void what_is_absent_is_not_written(void **state)
{
    pl_json_writer writer;
    pl_claims claims;
    pl_buf out;

    (void)state;
    memset(&claims, 0, sizeof(claims));
    claims.kind = PL_CLAIMS_ANSWER;
    claims.issuer = "b";
    claims.product_id = "p";
    claims.product = "till";
    claims.issued_at = 5;
    claims.verdict = PL_VERDICT_UNKNOWN_KEY;
    pl_buf_init(&out);
    pl_json_writer_init(&writer, &out);
    pl_claims_write(&writer, &claims);
    assert_string_equal(out.data, "{\"iss\":\"b\",\"aud\":\"p\",\"iat\":5,\"product\":\"till\",\"epoch\":0,\"seq\":0,"
                                  "\"verdict\":\"UNKNOWN_KEY\"}");
    claims = there_and_back(&claims);
    assert_null(claims.license_id);
    pl_buf_reset(&out);
}

static void the_written_form_is_the_documented_one(void **state)
{
    pl_claims claims = documents_answer();
    pl_json_writer writer;
    pl_buf out;

    (void)state;
    pl_buf_init(&out);
    pl_json_writer_init(&writer, &out);
    pl_claims_write(&writer, &claims);
    assert_string_equal(
        out.data,
        "{\"iss\":\"" BRAND_ID "\",\"sub\":\"" LICENSE_ID "\",\"aud\":\"" PRODUCT_ID "\",\"iat\":1760000000,\"nbf\":1759999940,"
        "\"exp\":1760001000,\"jti\":\"" TOKEN_ID "\",\"product\":\"till\",\"epoch\":1,\"seq\":3,\"plan\":\"pro\","
        "\"customer\":\"Caf\xC3\xA9 \\\"Ada\\\"\",\"entitlements\":{\"kds\":{\"value\":true},\"loyalty\":{\"value\":false,"
        "\"exp\":1760000100},\"tills\":{\"value\":3},\"tier\":{\"value\":\"gold \\\"plus\\\" \xC3\xA9\",\"exp\":1760000900}},"
        "\"refresh_at\":1760000010,\"check_by\":1760000020,\"grace_until\":1760000030,\"emergency_s\":86400,\"device\":{\"fp\":"
        "\"" FINGERPRINT ",b=QkJCQkJCQkJCQkJCQkJCQg\",\"match\":\"most\",\"name\":\"Till 3\",\"activation\":\"" ACTIVATION_ID
        "\"},"
        "\"cnf\":{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"UFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFA\"}},"
        "\"verdict\":\"SUSPENDED\",\"reason\":\"payment_failed\",\"nonce\":\"" BYTES "\","
        "\"req\":\"UlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlI\"}");
    pl_buf_reset(&out);
}

static void licenses_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
    } rows[] = {
        {"{" LICENSE "}", PL_OK},
        {"{" LICENSE ",\"later\":{\"a\":[1.5]},\"verdict\":7,\"nonce\":7}", PL_OK},
        {"{" LICENSE ",\"exp\":null,\"plan\":null,\"device\":null,\"entitlements\":null,\"cnf\":null}", PL_OK},
        {"{" ID "}", PL_ERR_MALFORMED},
        {"{" ID ",\"sub\":\"\"}", PL_ERR_MALFORMED},
        {"{" ID ",\"sub\":7}", PL_ERR_MALFORMED},
        {"{" ID ",\"sub\":\"" TEXT64 "\"}", PL_OK},
        {"{" ID ",\"sub\":\"" TEXT64 "4\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":[\"a\"],\"iat\":1,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"\",\"aud\":\"a\",\"iat\":1,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"aud\":\"a\",\"iat\":1,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"iat\":1,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"iat\":1,\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"iat\":1,\"product\":\"" TEXT64 "4\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"iat\":0,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"iat\":1.0,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"iat\":\"1\",\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"iat\":253402300800,\"product\":\"p\",\"sub\":\"s\"}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"exp\":253402300799}", PL_OK},
        {"{" LICENSE ",\"exp\":0}", PL_ERR_MALFORMED}, /* inside, 0 means no end */
        {"{" LICENSE ",\"exp\":-1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"exp\":true}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"exp\":1e9}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"nbf\":-1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"check_by\":0}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"grace_until\":-1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"refresh_at\":\"soon\"}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"epoch\":-1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"seq\":-1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"seq\":9223372036854775807}", PL_OK},
        {"{" LICENSE ",\"jti\":\"\"}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"plan\":\"" TEXT256 "\",\"customer\":\"" TEXT256 "\"}", PL_OK},
        {"{" LICENSE ",\"plan\":\"" TEXT256 "x\"}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"customer\":\"" TEXT256 "x\"}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"plan\":1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"emergency_s\":2592000}", PL_OK},
        {"{" LICENSE ",\"emergency_s\":2592001}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"emergency_s\":-1}", PL_ERR_MALFORMED},
    };
    pl_claims claims;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (read_as(PL_DOC_LICENSE, rows[i].text, &claims) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void a_trial_comes_back_and_is_no_answer(void **state)
{
    pl_claims claims = documents_license(), back;

    (void)state;
    claims.has_device = false;
    claims.trial_seconds = 30 * 86400;
    back = there_and_back(&claims);
    assert_int_equal(back.trial_seconds, 30 * 86400);
    assert_int_equal(read_as(PL_DOC_ANSWER, "{" ANSWER ",\"trial_s\":86400}", &back), PL_ERR_MALFORMED);
    assert_int_equal(read_as(PL_DOC_ANSWER, "{" ANSWER "}", &back), PL_OK);
    assert_int_equal(back.trial_seconds, 0);
}

static void trials_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
    } rows[] = {
        {"{" LICENSE ",\"trial_s\":null}", PL_OK},
        {"{" LICENSE ",\"trial_s\":1}", PL_OK},
        {"{" LICENSE ",\"trial_s\":31622400}", PL_OK},
        {"{" LICENSE ",\"trial_s\":31622401}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"trial_s\":9223372036854775807}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"trial_s\":0}", PL_ERR_MALFORMED}, /* inside, 0 means no trial */
        {"{" LICENSE ",\"trial_s\":-1}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"trial_s\":1.5}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"trial_s\":\"30\"}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"trial_s\":true}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"device\":{\"fp\":\"" FINGERPRINT "\"},\"trial_s\":86400}", PL_ERR_MALFORMED},
        {"{" LICENSE ",\"cnf\":{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" BYTES "\"}},\"trial_s\":86400}",
         PL_ERR_MALFORMED},
    };
    pl_claims claims;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (read_as(PL_DOC_LICENSE, rows[i].text, &claims) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void entitlements_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
    } rows[] = {
        {"{}", PL_OK},
        {"{\"a\":{\"value\":true,\"later\":1}}", PL_OK},
        {"{\"a\":{\"value\":-9223372036854775808}}", PL_OK},
        {"{\"a\":{\"value\":\"\"}}", PL_OK},
        {"{\"a\":{\"value\":\"" TEXT256 "\"}}", PL_OK},
        {"{\"a\":{\"value\":\"" TEXT256 "x\"}}", PL_ERR_MALFORMED},
        {"{\"a\":{\"value\":1.5}}", PL_ERR_MALFORMED},
        {"{\"a\":{\"value\":null}}", PL_ERR_MALFORMED},
        {"{\"a\":{\"value\":[]}}", PL_ERR_MALFORMED},
        {"{\"a\":{\"value\":{}}}", PL_ERR_MALFORMED},
        {"{\"a\":{}}", PL_ERR_MALFORMED},
        {"{\"a\":true}", PL_ERR_MALFORMED},
        {"{\"a\":null}", PL_ERR_MALFORMED},
        {"{\"\":{\"value\":true}}", PL_ERR_MALFORMED},
        {"{\"a b\":{\"value\":true}}", PL_ERR_MALFORMED},
        {"{\"" TEXT64 "\":{\"value\":true}}", PL_OK},
        {"{\"" TEXT64 "4\":{\"value\":true}}", PL_ERR_MALFORMED},
        {"{\"a\":{\"value\":true,\"exp\":0}}", PL_ERR_MALFORMED},
        {"{\"a\":{\"value\":true,\"exp\":\"x\"}}", PL_ERR_MALFORMED},
        {"[]", PL_ERR_MALFORMED},
    };
    pl_claims claims;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (read_as(PL_DOC_LICENSE, pl_arena_format(&arena, "{" LICENSE ",\"entitlements\":%s}", rows[i].text), &claims) !=
            rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static pl_err read_entitlements(int count, pl_claims *claims)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_buf_add_text(&text, "{" LICENSE ",\"entitlements\":{");
    for (int i = 0; i < count; i++)
        pl_buf_add_format(&text, "%s\"e%d\":{\"value\":%d}", i ? "," : "", i, i);
    pl_buf_add_text(&text, "}}");
    err = read_as(PL_DOC_LICENSE, text.data, claims);
    pl_buf_reset(&text);
    return err;
}

static void entitlements_end_at_their_limit(void **state)
{
    pl_claims claims;

    (void)state;
    assert_int_equal(read_entitlements(PL_ENTITLEMENTS_MAX, &claims), PL_OK);
    assert_int_equal(claims.entitlements.count, PL_ENTITLEMENTS_MAX);
    assert_int_equal(claims.entitlements.items[PL_ENTITLEMENTS_MAX - 1].number, PL_ENTITLEMENTS_MAX - 1);
    assert_int_equal(read_entitlements(PL_ENTITLEMENTS_MAX + 1, &claims), PL_ERR_MALFORMED);
}

static void answers_are_read_or_refused_as_the_table_says(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
    } rows[] = {
        {"{" ANSWER "}", PL_OK},
        {"{" ID "}", PL_ERR_MALFORMED},
        {"{" ID ",\"verdict\":1}", PL_ERR_MALFORMED},
        {"{" ID ",\"verdict\":null}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"reason\":1}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"nonce\":\"" BYTES "\",\"req\":\"" BYTES "\"}", PL_OK},
        {"{" ANSWER ",\"nonce\":\"" BYTES "\"}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"req\":\"" BYTES "\"}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"nonce\":\"UVFR\",\"req\":\"" BYTES "\"}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"nonce\":\"" BYTES "=\",\"req\":\"" BYTES "\"}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"nonce\":7,\"req\":\"" BYTES "\"}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"device\":{\"fp\":\"" FINGERPRINT "\"}}", PL_OK},
        {"{" ANSWER ",\"device\":{\"fp\":\"" FINGERPRINT "\",\"match\":\"3\",\"name\":\"\"}}", PL_OK},
        {"{" ANSWER ",\"device\":{}}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"device\":[]}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"device\":{\"fp\":\"fp1:\"}}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"device\":{\"fp\":\"fp2:zz\"}}", PL_ERR_UNSUPPORTED},
        {"{" ANSWER ",\"device\":{\"fp\":\"" FINGERPRINT "\",\"match\":\"some\"}}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"device\":{\"fp\":\"" FINGERPRINT "\",\"name\":\"" TEXT64 TEXT64 "\"}}", PL_OK},
        {"{" ANSWER ",\"device\":{\"fp\":\"" FINGERPRINT "\",\"name\":\"" TEXT64 TEXT64 "x\"}}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"device\":{\"fp\":\"" FINGERPRINT "\",\"activation\":\"\"}}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"cnf\":{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" BYTES "\"}}}", PL_OK},
        {"{" ANSWER ",\"cnf\":{\"jkt\":\"later\"}}", PL_OK},
        {"{" ANSWER ",\"cnf\":{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"UVFR\"}}}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"cnf\":{\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" BYTES "\",\"y\":\"" BYTES "\"}}}",
         PL_ERR_UNSUPPORTED},
        {"{" ANSWER ",\"cnf\":1}", PL_ERR_MALFORMED},
        {"{" ANSWER ",\"sub\":\"\"}", PL_ERR_MALFORMED},
    };
    pl_claims claims;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (read_as(PL_DOC_ANSWER, rows[i].text, &claims) != rows[i].err)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void words_of_later_versions_decide_nothing(void **state)
{
    pl_claims claims;

    (void)state;
    assert_int_equal(read_as(PL_DOC_ANSWER, "{" ID ",\"verdict\":\"HIBERNATING\",\"reason\":\"winter\"}", &claims), PL_OK);
    assert_int_equal(claims.verdict, PL_VERDICT_NONE);
    assert_int_equal(claims.reason, PL_REASON_NONE);
    assert_int_equal(read_as(PL_DOC_ANSWER, "{" ID ",\"verdict\":\"active\"}", &claims), PL_OK);
    assert_int_equal(claims.verdict, PL_VERDICT_NONE);
}

static void other_documents_have_no_claims(void **state)
{
    pl_claims claims;

    (void)state;
    assert_int_equal(read_as(PL_DOC_KEYSET, "{" LICENSE "}", &claims), PL_ERR_TYPE);
    assert_int_equal(read_as(PL_DOC_PROOF, "{" LICENSE "}", &claims), PL_ERR_TYPE);
    assert_int_equal(read_as(PL_DOC_REVOCATIONS, "{" LICENSE "}", &claims), PL_ERR_TYPE);
}

static pl_err read_large(void *context)
{
    pl_arena own;
    pl_claims claims;
    pl_jws jws;
    pl_err err;

    memset(&jws, 0, sizeof(jws));
    jws.doc = PL_DOC_LICENSE;
    pl_arena_init(&own);
    if (!(err = pl_json_parse(&own, pl_buf_span(context), 100000, &jws.claims)))
        err = pl_claims_read(&own, &jws, &claims);
    pl_arena_reset(&own);
    return err;
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    pl_buf text;

    (void)state;
    pl_buf_init(&text);
    pl_buf_add_text(&text, "{" LICENSE ",\"entitlements\":{\"e\":{\"value\":true}");
    for (int i = 1; i < PL_ENTITLEMENTS_MAX; i++)
        pl_buf_add_format(&text, ",\"e%d\":{\"value\":%d}", i, i);
    pl_buf_add_text(&text, "}}");
    assert_true(fail_every_allocation(read_large, &text) >= 3);
    pl_buf_reset(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_license_comes_back_as_it_was),
        cmocka_unit_test(an_answer_comes_back_as_it_was),
        cmocka_unit_test(every_verdict_and_reason_comes_back),
        cmocka_unit_test(what_is_absent_is_not_written),
        cmocka_unit_test(the_written_form_is_the_documented_one),
        cmocka_unit_test(trials_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(a_trial_comes_back_and_is_no_answer),
        cmocka_unit_test(licenses_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(entitlements_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(entitlements_end_at_their_limit),
        cmocka_unit_test(answers_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(words_of_later_versions_decide_nothing),
        cmocka_unit_test(other_documents_have_no_claims),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, open_arena, reset_arena);
}
