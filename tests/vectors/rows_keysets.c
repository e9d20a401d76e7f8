/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows for keysets, verified with the roots of the file.
 */
#include "vectors/rows.h"

#define HEAD "\"iss\":\"" BRAND_ID "\",\"iat\":1760000000,\"epoch\":1,\"seq\":7"
#define JWK  "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define KEY  JWK ",\"docs\":[\"pospal-license+jwt\"]"
#define EC_JWK                                                                                \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""

static const vector_key root = BY_ROOT;

static void flip_last_signature_bit(pl_buf *token)
{
    char *last = &token->data[token->size - 2]; /* the last character carries spare bits */

    *last = *last == 'A' ? 'B' : 'A';
}

const vector_row keyset_rows[] = {
    {"without_keys", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[]}", .err = PL_OK},
    {"current_and_retired", PL_DOC_KEYSET, BY_ROOT,
     "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\"},{" EC_JWK ",\"docs\":[\"pospal-answer+jwt\"],\"state\":\"retired\","
     "\"retired_at\":1750000000}]}",
     .err = PL_OK},
    {"by_the_reserve_root", PL_DOC_KEYSET, BY_RESERVE, "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\"}]}", .err = PL_OK},
    {"types_of_a_later_version", PL_DOC_KEYSET, BY_ROOT,
     "{" HEAD ",\"keys\":[{" JWK ",\"docs\":[\"pospal-later+jwt\"],\"state\":\"current\"}]}", .err = PL_OK},
    {"key_of_a_later_kind", PL_DOC_KEYSET, BY_ROOT,
     "{" HEAD ",\"keys\":[{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"},{" KEY ",\"state\":\"revoked\"}]}",
     .err = PL_OK},
    {"state_of_a_later_version", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"dormant\"}]}", .err = PL_OK},

    {"signature_altered", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[]}", .err = PL_ERR_SIGNATURE,
     .damage = flip_last_signature_bit},
    {"by_a_stranger", PL_DOC_KEYSET, BY_STRANGER, "{" HEAD ",\"keys\":[]}", .err = PL_ERR_KEY_UNKNOWN},
    {"by_a_key_of_a_keyset", PL_DOC_KEYSET, LICENSE_KEY, "{" HEAD ",\"keys\":[]}", .err = PL_ERR_KEY_UNKNOWN},
    {"by_a_stranger_under_the_kid_of_a_root", PL_DOC_KEYSET, BY_STRANGER, "{" HEAD ",\"keys\":[]}", .err = PL_ERR_SIGNATURE,
     .claimed_key = &root},
    {"a_license_by_the_root", PL_DOC_LICENSE, BY_ROOT, "{" HEAD ",\"keys\":[]}", .err = PL_ERR_TYPE,
     .expected_as = PL_DOC_KEYSET},
    {"keys_missing", PL_DOC_KEYSET, BY_ROOT, "{" HEAD "}", .err = PL_ERR_MALFORMED},
    {"the_same_key_twice", PL_DOC_KEYSET, BY_ROOT,
     "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"revoked\"},{" KEY ",\"state\":\"current\"}]}", .err = PL_ERR_MALFORMED},
    {"key_without_state", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[{" KEY "}]}", .err = PL_ERR_MALFORMED},
    {"retired_without_time", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"retired\"}]}",
     .err = PL_ERR_MALFORMED},
    {"private_key", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\",\"d\":\"AA\"}]}",
     .err = PL_ERR_MALFORMED},
    {"kid_is_not_the_thumbprint", PL_DOC_KEYSET, BY_ROOT,
     "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\",\"kid\":\"mine\"}]}", .err = PL_ERR_MALFORMED},
    {"alg_is_not_the_keys", PL_DOC_KEYSET, BY_ROOT, "{" HEAD ",\"keys\":[{" KEY ",\"state\":\"current\",\"alg\":\"ES256\"}]}",
     .err = PL_ERR_MALFORMED},
    {"key_too_short", PL_DOC_KEYSET, BY_ROOT,
     "{" HEAD ",\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\",\"docs\":[],\"state\":\"current\"}]}",
     .err = PL_ERR_MALFORMED},
    {"negative_sequence", PL_DOC_KEYSET, BY_ROOT,
     "{\"iss\":\"" BRAND_ID "\",\"iat\":1760000000,\"epoch\":1,\"seq\":-1,\"keys\":[]}", .err = PL_ERR_MALFORMED},
    {"without_epoch", PL_DOC_KEYSET, BY_ROOT, "{\"iss\":\"" BRAND_ID "\",\"iat\":1760000000,\"seq\":1,\"keys\":[]}",
     .err = PL_ERR_MALFORMED},
};
const size_t keyset_row_count = sizeof(keyset_rows) / sizeof(keyset_rows[0]);
