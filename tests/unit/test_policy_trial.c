/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of the policy table that are about offline trials: begun and not, ended, beside licenses of every worth.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/timeline.h"
#include "unit/lease.h"

enum { DAYS = 30, WITHIN = 26 * 3600 };

static pl_claims trial(int64_t expires_at)
{
    pl_claims claims = lease(0, 0, expires_at);

    claims.kind = PL_CLAIMS_LICENSE;
    claims.license_id = "trial-1";
    claims.plan = "trial";
    claims.trial_seconds = DAYS * DAY;
    claims.issued_at = T - 100 * DAY;
    return claims;
}

static pl_held held_trial(const pl_claims *claims, int64_t begun_at)
{
    pl_held made = {.claims = claims, .source = PL_SOURCE_LICENSE_FILE, .trial_begun_at = begun_at};

    return made;
}

/* Times are relative to T; of exp and begun 0 is absent. */
static const struct {
    const char *cell;
    int64_t exp;
    int64_t begun;
    pl_status status;
    pl_reason reason;
    int64_t holds_until; /* INT64_MIN: 0 */
} CELLS[] = {
    {"not begun, no end of its own", 0, 0, PL_STATUS_NONE, PL_REASON_NOT_ACTIVATED, INT64_MIN},
    {"not begun, before its own end", 1, 0, PL_STATUS_NONE, PL_REASON_NOT_ACTIVATED, 1},
    {"not begun, and over", -1, 0, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, INT64_MIN},
    {"begun a second ago", 0, -1, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, DAYS *DAY - 1},
    {"its last second", 0, 1 - DAYS *DAY, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, 1},
    {"the second after", 0, -DAYS *DAY, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, INT64_MIN},
    {"long after", 0, -99 * DAYS *DAY, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, INT64_MIN},
    {"its own end comes first", 5, -1, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, 5},
    {"its own end is past", -5, -DAY, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, INT64_MIN},
    {"its own end is later", 99 * DAY, -1, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, DAYS *DAY - 1},
    {"a clock a day before its begin", 0, WITHIN, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, DAYS *DAY + WITHIN},
    {"a clock set back further", 0, WITHIN + 1, PL_STATUS_NONE, PL_REASON_NOT_ACTIVATED, 1},
    {"a clock set back by years", 0, 999 * DAY, PL_STATUS_NONE, PL_REASON_NOT_ACTIVATED, 999 * DAY - WITHIN},
};

static int64_t at(int64_t offset)
{
    return offset == 0 || offset == INT64_MIN ? 0 : T + offset;
}

static void each_cell_gives_its_status_reason_and_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        pl_claims claims = trial(at(CELLS[i].exp));
        pl_held document = held_trial(&claims, at(CELLS[i].begun));
        pl_decision got = pl_policy_decide(&document, 1, T);

        if (got.status != CELLS[i].status || got.reason != CELLS[i].reason || got.holds_until != at(CELLS[i].holds_until))
            fail_msg("%s: %s, %s, until %+lld", CELLS[i].cell, pl_status_text(got.status), pl_reason_text(got.reason),
                     (long long)(got.holds_until - T));
        assert_int_equal(got.source, got.status == PL_STATUS_NONE ? PL_SOURCE_NONE : PL_SOURCE_LICENSE_FILE);
        assert_int_equal(pl_policy_judge(&document, T).status, got.status);
        if (got.holds_until != 0) {
            assert_int_equal(pl_policy_decide(&document, 1, got.holds_until - 1).status, got.status);
            assert_true(pl_policy_decide(&document, 1, got.holds_until).status != got.status);
        }
    }
}

static void the_end_told_is_the_earlier_of_both(void **state)
{
    pl_claims claims = trial(0), bought = lease(0, 0, T + DAY);
    pl_held document = held_trial(&claims, T), other = held_trial(&bought, T);

    (void)state;
    assert_int_equal(pl_policy_ends_at(&document), T + DAYS * DAY);
    claims.expires_at = T + 5;
    assert_int_equal(pl_policy_ends_at(&document), T + 5);
    claims.expires_at = T + 300 * DAY;
    assert_int_equal(pl_policy_ends_at(&document), T + DAYS * DAY);
    document.trial_begun_at = 0;
    assert_int_equal(pl_policy_ends_at(&document), T + 300 * DAY);
    assert_int_equal(pl_policy_ends_at(&other), T + DAY); /* of what is no trial a begin says nothing */
}

static void other_rows_come_before_the_trials(void **state)
{
    pl_claims claims = trial(0);
    pl_held document = held_trial(&claims, 0);

    (void)state;
    document.is_other_product = true;
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_WRONG_PRODUCT);
    document.is_other_product = false;
    document.revoked_at = T - DAY;
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_REVOKED);
    document.revoked_at = 0;
    claims.issued_at = T + PL_TIME_TOLERANCE_S + 1;
    document.trial_begun_at = T - 1;
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_NONE);
}

/* ---- beside others ---- */

static pl_decision beside(pl_held trial_, pl_held other)
{
    pl_held one[] = {trial_, other}, two[] = {other, trial_};
    pl_decision first = pl_policy_decide(one, 2, T), second = pl_policy_decide(two, 2, T);

    assert_int_equal(first.status, second.status);
    assert_int_equal(first.source, second.source);
    assert_int_equal(first.holds_until, second.holds_until);
    return first;
}

static void what_was_bought_comes_before_a_trial_whatever_it_is_worth(void **state)
{
    static const struct {
        pl_verdict verdict;
        int64_t check_by, grace_until, exp;
        pl_status status;
        bool is_trials; /* the trial answers */
    } rows[] = {
        {PL_VERDICT_ACTIVE, 1, 2, 3, PL_STATUS_ACTIVE, false}, /* also where the trial lasts longer */
        {PL_VERDICT_ACTIVE, -1, 2, 3, PL_STATUS_GRACE, false},     {PL_VERDICT_ACTIVE, -2, -1, 3, PL_STATUS_STALE, false},
        {PL_VERDICT_ACTIVE, -3, -2, -1, PL_STATUS_EXPIRED, false}, {PL_VERDICT_SUSPENDED, 1, 2, 3, PL_STATUS_SUSPENDED, false},
        {PL_VERDICT_EXPIRED, 1, 2, 3, PL_STATUS_EXPIRED, false},   {PL_VERDICT_REVOKED, 1, 2, 3, PL_STATUS_REVOKED, false},
        {PL_VERDICT_NO_SEAT, 1, 2, 3, PL_STATUS_ACTIVE, true},     {PL_VERDICT_UNKNOWN_KEY, 1, 2, 3, PL_STATUS_ACTIVE, true},
        {PL_VERDICT_RELEASED, 1, 2, 3, PL_STATUS_ACTIVE, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pl_claims claims = trial(0), bought = lease(at(rows[i].check_by), at(rows[i].grace_until), at(rows[i].exp));
        pl_held other = held(&bought);
        pl_decision got;

        bought.verdict = rows[i].verdict;
        got = beside(held_trial(&claims, T - DAY), other);
        if (got.status != rows[i].status || (got.source == PL_SOURCE_LICENSE_FILE) != rows[i].is_trials)
            fail_msg("row %zu: %s", i, pl_status_text(got.status));
    }
}

static void what_says_nothing_of_this_device_leaves_room_for_a_trial(void **state)
{
    pl_claims claims = trial(0), bought = lease(0, 0, 0);
    pl_held other = held(&bought);
    pl_decision got;

    (void)state;
    other.is_other_device = true;
    assert_int_equal(beside(held_trial(&claims, T - DAY), other).status, PL_STATUS_ACTIVE);
    other.is_other_device = false;
    other.is_other_product = true;
    assert_int_equal(beside(held_trial(&claims, T - DAY), other).status, PL_STATUS_ACTIVE);
    other.is_other_product = false;
    bought.not_before = T + 3 * DAY;
    got = beside(held_trial(&claims, T - DAY), other);
    assert_int_equal(got.status, PL_STATUS_ACTIVE);
    assert_int_equal(got.holds_until, T + 3 * DAY - PL_TIME_TOLERANCE_S); /* then the license answers */
}

static void a_seat_taken_elsewhere_shows_again_when_the_trial_has_ended(void **state)
{
    pl_claims claims = trial(0), bought = verdict(PL_VERDICT_NO_SEAT);
    pl_held other = held(&bought);

    (void)state;
    assert_int_equal(beside(held_trial(&claims, T - DAYS * DAY), other).status, PL_STATUS_NO_SEAT);
    assert_int_equal(beside(held_trial(&claims, T - DAY), other).holds_until, bought.check_by);
}

static void of_two_trials_that_which_lasts_longer_answers(void **state)
{
    pl_claims shorter = trial(0), longer = trial(0);
    pl_held other = held_trial(&longer, T - DAY);

    (void)state;
    longer.license_id = "trial-2";
    longer.trial_seconds = 2 * DAYS * DAY;
    assert_int_equal(beside(held_trial(&shorter, T - DAY), other).holds_until, T - DAY + 2 * DAYS * DAY);
}

static void any_time_is_judged_without_overflow(void **state)
{
    static const int64_t TIMES[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    enum { COUNT = sizeof TIMES / sizeof *TIMES };

    (void)state;
    for (size_t i = 0; i < COUNT * COUNT; i++) {
        pl_claims claims = trial(TIMES[i % COUNT]);
        pl_held document = held_trial(&claims, i % 2 ? INT64_C(253402300799) : 1);

        claims.trial_seconds = PL_TRIAL_SECONDS_MAX;
        assert_true((int)pl_policy_decide(&document, 1, TIMES[i / COUNT]).status < PL_STATUS_COUNT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_gives_its_status_reason_and_end),
        cmocka_unit_test(the_end_told_is_the_earlier_of_both),
        cmocka_unit_test(other_rows_come_before_the_trials),
        cmocka_unit_test(what_was_bought_comes_before_a_trial_whatever_it_is_worth),
        cmocka_unit_test(what_says_nothing_of_this_device_leaves_room_for_a_trial),
        cmocka_unit_test(a_seat_taken_elsewhere_shows_again_when_the_trial_has_ended),
        cmocka_unit_test(of_two_trials_that_which_lasts_longer_answers),
        cmocka_unit_test(any_time_is_judged_without_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
