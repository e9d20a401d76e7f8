/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids of one millisecond are in the order of their making, whatever is random in them and whatever the clock does.
 */
#include "store/ids.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

enum { NOW_MS = 1760000, BURST = 10000 };

static const uint8_t high[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, low[10] = {0};

static int order(pl_uuid a, pl_uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}

static void a_burst_of_one_millisecond_is_in_order(void **state)
{
    ids_t ids = {0};
    pl_uuid last = ids_next(&ids, NOW_MS, high), id;

    (void)state;
    for (int i = 1; i < BURST; i++, last = id) {
        id = ids_next(&ids, NOW_MS, i % 2 ? low : high);
        assert_true(order(last, id) < 0);
        assert_int_equal(id.bytes[6] >> 4, 7);
        assert_int_equal(id.bytes[8] >> 6, 2);
    }
    assert_in_range(pl_uuid_v7_time_ms(last), NOW_MS + 1, NOW_MS + BURST / 4096 + 1); /* borrowed */
}

static void a_millisecond_begins_anywhere_in_its_lower_half(void **state)
{
    ids_t one = {0}, other = {0};
    pl_uuid first = ids_next(&one, NOW_MS, low), last = ids_next(&other, NOW_MS, high);

    (void)state;
    assert_int_equal((first.bytes[6] & 0x0f) << 8 | first.bytes[7], 0);
    assert_int_equal((last.bytes[6] & 0x0f) << 8 | last.bytes[7], 0x7ff);
    first = ids_next(&other, NOW_MS + 1, low);
    assert_int_equal((first.bytes[6] & 0x0f) << 8 | first.bytes[7], 0);
    assert_true(order(last, first) < 0);
}

static void the_tail_is_random_in_each(void **state)
{
    ids_t ids = {0};
    pl_uuid first = ids_next(&ids, NOW_MS, high), second = ids_next(&ids, NOW_MS, low);

    (void)state;
    assert_memory_equal(first.bytes + 9, high, 7);
    assert_memory_equal(second.bytes + 9, low, 7);
}

static void a_clock_that_steps_back_a_little_keeps_the_order(void **state)
{
    ids_t ids = {0};
    pl_uuid last = ids_next(&ids, NOW_MS, high), id;

    (void)state;
    for (int64_t back = 1; back <= IDS_BEHIND_MAX_MS; back *= 10, last = id) {
        id = ids_next(&ids, NOW_MS - back, low);
        assert_true(order(last, id) < 0);
        assert_int_equal(pl_uuid_v7_time_ms(id), NOW_MS);
    }
    assert_int_equal(pl_uuid_v7_time_ms(ids_next(&ids, NOW_MS + 1, low)), NOW_MS + 1);
}

static void a_clock_that_was_set_back_is_told_as_it_is(void **state)
{
    ids_t ids = {0};

    (void)state;
    (void)ids_next(&ids, NOW_MS, high);
    assert_int_equal(pl_uuid_v7_time_ms(ids_next(&ids, NOW_MS - IDS_BEHIND_MAX_MS - 1, low)), NOW_MS - IDS_BEHIND_MAX_MS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_of_one_millisecond_is_in_order),
        cmocka_unit_test(a_millisecond_begins_anywhere_in_its_lower_half),
        cmocka_unit_test(the_tail_is_random_in_each),
        cmocka_unit_test(a_clock_that_steps_back_a_little_keeps_the_order),
        cmocka_unit_test(a_clock_that_was_set_back_is_told_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
