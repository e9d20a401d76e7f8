/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "session", both ways, and what is refused.
 */
#include "token/session_json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

typedef struct {
    pl_arena arena;
    pl_buf text;
} bench;

static int set_up(void **state)
{
    static bench b;

    pl_arena_init(&b.arena);
    pl_buf_init(&b.text);
    *state = &b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;

    pl_buf_reset(&b->text);
    pl_arena_reset(&b->arena);
    return 0;
}

static pl_err read_text(bench *b, const char *text, const pl_session_claims **session)
{
    const pl_json *object;

    assert_int_equal(pl_json_parse(&b->arena, pl_span_text(text), 1 << 20, &object), PL_OK);
    return pl_session_claims_read(&b->arena, object, session);
}

static const pl_session_claims *again(bench *b, const pl_session_claims *session)
{
    const pl_session_claims *read = NULL;
    pl_json_writer writer;

    pl_buf_clear(&b->text);
    pl_json_writer_init(&writer, &b->text);
    pl_json_open(&writer, NULL, '{');
    pl_session_claims_write(&writer, session);
    pl_json_close(&writer);
    assert_int_equal(b->text.err, PL_OK);
    assert_int_equal(read_text(b, b->text.data, &read), PL_OK);
    return read;
}

static void a_held_seat_is_read_again(void **state)
{
    pl_session_claims held = {PL_SESSION_HELD, "s-1", {0}, 120, 27311, 2, 0, NULL, 0};
    const pl_session_claims *read;

    memset(held.sealed_key, 0x5e, sizeof held.sealed_key);
    read = again(*state, &held);
    assert_int_equal(read->state, PL_SESSION_HELD);
    assert_string_equal(read->session_id, "s-1");
    assert_memory_equal(read->sealed_key, held.sealed_key, sizeof held.sealed_key);
    assert_int_equal(read->lease_s, 120);
    assert_int_equal(read->beat_ms, 27311);
    assert_int_equal(read->limit, 2);
    assert_int_equal(read->holder_count, 0);
}

static void who_holds_the_seats_is_read_again(void **state)
{
    const pl_session_holder holders[] = {{"s-1", "a-1", "Till 1", 1760000000, 1760000030}, {"s-2", "a-2", NULL, 1, 2}};
    const pl_session_claims taken = {PL_SESSION_TAKEN, NULL, {0}, 0, 0, 2, 1760000300, holders, 2};
    const pl_session_claims *read = again(*state, &taken);

    assert_int_equal(read->state, PL_SESSION_TAKEN);
    assert_int_equal(read->retry_at, 1760000300);
    assert_int_equal(read->holder_count, 2);
    assert_string_equal(read->holders[0].session_id, "s-1");
    assert_string_equal(read->holders[0].activation_id, "a-1");
    assert_string_equal(read->holders[0].device_name, "Till 1");
    assert_int_equal(read->holders[0].since, 1760000000);
    assert_int_equal(read->holders[0].seen, 1760000030);
    assert_null(read->holders[1].device_name);
}

static void nothing_is_said_where_there_is_nothing(void **state)
{
    assert_null(again(*state, NULL));
}

static void a_state_of_a_later_version_says_nothing(void **state)
{
    const pl_session_claims *read;

    assert_int_equal(read_text(*state, "{\"session\":{\"state\":\"borrowed\",\"until\":7}}", &read), PL_OK);
    assert_int_equal(read->state, PL_SESSION_NONE);
}

#define KEY80 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HELD(id, key, lease, beat) \
    "{\"session\":{\"state\":\"held\",\"id\":" id ",\"key\":\"" key "\",\"lease_s\":" lease ",\"beat_ms\":" beat "}}"
#define HOLDER(id, since) \
    "{\"session\":{\"state\":\"taken\",\"holders\":[{\"id\":" id ",\"activation\":\"a\",\"since\":" since ",\"seen\":1}]}}"

static void what_breaks_the_form_is_malformed(void **state)
{
    static const struct {
        const char *text;
        pl_err err;
    } cases[] = {
        {HELD("\"s\"", KEY80, "120", "30000"), PL_OK},
        {HELD("\"s\"", KEY80, "120", "120001"), PL_ERR_MALFORMED}, /* the beat would come too late */
        {HELD("\"s\"", KEY80, "120", "999"), PL_ERR_MALFORMED},
        {HELD("\"s\"", KEY80, "0", "30000"), PL_ERR_MALFORMED},
        {HELD("\"s\"", KEY80, "86401", "30000"), PL_ERR_MALFORMED},
        {HELD("\"\"", KEY80, "120", "30000"), PL_ERR_MALFORMED},
        {HELD("7", KEY80, "120", "30000"), PL_ERR_MALFORMED},
        {HELD("\"s\"", "AAAA", "120", "30000"), PL_ERR_MALFORMED},
        {HELD("\"s\"", "no base64!", "120", "30000"), PL_ERR_MALFORMED},
        {"{\"session\":7}", PL_ERR_MALFORMED},
        {"{\"session\":{}}", PL_ERR_MALFORMED},
        {"{\"session\":{\"state\":\"held\"}}", PL_ERR_MALFORMED},
        {HOLDER("\"s\"", "1"), PL_OK},
        {HOLDER("\"s\"", "0"), PL_ERR_MALFORMED},
        {HOLDER("null", "1"), PL_ERR_MALFORMED},
        {"{\"session\":{\"state\":\"taken\",\"holders\":[7]}}", PL_ERR_MALFORMED},
        {"{\"session\":{\"state\":\"taken\",\"retry_at\":-1}}", PL_ERR_MALFORMED},
    };
    const pl_session_claims *read;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (read_text(*state, cases[i].text, &read) != cases[i].err)
            fail_msg("%s", cases[i].text);
}

static void more_holders_than_an_answer_shows_are_refused(void **state)
{
    bench *b = *state;
    const pl_session_claims *read;

    pl_buf_add_text(&b->text, "{\"session\":{\"state\":\"listed\",\"holders\":[");
    for (int i = 0; i <= PL_SESSION_HOLDERS_MAX; i++)
        pl_buf_add_format(&b->text, "%s{\"id\":\"s%d\",\"activation\":\"a\",\"since\":1,\"seen\":1}", i ? "," : "", i);
    pl_buf_add_text(&b->text, "]}}");
    assert_int_equal(read_text(b, b->text.data, &read), PL_ERR_MALFORMED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_held_seat_is_read_again),
        TEST(who_holds_the_seats_is_read_again),
        TEST(nothing_is_said_where_there_is_nothing),
        TEST(a_state_of_a_later_version_says_nothing),
        TEST(what_breaks_the_form_is_malformed),
        TEST(more_holders_than_an_answer_shows_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
