/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_postgres_pause.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void a_pause_doubles_up_to_its_limit_and_ends_with_success(void **state)
{
    postgres_pause_t pause;
    int64_t longest = POSTGRES_PAUSE_FIRST_MS;
    int64_t now_ms = 1000;

    (void)state;
    postgres_pause_init(&pause);
    assert_int_equal(postgres_pause_left(&pause, 5), 0);
    for (int i = 0; i < 12; i++) {
        postgres_pause_failed(&pause, (postgres_attempt_t){now_ms, now_ms}, 0);
        postgres_pause_failed(&pause, (postgres_attempt_t){now_ms, now_ms}, 0); /* at the same time: counts once */
        assert_int_equal(postgres_pause_left(&pause, now_ms), longest);
        now_ms += longest;
        assert_int_equal(postgres_pause_left(&pause, now_ms), 0);
        longest = longest * 2 > POSTGRES_PAUSE_MAX_MS ? POSTGRES_PAUSE_MAX_MS : longest * 2;
    }
    assert_int_equal(longest, POSTGRES_PAUSE_MAX_MS);
    postgres_pause_succeeded(&pause, now_ms);
    assert_int_equal(postgres_pause_left(&pause, now_ms), 0);
    postgres_pause_failed(&pause, (postgres_attempt_t){now_ms - 1, now_ms + 1}, 0); /* began before the success: says nothing */
    assert_int_equal(postgres_pause_left(&pause, now_ms + 1), 0);
    postgres_pause_failed(&pause, (postgres_attempt_t){now_ms, now_ms + 1}, 0);
    assert_int_equal(postgres_pause_left(&pause, now_ms + 1), POSTGRES_PAUSE_FIRST_MS);
}

static void chance_takes_up_to_half_of_it_away(void **state)
{
    (void)state;
    for (uint32_t random = 0; random < 1000; random += 7) {
        postgres_pause_t pause;

        postgres_pause_init(&pause);
        postgres_pause_failed(&pause, (postgres_attempt_t){0, 0}, random);
        assert_in_range(postgres_pause_left(&pause, 0), POSTGRES_PAUSE_FIRST_MS / 2, POSTGRES_PAUSE_FIRST_MS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_doubles_up_to_its_limit_and_ends_with_success),
        cmocka_unit_test(chance_takes_up_to_half_of_it_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
