/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows below the level of documents: base64url, signatures and the text of license files. The examples of RFC 8037 and RFC 7515 are
 * here, because their headers have neither kid nor typ and so are no documents of ours.
 */
#include "vectors/rows.h"

const base64url_row base64url_rows[] = {
    {"empty", "", ""},
    {"rfc4648_f", "Zg", "66"},
    {"rfc4648_fo", "Zm8", "666f"},
    {"rfc4648_foo", "Zm9v", "666f6f"},
    {"rfc4648_foob", "Zm9vYg", "666f6f62"},
    {"rfc4648_fooba", "Zm9vYmE", "666f6f6261"},
    {"rfc4648_foobar", "Zm9vYmFy", "666f6f626172"},
    {"rfc7515_appendix_c", "A-z_4ME", "03ecffe0c1"},
    {"all_digits_63", "____", "ffffff"},
    {"padded", "Zg==", NULL},
    {"padded_once", "Zm8=", NULL},
    {"impossible_length", "Zm9vY", NULL},
    {"one_character", "Z", NULL},
    {"spare_bits_after_one_byte", "Zh", NULL},
    {"spare_bits_after_two_bytes", "Zm9", NULL},
    {"plus_of_the_standard_alphabet", "Zm+v", NULL},
    {"slash_of_the_standard_alphabet", "Zm/v", NULL},
    {"white_space_inside", "Zm 9v", NULL},
    {"line_feed_at_the_end", "Zm9v\n", NULL},
    {"not_ascii", "Zm9\xC3\xA9", NULL},
};
const size_t base64url_row_count = sizeof(base64url_rows) / sizeof(base64url_rows[0]);

#define RFC8037_KEY       "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define RFC8037_KID       "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define RFC8037_INPUT     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define RFC8037_SIGNATURE "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

#define RFC7515_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC7515_KEY \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_X "\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define RFC7515_KID "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
#define RFC7515_INPUT \
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RFC7515_SIGNATURE "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

const signature_row signature_rows[] = {
    {"rfc8037_appendix_a", RFC8037_KEY, RFC8037_KID, RFC8037_INPUT, RFC8037_SIGNATURE, PL_OK},
    {"rfc7515_appendix_a3", RFC7515_KEY, RFC7515_KID, RFC7515_INPUT, RFC7515_SIGNATURE, PL_OK},
    {"ed25519_other_message", RFC8037_KEY, RFC8037_KID, RFC8037_INPUT "x", RFC8037_SIGNATURE, PL_ERR_SIGNATURE},
    {"es256_other_message", RFC7515_KEY, RFC7515_KID, RFC7515_INPUT "x", RFC7515_SIGNATURE, PL_ERR_SIGNATURE},
    {"ed25519_non_canonical_s", RFC8037_KEY, RFC8037_KID, RFC8037_INPUT,
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6KLa6_pyZkOh9Vg8wkiO1VhVsPt9g7sVvpAr_MuM0KEg", PL_ERR_SIGNATURE},
    {"ed25519_signature_of_zeros", RFC8037_KEY, RFC8037_KID, RFC8037_INPUT, ZEROS ZEROS, PL_ERR_SIGNATURE},
    {"es256_signature_of_zeros", RFC7515_KEY, RFC7515_KID, RFC7515_INPUT, ZEROS ZEROS, PL_ERR_SIGNATURE},
    {"ed25519_key_of_small_order", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
     NULL, RFC8037_INPUT, RFC8037_SIGNATURE, PL_ERR_MALFORMED},
    {"es256_key_off_the_curve", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_X "\",\"y\":\"" RFC7515_X "\"}", NULL,
     RFC7515_INPUT, RFC7515_SIGNATURE, PL_ERR_MALFORMED},
    {"private_member",
     "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
     NULL, RFC8037_INPUT, RFC8037_SIGNATURE, PL_ERR_MALFORMED},
    {"wrong_kid",
     "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" RFC7515_KID "\","
     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
     NULL, RFC8037_INPUT, RFC8037_SIGNATURE, PL_ERR_MALFORMED},
    {"rsa_key", "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", NULL, RFC8037_INPUT, RFC8037_SIGNATURE, PL_ERR_UNSUPPORTED},
};
const size_t signature_row_count = sizeof(signature_rows) / sizeof(signature_rows[0]);

const license_file_row license_file_rows[] = {
    {"two_lines", "a.b.c\nd.e.f\n", "a.b.c", "d.e.f"},
    {"without_keyset", "a.b.c\n", "a.b.c", NULL},
    {"without_line_feed_at_the_end", "a.b.c\nd.e.f", "a.b.c", "d.e.f"},
    {"line_ends_of_windows", "a.b.c\r\nd.e.f\r\n", "a.b.c", "d.e.f"},
    {"line_ends_of_old_macs", "a.b.c\rd.e.f\r", "a.b.c", "d.e.f"},
    {"byte_order_mark",
     "\xEF\xBB\xBF"
     "a.b.c\nd.e.f\n",
     "a.b.c", "d.e.f"},
    {"spaces_and_blank_lines", "\n \t\n  a.b.c \n\n\td.e.f\n\n", "a.b.c", "d.e.f"},
    {"remarks", "# License of Caf\xC3\xA9 Ada\na.b.c\n # keys\nd.e.f\n#\n", "a.b.c", "d.e.f"},
    {"empty", "", NULL, NULL},
    {"only_remarks", "# a.b.c\n", NULL, NULL},
    {"three_documents", "a.b.c\nd.e.f\ng.h.i\n", NULL, NULL},
    {"two_on_one_line", "a.b.c d.e.f\n", NULL, NULL},
    {"a_web_page", "<html><body>Sign in</body></html>\n", NULL, NULL},
    {"json", "{\"license\":\"a.b.c\"}\n", NULL, NULL},
    {"padded_base64", "a.b.c==\n", NULL, NULL},
};
const size_t license_file_row_count = sizeof(license_file_rows) / sizeof(license_file_rows[0]);
