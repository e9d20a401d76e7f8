/* SPDX-License-Identifier: Apache-2.0
 *
 * Heartbeats on the wire: what is written is read again, and nothing that is not authenticated for it is believed.
 */
#include "wire/beat.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static const uint8_t key[PL_SESSION_KEY_SIZE] = "the key of this session, 32 byte";
static const uint8_t other_key[PL_SESSION_KEY_SIZE] = "the key of that session, 32 byte";

typedef struct {
    pl_arena arena;
    pl_buf body;
    pl_beat beat;
} bench;

static int set_up(void **state)
{
    static bench b;

    memset(&b, 0, sizeof b);
    pl_arena_init(&b.arena);
    pl_buf_init(&b.body);
    memset(b.beat.brand_id.bytes, 0xb1, sizeof b.beat.brand_id.bytes);
    memset(b.beat.session_id.bytes, 0x51, sizeof b.beat.session_id.bytes);
    b.beat.number = INT64_C(0x0102030405060708);
    *state = &b;
    return pl_crypto_ready() ? -1 : 0;
}

static int tear_down(void **state)
{
    bench *b = *state;

    pl_buf_reset(&b->body);
    pl_arena_reset(&b->arena);
    return 0;
}

static void a_beat_is_read_again_and_checks_under_its_key_alone(void **state)
{
    bench *b = *state;
    pl_beat read;

    pl_beat_write(&b->beat, key, &b->body);
    assert_int_equal(pl_beat_read(&b->arena, pl_buf_span(&b->body), &read), PL_OK);
    assert_memory_equal(&read, &b->beat, sizeof read);
    assert_true(pl_beat_check(&read, key));
    assert_false(pl_beat_check(&read, other_key));
}

static void every_value_of_a_beat_is_under_its_mac(void **state)
{
    bench *b = *state;
    pl_beat changed;

    pl_beat_write(&b->beat, key, &b->body);
    changed = b->beat;
    changed.number++;
    assert_false(pl_beat_check(&changed, key));
    changed = b->beat;
    changed.brand_id.bytes[0] ^= 1;
    assert_false(pl_beat_check(&changed, key));
    changed = b->beat;
    changed.session_id.bytes[15] ^= 1;
    assert_false(pl_beat_check(&changed, key));
    changed = b->beat;
    changed.mac[31] ^= 1;
    assert_false(pl_beat_check(&changed, key));
}

#define ID   "51515151-5151-5151-5151-515151515151"
#define MAC  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD "{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":1,\"mac\":\"" MAC "\"}"

static void a_beat_that_is_none_is_refused_by_name(void **state)
{
    static const struct {
        const char *body;
        pl_err err;
    } cases[] = {
        {GOOD, PL_OK},
        {"", PL_ERR_MALFORMED},
        {"[]", PL_ERR_MALFORMED},
        {"{}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":0,\"mac\":\"" MAC "\"}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":-1,\"mac\":\"" MAC "\"}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":\"1\",\"mac\":\"" MAC "\"}", PL_ERR_INVALID},
        {"{\"brand\":\"x\",\"session\":\"" ID "\",\"number\":1,\"mac\":\"" MAC "\"}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "0\",\"number\":1,\"mac\":\"" MAC "\"}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":1,\"mac\":\"AAAA\"}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":1,\"mac\":\"" MAC "=\"}", PL_ERR_INVALID},
        {"{\"brand\":\"" ID "\",\"session\":\"" ID "\",\"number\":1}", PL_ERR_INVALID},
    };
    bench *b = *state;
    char large[PL_BEAT_MAX + 64];
    pl_beat beat;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (pl_beat_read(&b->arena, pl_span_text(cases[i].body), &beat) != cases[i].err)
            fail_msg("%s", cases[i].body);
    memset(large, ' ', sizeof large);
    memcpy(large, GOOD, sizeof GOOD - 1);
    assert_int_equal(pl_beat_read(&b->arena, pl_span_of(large, sizeof large), &beat), PL_ERR_TOO_LARGE);
}

static const pl_beat_reply replies[] = {
    {.state = PL_SESSION_HELD, .lease_s = 120, .beat_ms = 27000},
    {.state = PL_SESSION_EVICTED, .at = 1760000000, .by = "Till 2", .reason = "the other till is broken"},
    {.state = PL_SESSION_EVICTED, .at = 1760000000},
    {.state = PL_SESSION_ENDED},
    {.state = PL_SESSION_LAPSED},
};

enum { REPLY_COUNT = sizeof replies / sizeof replies[0] };

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void a_reply_is_read_again(void **state)
{
    bench *b = *state;
    pl_beat_reply read;

    for (size_t i = 0; i < REPLY_COUNT; i++) {
        pl_beat_reply reply = replies[i];

        pl_buf_clear(&b->body);
        pl_beat_reply_write(&reply, &b->beat, key, &b->body);
        assert_int_equal(pl_beat_reply_read(&b->arena, pl_buf_span(&b->body), &b->beat, key, &read), PL_OK);
        assert_int_equal(read.state, reply.state);
        assert_int_equal(read.lease_s, reply.lease_s);
        assert_int_equal(read.beat_ms, reply.beat_ms);
        assert_int_equal(read.at, reply.at);
        assert_true(is_same_text(read.by, reply.by));
        assert_true(is_same_text(read.reason, reply.reason));
    }
}

static void a_reply_to_another_beat_or_by_another_session_says_nothing(void **state)
{
    bench *b = *state;
    pl_beat_reply reply = replies[0], read;
    pl_beat later = b->beat;

    later.number++;
    pl_beat_reply_write(&reply, &b->beat, key, &b->body);
    assert_int_equal(pl_beat_reply_read(&b->arena, pl_buf_span(&b->body), &later, key, &read), PL_ERR_UNSIGNED);
    assert_int_equal(pl_beat_reply_read(&b->arena, pl_buf_span(&b->body), &b->beat, other_key, &read), PL_ERR_UNSIGNED);
}

/* Every byte of the text that is a value is under the MAC: no changed text may be believed to say anything else. */
static void no_changed_byte_of_a_reply_is_believed(void **state)
{
    bench *b = *state;
    pl_beat_reply reply = replies[1], read;
    char text[PL_BEAT_REPLY_MAX];
    size_t size;

    pl_beat_reply_write(&reply, &b->beat, key, &b->body);
    size = b->body.size;
    memcpy(text, b->body.data, size);
    for (size_t i = 0; i < size; i++) {
        text[i] ^= 1;
        if (!pl_beat_reply_read(&b->arena, pl_span_of(text, size), &b->beat, key, &read))
            fail_msg("byte %zu: %.*s", i, (int)size, text);
        text[i] ^= 1;
        pl_arena_reset(&b->arena);
        pl_arena_init(&b->arena);
    }
}

static void a_seat_without_a_lease_and_a_page_are_no_replies(void **state)
{
    bench *b = *state;
    pl_beat_reply empty = {.state = PL_SESSION_HELD}, read;

    pl_beat_reply_write(&empty, &b->beat, key, &b->body);
    assert_int_equal(pl_beat_reply_read(&b->arena, pl_buf_span(&b->body), &b->beat, key, &read), PL_ERR_UNSIGNED);
    assert_int_equal(pl_beat_reply_read(&b->arena, pl_span_text("<html>"), &b->beat, key, &read), PL_ERR_UNSIGNED);
    assert_int_equal(pl_beat_reply_read(&b->arena, pl_span_text("{\"state\":\"evicted\"}"), &b->beat, key, &read),
                     PL_ERR_UNSIGNED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_beat_is_read_again_and_checks_under_its_key_alone),
        TEST(every_value_of_a_beat_is_under_its_mac),
        TEST(a_beat_that_is_none_is_refused_by_name),
        TEST(a_reply_is_read_again),
        TEST(a_reply_to_another_beat_or_by_another_session_says_nothing),
        TEST(no_changed_byte_of_a_reply_is_believed),
        TEST(a_seat_without_a_lease_and_a_page_are_no_replies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
