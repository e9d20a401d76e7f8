/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/support/fake_clock.c
 */
#include "support/fake_clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void it_moves_only_as_told(void **state)
{
    fake_clock fake;
    pl_clock clock = fake_clock_seam(&fake);
    pl_time first, later;

    (void)state;
    fake_clock_init(&fake, 1000);
    first = pl_clock_read(&clock);
    assert_int_equal(first.wall_ms, 1000);
    fake_clock_advance(&fake, 50);
    later = pl_clock_read(&clock);
    assert_int_equal(later.wall_ms, 1050);
    assert_int_equal(later.boot_ms, first.boot_ms + 50);
    assert_int_equal(later.boot_id, first.boot_id);
    fake_clock_set_wall(&fake, 7);
    assert_int_equal(pl_clock_read(&clock).wall_ms, 7);
    assert_int_equal(pl_clock_read(&clock).boot_ms, later.boot_ms);
    fake_clock_reboot(&fake, 100);
    assert_int_equal(pl_clock_read(&clock).wall_ms, 107);
    assert_int_equal(pl_clock_read(&clock).boot_ms, 0);
    assert_int_not_equal(pl_clock_read(&clock).boot_id, first.boot_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_moves_only_as_told)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
