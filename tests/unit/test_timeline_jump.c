/* SPDX-License-Identifier: Apache-2.0
 *
 * A far lead that was believed, and the document from the vendor that takes it back: never further than to what the machine ran.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "unit/till.h"

/* A till without network: its clock is 800 days ahead for 25 hours, then right again. */
static till jumped_till(void)
{
    till t = fresh_till();

    run(&t, 10 * DAY);
    t.error_ms = 800 * DAY;
    run(&t, 25 * HOUR);
    t.error_ms = 0;
    check(&t);
    return t;
}

static bool reconsider(till *t, int64_t signed_ms)
{
    return pl_timeline_reconsider(&t->mark, clock_of(t), signed_ms / SECOND);
}

static void a_new_document_takes_the_lead_back(void **state)
{
    till t = jumped_till();

    (void)state;
    assert_true(lag_s(&t) <= -799 * DAY / SECOND);
    run(&t, DAY);
    assert_true(reconsider(&t, t.true_ms - HOUR));
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
    run(&t, 2 * DAY);
    assert_int_equal(lag_s(&t), 0);
    assert_false(reconsider(&t, t.true_ms)); /* there is nothing more to take back */
}

static void one_that_is_old_does_not(void **state)
{
    till t = jumped_till();

    (void)state;
    run(&t, 100 * DAY);
    assert_false(reconsider(&t, NOW));
    assert_true(lag_s(&t) <= -799 * DAY / SECOND);
}

/* The uptime counts all the same, and what is signed. */
static void who_sets_the_clock_back_with_it_gains_nothing_of_what_the_machine_ran(void **state)
{
    till t = jumped_till();

    (void)state;
    run(&t, 20 * DAY);
    assert_true(reconsider(&t, NOW + 5 * DAY)); /* hoarded for weeks */
    t.error_ms = -300 * DAY;
    check(&t);
    assert_int_equal(lag_s(&t), 0);
    run(&t, 5 * DAY);
    assert_int_equal(lag_s(&t), 0);
}

/* An honest till is switched off at night: that it is later than it ran is true, and stays. */
static void what_was_believed_of_the_nights_stays(void **state)
{
    till t = fresh_till();

    (void)state;
    for (int day = 0; day < 60; day++) {
        run(&t, 10 * HOUR);
        power_off(&t, 14 * HOUR);
    }
    run(&t, HOUR);
    assert_false(reconsider(&t, t.true_ms));
    t.error_ms = -300 * DAY;
    check(&t);
    assert_true(lag_s(&t) <= 4 * DAY / SECOND);
}

static void a_fresh_answer_and_a_later_document_leave_nothing_to_take_back(void **state)
{
    till t = jumped_till();

    (void)state;
    answer(&t, t.true_ms);
    assert_false(reconsider(&t, t.true_ms));
    assert_int_equal(lag_s(&t), 0);
    t = jumped_till();
    assert_false(reconsider(&t, t.true_ms + 900 * DAY));
    assert_false(reconsider(&t, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_document_takes_the_lead_back),
        cmocka_unit_test(one_that_is_old_does_not),
        cmocka_unit_test(who_sets_the_clock_back_with_it_gains_nothing_of_what_the_machine_ran),
        cmocka_unit_test(what_was_believed_of_the_nights_stays),
        cmocka_unit_test(a_fresh_answer_and_a_later_document_leave_nothing_to_take_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
