/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows for licenses and answers, verified with the keyset of the file.
 */
#include "vectors/rows.h"

#include <string.h>

#define ISS         "\"iss\":\"" BRAND_ID "\""
#define REST        "\"sub\":\"" LICENSE_ID "\",\"aud\":\"" PRODUCT_ID "\",\"product\":\"till\""
#define LICENSE     ISS "," REST ",\"iat\":1760000000"
#define ANSWER      LICENSE ",\"verdict\":\"ACTIVE\""
#define FINGERPRINT "fp1:m=QEBAQEBAQEBAQEBAQEBAQA,f=QUFBQUFBQUFBQUFBQUFBQQ"
#define BYTES       "UVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVE"
#define TEXT64      "0123456789012345678901234567890123456789012345678901234567890123"
#define DEEP        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"

static const char full_license[] =
    "{" ISS "," REST ",\"iat\":1760000000,\"nbf\":1759999940,\"exp\":1790000000,\"jti\":\"" TOKEN_ID "\",\"epoch\":1,\"seq\":3,"
    "\"plan\":\"pro\",\"customer\":\"Caf\xC3\xA9 \\\"Ada\\\" "
    "\\u20ac\",\"entitlements\":{\"kds\":{\"value\":true},\"tills\":{\"value\":3},"
    "\"tier\":{\"value\":\"gold\",\"exp\":1780000000}},\"device\":{\"fp\":\"" FINGERPRINT
    "\",\"match\":\"any\",\"name\":\"Till 3\"}}";

static const char full_answer[] =
    "{" LICENSE ",\"epoch\":1,\"seq\":4,\"refresh_at\":1760003600,\"check_by\":1760259200,\"grace_until\":1760864000,"
    "\"emergency_s\":86400,\"device\":{\"fp\":\"" FINGERPRINT "\",\"match\":\"two\",\"activation\":\"" ACTIVATION_ID "\"},"
    "\"cnf\":{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" BYTES "\"}},\"verdict\":\"SUSPENDED\","
    "\"reason\":\"payment_failed\",\"nonce\":\"" BYTES "\",\"req\":\"" BYTES "\"}";

static const vector_key license_key = LICENSE_KEY;

/* ---- what can be done to a signed token ---- */

static void flip_last_signature_bit(pl_buf *token)
{
    char *last = &token->data[token->size - 2]; /* the last character carries spare bits */

    *last = *last == 'A' ? 'B' : 'A';
}

/* Another digit in the issuer's id: the claims are as well-formed as before. */
static void alter_issuer(pl_buf *token)
{
    strchr(token->data, '.')[1 + 23] = 'x';
}

static void set_spare_bits(pl_buf *token)
{
    char *last = &token->data[token->size - 1]; /* 64 bytes leave four spare bits: the last is A, Q, g or w */

    *last = (char)(*last + 1);
}

static void add_padding(pl_buf *token)
{
    pl_buf_add_text(token, "==");
}

static void add_line_feed(pl_buf *token)
{
    pl_buf_add_text(token, "\n");
}

static void add_part(pl_buf *token)
{
    pl_buf_add_text(token, ".e30");
}

static void drop_signature(pl_buf *token)
{
    token->size = (size_t)(strrchr(token->data, '.') - token->data) + 1;
}

static void drop_signature_and_dot(pl_buf *token)
{
    token->size = (size_t)(strrchr(token->data, '.') - token->data);
}

static void cut_signature(pl_buf *token)
{
    token->size -= 4;
}

static void drop_all(pl_buf *token)
{
    pl_buf_clear(token);
}

#define LICENSE_TYPE "\"typ\":\"pospal-license+jwt\""

const vector_row document_rows[] = {
    {"license_with_least_members", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_OK},
    {"license_with_all_members", PL_DOC_LICENSE, LICENSE_KEY, full_license, .err = PL_OK},
    {"license_signed_es256", PL_DOC_LICENSE, P256_KEY, full_license, .err = PL_OK},
    {"answer_with_least_members", PL_DOC_ANSWER, ANSWER_KEY, "{" ANSWER "}", .err = PL_OK},
    {"answer_with_all_members", PL_DOC_ANSWER, ANSWER_KEY, full_answer, .err = PL_OK},
    {"answer_without_license", PL_DOC_ANSWER, ANSWER_KEY,
     "{" ISS ",\"aud\":\"" PRODUCT_ID "\",\"product\":\"till\",\"iat\":1760000000,\"verdict\":\"UNKNOWN_KEY\"}", .err = PL_OK},
    {"answer_with_a_verdict_of_a_later_version", PL_DOC_ANSWER, ANSWER_KEY, "{" LICENSE ",\"verdict\":\"HIBERNATING\"}",
     .err = PL_OK},
    {"members_of_a_later_version", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"later\":{\"a\":[1.5,null]}}", .err = PL_OK},
    {"null_is_absent", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":null,\"device\":null}", .err = PL_OK},
    {"header_in_another_order", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_OK,
     .header = "{ " LICENSE_TYPE ", \"kid\":\"@\", \"alg\":\"EdDSA\" }"},
    {"issued_before_the_retirement_of_the_key", PL_DOC_LICENSE, RETIRED_KEY, "{" ISS "," REST ",\"iat\":1759999999}",
     .err = PL_OK},

    {"signature_altered", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_SIGNATURE,
     .damage = flip_last_signature_bit},
    {"claims_altered", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_SIGNATURE, .damage = alter_issuer},
    {"signature_with_spare_bits", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .damage = set_spare_bits},
    {"signature_padded", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = add_padding},
    {"line_feed_at_the_end", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = add_line_feed},
    {"four_parts", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = add_part},
    {"two_parts", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = drop_signature_and_dot},
    {"without_signature", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = drop_signature},
    {"signature_cut", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = cut_signature},
    {"empty", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED, .damage = drop_all},

    {"alg_none", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_UNSUPPORTED,
     .header = "{\"alg\":\"none\",\"kid\":\"@\"," LICENSE_TYPE "}"},
    {"alg_hs256", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_UNSUPPORTED,
     .header = "{\"alg\":\"HS256\",\"kid\":\"@\"," LICENSE_TYPE "}"},
    {"alg_of_another_key", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_SIGNATURE,
     .header = "{\"alg\":\"ES256\",\"kid\":\"@\"," LICENSE_TYPE "}"},
    {"without_alg", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"kid\":\"@\"," LICENSE_TYPE "}"},
    {"without_kid", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"alg\":\"EdDSA\"," LICENSE_TYPE "}"},
    {"without_typ", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"alg\":\"EdDSA\",\"kid\":\"@\"}"},
    {"typ_jwt", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_TYPE,
     .header = "{\"alg\":\"EdDSA\",\"kid\":\"@\",\"typ\":\"JWT\"}"},
    {"header_with_crit", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"alg\":\"EdDSA\",\"kid\":\"@\"," LICENSE_TYPE ",\"crit\":[\"exp\"]}"},
    {"header_with_b64", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"alg\":\"EdDSA\",\"kid\":\"@\"," LICENSE_TYPE ",\"b64\":true}"},
    {"header_with_the_same_member_twice", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"alg\":\"EdDSA\",\"kid\":\"@\"," LICENSE_TYPE "," LICENSE_TYPE "}"},
    {"header_with_trailing_bytes", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED,
     .header = "{\"alg\":\"EdDSA\",\"kid\":\"@\"," LICENSE_TYPE "}x"},

    {"license_presented_as_answer", PL_DOC_LICENSE, LICENSE_KEY, "{" ANSWER "}", .err = PL_ERR_TYPE,
     .expected_as = PL_DOC_ANSWER},
    {"answer_presented_as_license", PL_DOC_ANSWER, ANSWER_KEY, "{" ANSWER "}", .err = PL_ERR_TYPE, .expected_as = PL_DOC_LICENSE},
    {"license_by_a_key_for_answers", PL_DOC_LICENSE, ANSWER_KEY, "{" LICENSE "}", .err = PL_ERR_KEY_PURPOSE},
    {"answer_by_a_key_for_licenses", PL_DOC_ANSWER, LICENSE_KEY, "{" ANSWER "}", .err = PL_ERR_KEY_PURPOSE},
    {"key_revoked", PL_DOC_LICENSE, REVOKED_KEY, "{" LICENSE "}", .err = PL_ERR_KEY_REVOKED},
    {"issued_at_the_retirement_of_the_key", PL_DOC_LICENSE, RETIRED_KEY, "{" LICENSE "}", .err = PL_ERR_KEY_REVOKED},
    {"key_unknown", PL_DOC_LICENSE, BY_STRANGER, "{" LICENSE "}", .err = PL_ERR_KEY_UNKNOWN},
    {"signed_by_a_root", PL_DOC_LICENSE, BY_ROOT, "{" LICENSE "}", .err = PL_ERR_KEY_UNKNOWN},
    {"signed_by_a_stranger_under_a_known_kid", PL_DOC_LICENSE, BY_STRANGER, "{" LICENSE "}", .err = PL_ERR_SIGNATURE,
     .claimed_key = &license_key},
    {"of_another_brand", PL_DOC_LICENSE, LICENSE_KEY, "{\"iss\":\"" PRODUCT_ID "\"," REST ",\"iat\":1760000000}",
     .err = PL_ERR_OTHER_PRODUCT},

    {"claims_are_an_array", PL_DOC_LICENSE, LICENSE_KEY, "[]", .err = PL_ERR_MALFORMED},
    {"claims_with_trailing_bytes", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "}{}", .err = PL_ERR_MALFORMED},
    {"claims_with_the_same_member_twice", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE "," REST "}", .err = PL_ERR_MALFORMED},
    {"claims_with_an_escaped_nul", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"plan\":\"a\\u0000b\"}", .err = PL_ERR_MALFORMED},
    {"claims_with_wrong_utf8", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"plan\":\"\xC0\x80\"}", .err = PL_ERR_MALFORMED},
    {"claims_with_a_lone_surrogate", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"plan\":\"\\ud800\"}", .err = PL_ERR_MALFORMED},
    {"claims_nested_too_deeply", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"later\":" DEEP "}", .err = PL_ERR_MALFORMED},
    {"without_issuer", PL_DOC_LICENSE, LICENSE_KEY, "{" REST ",\"iat\":1760000000}", .err = PL_ERR_MALFORMED},
    {"without_issue_time", PL_DOC_LICENSE, LICENSE_KEY, "{" ISS "," REST "}", .err = PL_ERR_MALFORMED},
    {"license_without_subject", PL_DOC_LICENSE, LICENSE_KEY,
     "{" ISS ",\"aud\":\"" PRODUCT_ID "\",\"product\":\"till\",\"iat\":1760000000}", .err = PL_ERR_MALFORMED},
    {"audience_is_an_array", PL_DOC_LICENSE, LICENSE_KEY,
     "{" ISS ",\"sub\":\"s\",\"aud\":[\"p\"],\"product\":\"till\",\"iat\":1760000000}", .err = PL_ERR_MALFORMED},
    {"subject_too_long", PL_DOC_LICENSE, LICENSE_KEY,
     "{" ISS ",\"sub\":\"" TEXT64 "4\",\"aud\":\"p\",\"product\":\"till\",\"iat\":1760000000}", .err = PL_ERR_MALFORMED},
    {"end_is_zero", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":0}", .err = PL_ERR_MALFORMED},
    {"end_is_negative", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":-1}", .err = PL_ERR_MALFORMED},
    {"end_is_a_real", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":1790000000.0}", .err = PL_ERR_MALFORMED},
    {"end_is_a_text", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":\"1790000000\"}", .err = PL_ERR_MALFORMED},
    {"end_beyond_the_year_9999", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":253402300800}", .err = PL_ERR_MALFORMED},
    {"end_beyond_64_bits", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"exp\":18446744073709551616}", .err = PL_ERR_MALFORMED},
    {"entitlement_is_a_real", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"entitlements\":{\"a\":{\"value\":1.5}}}",
     .err = PL_ERR_MALFORMED},
    {"entitlement_with_a_wrong_name", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"entitlements\":{\"a b\":{\"value\":1}}}",
     .err = PL_ERR_MALFORMED},
    {"device_without_fingerprint", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"device\":{\"match\":\"two\"}}",
     .err = PL_ERR_MALFORMED},
    {"fingerprint_of_a_later_version", PL_DOC_LICENSE, LICENSE_KEY, "{" LICENSE ",\"device\":{\"fp\":\"fp2:x\"}}",
     .err = PL_ERR_UNSUPPORTED},
    {"answer_without_verdict", PL_DOC_ANSWER, ANSWER_KEY, "{" LICENSE "}", .err = PL_ERR_MALFORMED},
    {"answer_with_nonce_but_no_digest", PL_DOC_ANSWER, ANSWER_KEY, "{" ANSWER ",\"nonce\":\"" BYTES "\"}",
     .err = PL_ERR_MALFORMED},
    {"answer_with_a_short_nonce", PL_DOC_ANSWER, ANSWER_KEY, "{" ANSWER ",\"nonce\":\"UVFR\",\"req\":\"" BYTES "\"}",
     .err = PL_ERR_MALFORMED},
};
const size_t document_row_count = sizeof(document_rows) / sizeof(document_rows[0]);
