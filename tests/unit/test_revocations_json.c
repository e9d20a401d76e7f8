/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/revocations_json.c
 */
#include "token/revocations_json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define UUID "018f4c1e-0000-7000-8000-00000000c001"

static pl_err read(pl_arena *arena, const char *payload, pl_revocations *list)
{
    pl_jws jws = {.doc = PL_DOC_REVOCATIONS};
    pl_err err;

    pl_arena_reset(arena);
    if ((err = pl_json_parse(arena, pl_span_text(payload), PL_REVOCATIONS_MAX, &jws.claims)))
        return err;
    return pl_revocations_read(arena, &jws, list);
}

static void write(const pl_revocations *list, pl_buf *text)
{
    pl_json_writer writer;

    pl_buf_init(text);
    pl_json_writer_init(&writer, text);
    pl_revocations_write(&writer, list);
    assert_int_equal(text->err, PL_OK);
}

static void what_was_written_is_read_again(void **state)
{
    static const char *const names[] = {UUID, "an-imported-id"}, *const keys[] = {"MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM"};
    const pl_revocations list = {.issuer = "brand",
                                 .issued_at = 5,
                                 .expires_at = 6,
                                 .epoch = 1,
                                 .sequence = 2,
                                 .licenses = {names, 2},
                                 .devices = {names, 1},
                                 .keys = {keys, 1}};
    pl_revocations again;
    pl_arena arena;
    pl_buf text;

    (void)state;
    pl_arena_init(&arena);
    write(&list, &text);
    assert_null(strstr(text.data, UUID)); /* 22 characters do */
    assert_int_equal(read(&arena, text.data, &again), PL_OK);
    assert_string_equal(again.issuer, "brand");
    assert_int_equal(pl_revocations_compare(&list, &again), 0);
    assert_int_equal(again.expires_at, 6);
    assert_int_equal(again.licenses.count, 2);
    assert_true(pl_revoked_names_have(&again.licenses, UUID));
    assert_true(pl_revoked_names_have(&again.licenses, "an-imported-id"));
    assert_true(pl_revoked_names_have(&again.devices, UUID));
    assert_true(pl_revoked_names_have(&again.keys, keys[0]));
    assert_false(pl_revoked_names_have(&again.keys, UUID));
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
}

static void what_is_no_list_is_refused_with_the_member_named(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"iss\":\"b\",\"iat\":1,\"epoch\":0}",
        "{\"iss\":\"b\",\"epoch\":0,\"seq\":0}",
        "{\"iat\":1,\"epoch\":0,\"seq\":0}",
        "{\"iss\":\"b\",\"iat\":1,\"epoch\":-1,\"seq\":0}",
        "{\"iss\":\"b\",\"iat\":1,\"epoch\":0,\"seq\":0,\"licenses\":\"x\"}",
        "{\"iss\":\"b\",\"iat\":1,\"epoch\":0,\"seq\":0,\"licenses\":[1]}",
        "{\"iss\":\"b\",\"iat\":1,\"epoch\":0,\"seq\":0,\"devices\":[\"\"]}",
        "{\"iss\":\"b\",\"iat\":1,\"epoch\":0,\"seq\":0,\"keys\":[{}]}",
    };
    pl_jws license = {.doc = PL_DOC_LICENSE};
    pl_revocations list;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read(&arena, bad[i], &list), PL_ERR_MALFORMED);
    assert_int_equal(read(&arena, "{\"iss\":\"b\",\"iat\":1,\"epoch\":0,\"seq\":0,\"later\":[1]}", &list), PL_OK);
    assert_int_equal(list.licenses.count + list.devices.count + list.keys.count, 0);
    assert_int_equal(pl_revocations_read(&arena, &license, &list), PL_ERR_TYPE);
    pl_arena_reset(&arena);
}

static void a_full_list_fits_its_limit_and_one_more_name_is_refused(void **state)
{
    static char texts[PL_REVOCATIONS_NAMES_MAX + 1][40];
    static const char *names[PL_REVOCATIONS_NAMES_MAX + 1], *keys[PL_REVOCATIONS_KEYS_MAX];
    pl_revocations list = {.issuer = UUID, .issued_at = 1795370400, .expires_at = 1795370400, .epoch = 99, .sequence = 99999};
    pl_revocations again;
    pl_arena arena;
    pl_buf text;

    (void)state;
    for (size_t i = 0; i <= PL_REVOCATIONS_NAMES_MAX; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "018f4c1e-0000-7000-8000-%012zx", i);
        names[i] = texts[i];
    }
    for (size_t i = 0; i < PL_REVOCATIONS_KEYS_MAX; i++)
        keys[i] = "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM";
    list.licenses = (pl_revoked_names){names, PL_REVOCATIONS_NAMES_MAX};
    list.keys = (pl_revoked_names){keys, PL_REVOCATIONS_KEYS_MAX};
    pl_arena_init(&arena);
    write(&list, &text);
    assert_true(pl_base64url_size(text.size) + 300 < PL_REVOCATIONS_MAX); /* signed, with its header */
    assert_int_equal(read(&arena, text.data, &again), PL_OK);
    assert_int_equal(again.licenses.count, PL_REVOCATIONS_NAMES_MAX);
    pl_buf_reset(&text);
    list.devices = (pl_revoked_names){names, 1};
    write(&list, &text);
    assert_int_equal(read(&arena, text.data, &again), PL_ERR_MALFORMED);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_again),
        cmocka_unit_test(what_is_no_list_is_refused_with_the_member_named),
        cmocka_unit_test(a_full_list_fits_its_limit_and_one_more_name_is_refused),
    };

    return pl_crypto_ready() ? 1 : cmocka_run_group_tests_name("revocations_json", tests, NULL, NULL);
}
