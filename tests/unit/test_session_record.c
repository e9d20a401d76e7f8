/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/client/session_record.c
 */
#include "client/session_record.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static pl_session_record sample(void)
{
    pl_session_record record = {.state = PL_SEAT_EVICTED, .lease_s = 120, .beat_ms = 27000, .evicted_at = 1763800100};

    memset(record.brand_id.bytes, 0x11, sizeof record.brand_id.bytes);
    memset(record.session_id.bytes, 0x22, sizeof record.session_id.bytes);
    memset(record.key, 0x33, sizeof record.key);
    memcpy(record.evicted_by, "Till \"2\"", sizeof "Till \"2\"");
    memcpy(record.reason, "broken", sizeof "broken");
    return record;
}

static void reads_what_it_wrote(void **state)
{
    pl_session_record record = sample(), read = {0};
    pl_buf text;

    (void)state;
    pl_buf_init(&text);
    pl_session_record_write(&record, &text);
    assert_int_equal(pl_session_record_read(pl_buf_span(&text), &read), PL_OK);
    assert_int_equal(read.state, PL_SEAT_EVICTED);
    assert_memory_equal(read.brand_id.bytes, record.brand_id.bytes, sizeof read.brand_id.bytes);
    assert_memory_equal(read.session_id.bytes, record.session_id.bytes, sizeof read.session_id.bytes);
    assert_memory_equal(read.key, record.key, sizeof read.key);
    assert_int_equal(read.lease_s, 120);
    assert_int_equal(read.beat_ms, 27000);
    assert_int_equal(read.evicted_at, 1763800100);
    assert_string_equal(read.evicted_by, "Till \"2\"");
    assert_string_equal(read.reason, "broken");
    pl_buf_reset(&text);
}

static void leaves_what_is_known_alone_where_the_text_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"state\":\"soaring\"}",
        "{\"state\":\"held\",\"brand\":\"x\"}",
        "{\"state\":\"held\",\"brand\":\"11111111-1111-1111-1111-111111111111\",\"session\":\"x\"}",
    };
    pl_session_record record = sample();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(pl_session_record_read(pl_span_text(texts[i]), &record), PL_ERR_MALFORMED);
        assert_int_equal(record.state, PL_SEAT_EVICTED);
        assert_string_equal(record.reason, "broken");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(leaves_what_is_known_alone_where_the_text_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
