/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/device_request.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#define KID  "0123456789012345678901234567890123456789012"
#define B64  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define UUID "018f4c1e-0000-7000-8000-00000000b001"
#define FP   "fp1:m=AAAAAAAAAAAAAAAAAAAAAA,f=AQEBAQEBAQEBAQEBAQEBAQ"

static pl_err read_text(pl_arena *arena, pl_act act, const char *body, pl_device_request *request)
{
    return pl_device_request_read(arena, act, pl_span_text(body), request);
}

static pl_device_request whole(void)
{
    pl_device_request r = {.roots = {KID, KID},
                           .root_count = 2,
                           .product = "till",
                           .key = "ABCD-EFGH",
                           .fingerprint = FP,
                           .instance_id = UUID,
                           .activation_id = UUID,
                           .has_device_key = true,
                           .device_name = "Till \"3\" \xC3\xBC",
                           .keyset_epoch = 2,
                           .keyset_sequence = 5,
                           .keyset_root = KID,
                           .app_version = "1.2",
                           .sdk_version = "0.1.0",
                           .platform = "linux/x86_64",
                           .proof = "a.b.c"};

    memset(r.nonce, 7, sizeof r.nonce);
    memset(r.device_key, 9, sizeof r.device_key);
    return r;
}

static void what_is_written_is_read_again(void **state)
{
    const pl_device_request sent = whole();
    pl_device_request got;
    pl_arena arena;
    pl_buf body;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_init(&body);
    pl_device_request_write(&sent, &body);
    assert_int_equal(body.err, PL_OK);
    for (int act = PL_ACT_ACTIVATE; act <= PL_ACT_DEACTIVATE; act++) {
        assert_int_equal(pl_device_request_read(&arena, (pl_act)act, pl_buf_span(&body), &got), PL_OK);
        assert_int_equal(got.root_count, 2);
        assert_string_equal(got.roots[1], KID);
        assert_string_equal(got.product, sent.product);
        assert_string_equal(got.key, sent.key);
        assert_memory_equal(got.nonce, sent.nonce, sizeof sent.nonce);
        assert_string_equal(got.fingerprint, sent.fingerprint);
        assert_string_equal(got.instance_id, sent.instance_id);
        assert_string_equal(got.activation_id, sent.activation_id);
        assert_true(got.has_device_key);
        assert_memory_equal(got.device_key, sent.device_key, sizeof sent.device_key);
        assert_string_equal(got.device_name, sent.device_name);
        assert_int_equal(got.keyset_epoch, 2);
        assert_int_equal(got.keyset_sequence, 5);
        assert_string_equal(got.keyset_root, KID);
        assert_string_equal(got.app_version, sent.app_version);
        assert_string_equal(got.sdk_version, sent.sdk_version);
        assert_string_equal(got.platform, sent.platform);
        assert_string_equal(got.proof, sent.proof);
    }
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
}

static void absent_members_are_not_written(void **state)
{
    pl_device_request sent = {.roots = {KID}, .root_count = 1, .product = "till", .key = "K"};
    pl_buf body;

    (void)state;
    pl_buf_init(&body);
    pl_device_request_write(&sent, &body);
    assert_string_equal(body.data,
                        "{\"roots\":[\"" KID
                        "\"],\"product\":\"till\",\"key\":\"K\",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");
    pl_buf_reset(&body);
}

#define HEAD  "{\"roots\":[\"" KID "\"],\"product\":\"till\",\"key\":\"K\",\"nonce\":\"" B64 "\""
#define VALID HEAD ",\"fingerprint\":\"" FP "\""

static void each_act_needs_its_members(void **state)
{
    static const struct {
        pl_act act;
        const char *body;
        pl_err err;
        const char *named;
    } cases[] = {
        {PL_ACT_VALIDATE, VALID "}", PL_OK, ""},
        {PL_ACT_VALIDATE, HEAD "}", PL_ERR_INVALID, "fingerprint"},
        {PL_ACT_ACTIVATE, VALID ",\"device_key\":\"" B64 "\"}", PL_OK, ""},
        {PL_ACT_ACTIVATE, VALID "}", PL_ERR_INVALID, "device_key"},
        {PL_ACT_DEACTIVATE, HEAD ",\"activation\":\"" UUID "\",\"proof\":\"x\"}", PL_OK, ""},
        {PL_ACT_DEACTIVATE, HEAD ",\"proof\":\"x\"}", PL_ERR_INVALID, "activation"},
        {PL_ACT_DEACTIVATE, HEAD ",\"activation\":\"" UUID "\"}", PL_ERR_INVALID, "proof"},
        {PL_ACT_VALIDATE, "{\"roots\":[\"" KID "\"],\"key\":\"K\",\"nonce\":\"" B64 "\",\"fingerprint\":\"" FP "\"}",
         PL_ERR_INVALID, "product"},
        {PL_ACT_VALIDATE, "{\"roots\":[\"" KID "\"],\"product\":\"t\",\"nonce\":\"" B64 "\",\"fingerprint\":\"" FP "\"}",
         PL_ERR_INVALID, "key"},
        {PL_ACT_VALIDATE, "{\"roots\":[\"" KID "\"],\"product\":\"t\",\"key\":\"K\",\"fingerprint\":\"" FP "\"}", PL_ERR_INVALID,
         "nonce"},
        {PL_ACT_VALIDATE, "{\"product\":\"t\",\"key\":\"K\",\"nonce\":\"" B64 "\",\"fingerprint\":\"" FP "\"}", PL_ERR_INVALID,
         "roots"},
    };
    pl_device_request request;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_text(&arena, cases[i].act, cases[i].body, &request), cases[i].err);
        if (cases[i].err)
            assert_non_null(strstr(pl_err_detail(), cases[i].named));
    }
    pl_arena_reset(&arena);
}

static void members_of_a_wrong_form_are_refused(void **state)
{
    static const char *const members[] = {
        "\"nonce\":\"AAAA\"",
        "\"nonce\":\"" B64 "=\"",
        "\"device_key\":\"AAAA\"",
        "\"device_key\":7",
        "\"instance\":\"not-a-uuid\"",
        "\"activation\":\"018f4c1e\"",
        "\"fingerprint\":\"fp1:\"",
        "\"fingerprint\":\"fp9:m=AAAAAAAAAAAAAAAAAAAAAA\"",
        "\"keyset\":{\"epoch\":-1,\"seq\":1}",
        "\"keyset\":{\"epoch\":1}",
        "\"keyset\":7",
        "\"keyset\":{\"epoch\":1,\"seq\":1,\"root\":7}",
        "\"keyset\":{\"epoch\":1,\"seq\":1,\"root\":\"short\"}",
        "\"keyset\":{\"epoch\":1,\"seq\":1,\"root\":\"" KID "0\"}",
        "\"roots\":[]",
        "\"roots\":[\"short\"]",
        "\"roots\":[7]",
        "\"roots\":[\"" KID "\",\"" KID "\",\"" KID "\",\"" KID "\",\"" KID "\"]",
        "\"product\":7",
        "\"device_name\":\"\\u001b[2J\"",
    };
    char body[2048];
    pl_device_request request;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *colon = strchr(members[i], ':');
        const char *base[][2] = {{"roots", "[\"" KID "\"]"},
                                 {"product", "\"till\""},
                                 {"key", "\"K\""},
                                 {"nonce", "\"" B64 "\""},
                                 {"fingerprint", "\"" FP "\""}};
        size_t size = (size_t)snprintf(body, sizeof body, "{%s", members[i]);

        for (size_t k = 0; k < 5; k++)
            if (strncmp(members[i] + 1, base[k][0], (size_t)(colon - members[i]) - 2) != 0)
                size += (size_t)snprintf(body + size, sizeof body - size, ",\"%s\":%s", base[k][0], base[k][1]);
        snprintf(body + size, sizeof body - size, "}");
        if (read_text(&arena, PL_ACT_VALIDATE, body, &request) != PL_ERR_INVALID)
            fail_msg("accepted: %s", body);
    }
    pl_arena_reset(&arena);
}

static void what_is_no_json_object_is_malformed_and_too_much_too_large(void **state)
{
    static char large[PL_REQUEST_MAX + 2];
    pl_device_request request;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(read_text(&arena, PL_ACT_VALIDATE, "", &request), PL_ERR_MALFORMED);
    assert_int_equal(read_text(&arena, PL_ACT_VALIDATE, "[]", &request), PL_ERR_MALFORMED);
    assert_int_equal(read_text(&arena, PL_ACT_VALIDATE, VALID ",\"key\":\"L\"}", &request), PL_ERR_MALFORMED);
    assert_int_equal(read_text(&arena, PL_ACT_VALIDATE, VALID "}x", &request), PL_ERR_MALFORMED);
    memset(large, ' ', sizeof large - 1);
    assert_int_equal(read_text(&arena, PL_ACT_VALIDATE, large, &request), PL_ERR_TOO_LARGE);
    pl_arena_reset(&arena);
}

static void unknown_members_are_tolerated(void **state)
{
    pl_device_request request;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(read_text(&arena, PL_ACT_VALIDATE, VALID ",\"future\":{\"x\":[1]},\"proof\":null}", &request), PL_OK);
    assert_null(request.proof);
    pl_arena_reset(&arena);
}

static void each_act_has_its_path(void **state)
{
    (void)state;
    assert_string_equal(pl_act_path(PL_ACT_ACTIVATE), "/api/v1/device/activate");
    assert_string_equal(pl_act_path(PL_ACT_VALIDATE), "/api/v1/device/validate");
    assert_string_equal(pl_act_path(PL_ACT_DEACTIVATE), "/api/v1/device/deactivate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(absent_members_are_not_written),
        cmocka_unit_test(each_act_needs_its_members),
        cmocka_unit_test(members_of_a_wrong_form_are_refused),
        cmocka_unit_test(what_is_no_json_object_is_malformed_and_too_much_too_large),
        cmocka_unit_test(unknown_members_are_tolerated),
        cmocka_unit_test(each_act_has_its_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
