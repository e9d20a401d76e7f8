/* SPDX-License-Identifier: Apache-2.0
 *
 * The hot status against the rules it stands in for: at every moment it says what pl_policy_decide says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/hot.h"
#include "unit/lease.h"

#define NOW_MS (INT64_C(1000) * T)

static pl_status at(const pl_hot *hot, int64_t seconds_later)
{
    return pl_hot_status(hot, NOW_MS + seconds_later * 1000, seconds_later * 1000);
}

static void nothing_published_is_none(void **state)
{
    pl_hot hot = {0};

    (void)state;
    assert_int_equal(at(&hot, 0), PL_STATUS_NONE);
    pl_hot_publish(&hot, NULL, 0, (pl_hot_time){NOW_MS, 0, 0});
    assert_int_equal(at(&hot, 0), PL_STATUS_NONE);
}

static void it_says_what_the_policy_says_at_every_moment(void **state)
{
    pl_claims claims[] = {lease(T + DAY, T + 3 * DAY, T + 5 * DAY), verdict(PL_VERDICT_NO_SEAT)};
    pl_held items[2];
    pl_hot hot = {0};

    (void)state;
    claims[1].sequence = 2;
    claims[1].check_by = T + DAY / 2;
    for (size_t i = 0; i < 2; i++)
        items[i] = held(&claims[i]);
    pl_hot_publish(&hot, items, 2, (pl_hot_time){NOW_MS, 0, 0});
    for (int64_t t = 0; t < 7 * DAY; t += 600)
        assert_int_equal(at(&hot, t), pl_policy_decide(items, 2, T + t).status);
}

static void time_goes_on_with_uptime_where_the_clock_stands_or_falls(void **state)
{
    pl_claims claims = lease(T + DAY, T + 3 * DAY, 0);
    pl_held item = held(&claims);
    pl_hot hot = {0};

    (void)state;
    pl_hot_publish(&hot, &item, 1, (pl_hot_time){NOW_MS, 5000, 0});
    assert_int_equal(pl_hot_status(&hot, 0, 5000), PL_STATUS_ACTIVE);
    assert_int_equal(pl_hot_status(&hot, 0, 5000 + INT64_C(1000) * DAY), PL_STATUS_GRACE);
    assert_int_equal(pl_hot_status(&hot, NOW_MS + INT64_C(1000) * DAY, 5000), PL_STATUS_GRACE);
    assert_int_equal(pl_hot_status(&hot, NOW_MS, 0), PL_STATUS_ACTIVE);
}

static void a_known_error_is_taken_off_the_clock(void **state)
{
    pl_claims claims = lease(T + DAY, T + 3 * DAY, 0);
    pl_held item = held(&claims);
    pl_hot hot = {0};
    int64_t error_ms = INT64_C(1000) * 365 * DAY;

    (void)state;
    pl_hot_publish(&hot, &item, 1, (pl_hot_time){NOW_MS, 0, error_ms});
    assert_int_equal(pl_hot_status(&hot, NOW_MS + error_ms, 0), PL_STATUS_ACTIVE);
    assert_int_equal(pl_hot_status(&hot, NOW_MS + error_ms + INT64_C(1000) * DAY, 0), PL_STATUS_GRACE);
    pl_hot_publish(&hot, &item, 1, (pl_hot_time){NOW_MS, 0, 0});
    assert_int_equal(pl_hot_status(&hot, NOW_MS + error_ms, 0), PL_STATUS_STALE);
}

static void beyond_what_there_is_room_for_it_promises_nothing(void **state)
{
    enum { COUNT = 9 };
    pl_claims claims[COUNT];
    pl_held items[COUNT];
    static const char *const ids[COUNT] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    pl_hot hot = {0};

    (void)state;
    for (int i = 0; i < COUNT; i++) { /* each begins when the one before has ended */
        claims[i] = lease(0, 0, T + (i + 1) * 10 * DAY);
        claims[i].license_id = ids[i];
        claims[i].not_before = claims[i].issued_at = T + i * 10 * DAY + 5 * DAY;
        items[i] = held(&claims[i]);
    }
    pl_hot_publish(&hot, items, COUNT, (pl_hot_time){NOW_MS, 0, 0});
    assert_int_equal(at(&hot, 6 * DAY), PL_STATUS_ACTIVE);
    assert_int_equal(at(&hot, 1000 * DAY), PL_STATUS_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_published_is_none),
        cmocka_unit_test(it_says_what_the_policy_says_at_every_moment),
        cmocka_unit_test(time_goes_on_with_uptime_where_the_clock_stands_or_falls),
        cmocka_unit_test(a_known_error_is_taken_off_the_clock),
        cmocka_unit_test(beyond_what_there_is_room_for_it_promises_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
