/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/platform/clock_linux.c
 */
#include "platform/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COARSE_MS = 1000 };

static void the_wall_clock_is_the_machines(void **state)
{
    pl_clock clock = pl_clock_system();
    time_t before = time(NULL);
    pl_time now = pl_clock_read(&clock);

    (void)state;
    assert_in_range(now.wall_ms / 1000, before - 1, time(NULL) + 1);
}

static void uptime_counts_on_and_agrees_with_the_kernel(void **state)
{
    pl_clock clock = pl_clock_system();
    pl_time first = pl_clock_read(&clock);
    pl_time second;
    struct timespec boot;

    (void)state;
    pl_clock_sleep_ms(2);
    second = pl_clock_read(&clock);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    assert_true(second.boot_ms >= first.boot_ms + 2);
    assert_true((int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000 >= second.boot_ms);
    assert_true((int64_t)boot.tv_sec * 1000 - second.boot_ms < COARSE_MS * 60);
}

static void one_boot_has_one_id_also_in_a_child(void **state)
{
    pl_clock clock = pl_clock_system();
    uint64_t id = pl_clock_read(&clock).boot_id;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(pl_clock_read(&clock).boot_id, id);
    if (access("/proc/sys/kernel/random/boot_id", R_OK) == 0)
        assert_int_not_equal(id, 0);
    child = fork();
    if (child == 0)
        _exit(pl_clock_read(&clock).boot_id != id);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void the_coarse_clocks_are_close_to_the_sharp_ones(void **state)
{
    pl_clock clock = pl_clock_system();
    int64_t up = pl_clock_coarse_up_ms();

    (void)state;
    assert_true(llabs(pl_clock_coarse_wall_ms() - pl_clock_read(&clock).wall_ms) < COARSE_MS);
    assert_true(llabs(pl_clock_monotonic_us() / 1000 - up) < COARSE_MS);
    assert_true(pl_clock_coarse_up_ms() >= up);
}

static void sleeping_takes_at_least_as_long_as_asked(void **state)
{
    int64_t start = pl_clock_monotonic_us();

    (void)state;
    pl_clock_sleep_ms(3);
    assert_true(pl_clock_monotonic_us() - start >= 3000);
}

static void sleeping_for_nothing_or_less_returns(void **state)
{
    (void)state;
    pl_clock_sleep_ms(0);
    pl_clock_sleep_ms(-1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_is_the_machines),
        cmocka_unit_test(uptime_counts_on_and_agrees_with_the_kernel),
        cmocka_unit_test(one_boot_has_one_id_also_in_a_child),
        cmocka_unit_test(the_coarse_clocks_are_close_to_the_sharp_ones),
        cmocka_unit_test(sleeping_takes_at_least_as_long_as_asked),
        cmocka_unit_test(sleeping_for_nothing_or_less_returns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
