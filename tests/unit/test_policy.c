/* SPDX-License-Identifier: Apache-2.0
 *
 * The policy table, walked cell by cell: once by hand, with a name for each cell and its neighbours, and once over every combination
 * of what a document can say, against the documented table written down as a list of rows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "license/timeline.h"
#include "unit/lease.h"

/* One document in every row of the table, at every boundary. Times are relative to T; 0 is absent. */
static const struct {
    const char *cell;
    pl_verdict verdict;
    bool is_other_product;
    bool is_other_device;
    int check_by;
    int grace_until;
    int exp;
    int emergency_until;
    pl_status status;
    pl_reason reason;
    int holds_until;
} CELLS[] = {
    {"no check-in, no end", PL_VERDICT_ACTIVE, 0, 0, 0, 0, 0, 0, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, 0},
    {"no check-in, before the end", PL_VERDICT_ACTIVE, 0, 0, 0, 0, 1, 0, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, 1},
    {"no check-in, after the end", PL_VERDICT_ACTIVE, 0, 0, 0, 0, -1, 0, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, 0},
    {"a second before check_by", PL_VERDICT_ACTIVE, 0, 0, 1, 9, 20, 0, PL_STATUS_ACTIVE, PL_REASON_IN_ORDER, 1},
    {"a second before check_by, which is after the end's", PL_VERDICT_ACTIVE, 0, 0, 5, 9, 1, 0, PL_STATUS_ACTIVE,
     PL_REASON_IN_ORDER, 1},
    {"a second after check_by", PL_VERDICT_ACTIVE, 0, 0, -1, 9, 20, 0, PL_STATUS_GRACE, PL_REASON_CHECK_OVERDUE, 9},
    {"a second before grace_until", PL_VERDICT_ACTIVE, 0, 0, -9, 1, 0, 0, PL_STATUS_GRACE, PL_REASON_CHECK_OVERDUE, 1},
    {"in grace, but the end is nearer", PL_VERDICT_ACTIVE, 0, 0, -9, 9, 4, 0, PL_STATUS_GRACE, PL_REASON_CHECK_OVERDUE, 4},
    {"a second after grace_until", PL_VERDICT_ACTIVE, 0, 0, -9, -1, 20, 0, PL_STATUS_STALE, PL_REASON_CHECK_OVERDUE, 20},
    {"without grace_until there is no grace", PL_VERDICT_ACTIVE, 0, 0, -1, 0, 0, 0, PL_STATUS_STALE, PL_REASON_CHECK_OVERDUE, 0},
    {"within an emergency extension", PL_VERDICT_ACTIVE, 0, 0, -9, -5, 20, 1, PL_STATUS_GRACE, PL_REASON_EMERGENCY, 1},
    {"within an emergency extension that outlasts the license", PL_VERDICT_ACTIVE, 0, 0, -9, -5, 2, 8, PL_STATUS_GRACE,
     PL_REASON_EMERGENCY, 2},
    {"after an emergency extension", PL_VERDICT_ACTIVE, 0, 0, -9, -5, 20, -1, PL_STATUS_STALE, PL_REASON_CHECK_OVERDUE, 20},
    {"an extension does not name itself while ordinary grace lasts", PL_VERDICT_ACTIVE, 0, 0, -9, 3, 0, 8, PL_STATUS_GRACE,
     PL_REASON_CHECK_OVERDUE, 3},
    {"expired beats emergency", PL_VERDICT_ACTIVE, 0, 0, -9, -5, -1, 8, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, 0},
    {"expired beats grace", PL_VERDICT_ACTIVE, 0, 0, -9, 5, -1, 0, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED, 0},
    {"suspended beats expired by date", PL_VERDICT_SUSPENDED, 0, 0, 1, 2, -1, 0, PL_STATUS_SUSPENDED, PL_REASON_VENDOR, 0},
    {"suspended long ago stays suspended", PL_VERDICT_SUSPENDED, 0, 0, -99, -98, 9, 5, PL_STATUS_SUSPENDED, PL_REASON_VENDOR, 0},
    {"revoked", PL_VERDICT_REVOKED, 0, 0, 1, 2, 9, 5, PL_STATUS_REVOKED, PL_REASON_VENDOR, 0},
    {"expired as the server says, before exp", PL_VERDICT_EXPIRED, 0, 0, 1, 2, 9, 5, PL_STATUS_EXPIRED, PL_REASON_LICENSE_ENDED,
     0},
    {"no seat, a second before its check_by", PL_VERDICT_NO_SEAT, 0, 0, 1, 2, 9, 0, PL_STATUS_NO_SEAT, PL_REASON_SEATS_TAKEN, 1},
    {"no seat, a second after its check_by", PL_VERDICT_NO_SEAT, 0, 0, -1, 2, 9, 0, PL_STATUS_NONE, PL_REASON_SEATS_TAKEN, 0},
    {"no seat without check_by rules for no lease at all", PL_VERDICT_NO_SEAT, 0, 0, 0, 2, 9, 0, PL_STATUS_NONE,
     PL_REASON_SEATS_TAKEN, 0},
    {"another device beats a denial", PL_VERDICT_SUSPENDED, 0, 1, 1, 2, 9, 0, PL_STATUS_WRONG_DEVICE, PL_REASON_OTHER_DEVICE, 0},
    {"another device", PL_VERDICT_ACTIVE, 0, 1, 1, 2, 9, 0, PL_STATUS_WRONG_DEVICE, PL_REASON_OTHER_DEVICE, 0},
    {"another product beats another device", PL_VERDICT_ACTIVE, 1, 1, 1, 2, 9, 0, PL_STATUS_WRONG_PRODUCT,
     PL_REASON_OTHER_PRODUCT, 0},
    {"another product", PL_VERDICT_ACTIVE, 1, 0, 1, 2, 9, 0, PL_STATUS_WRONG_PRODUCT, PL_REASON_OTHER_PRODUCT, 0},
    {"an unknown key decides nothing", PL_VERDICT_UNKNOWN_KEY, 0, 0, 1, 2, 9, 0, PL_STATUS_NONE, PL_REASON_UNKNOWN_KEY, 0},
    {"not activated decides nothing", PL_VERDICT_NOT_ACTIVATED, 0, 0, 1, 2, 9, 0, PL_STATUS_NONE, PL_REASON_NOT_ACTIVATED, 0},
    {"the server's wrong product decides nothing", PL_VERDICT_WRONG_PRODUCT, 0, 0, 1, 2, 9, 0, PL_STATUS_NONE,
     PL_REASON_OTHER_PRODUCT, 0},
    {"the server's wrong device decides nothing", PL_VERDICT_WRONG_DEVICE, 0, 0, 1, 2, 9, 0, PL_STATUS_NONE,
     PL_REASON_OTHER_DEVICE, 0},
    {"a released device holds nothing", PL_VERDICT_RELEASED, 0, 0, 1, 2, 9, 5, PL_STATUS_NONE, PL_REASON_RELEASED, 0},
    {"no verdict at all grants nothing", PL_VERDICT_NONE, 0, 0, 1, 2, 9, 0, PL_STATUS_NONE, PL_REASON_NOT_ACTIVATED, 0},
};

static int64_t at(int offset)
{
    return offset == 0 ? 0 : (int64_t)T + offset;
}

static pl_source source_of(pl_status status, pl_reason reason)
{
    if (status == PL_STATUS_NONE)
        return PL_SOURCE_NONE;
    return reason == PL_REASON_EMERGENCY ? PL_SOURCE_EMERGENCY : PL_SOURCE_CACHE;
}

static void each_cell_gives_its_status_source_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CELLS / sizeof CELLS[0]; i++) {
        pl_claims claims = lease(at(CELLS[i].check_by), at(CELLS[i].grace_until), at(CELLS[i].exp));
        pl_held document = held(&claims);
        pl_decision got;

        claims.verdict = CELLS[i].verdict;
        claims.emergency_seconds = 30;
        document.is_other_product = CELLS[i].is_other_product;
        document.is_other_device = CELLS[i].is_other_device;
        document.emergency_until = at(CELLS[i].emergency_until);
        got = pl_policy_judge(&document, T);
        if (got.status != CELLS[i].status || got.source != source_of(CELLS[i].status, CELLS[i].reason) ||
            got.reason != CELLS[i].reason || got.holds_until != at(CELLS[i].holds_until))
            fail_msg("%s: %s, source %s, %s, until %+lld", CELLS[i].cell, pl_status_text(got.status), pl_source_text(got.source),
                     pl_reason_text(got.reason), (long long)(got.holds_until - T));
        assert_ptr_equal(got.ruling, got.status == PL_STATUS_NONE ? NULL : &document);
    }
}

static void boundaries_belong_to_the_later_row(void **state)
{
    pl_claims claims = lease(T, T + DAY, T + 2 * DAY);
    pl_held document = held(&claims);

    (void)state;
    assert_int_equal(pl_policy_judge(&document, T - 1).status, PL_STATUS_ACTIVE);
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_GRACE);
    assert_int_equal(pl_policy_judge(&document, T + DAY - 1).status, PL_STATUS_GRACE);
    assert_int_equal(pl_policy_judge(&document, T + DAY).status, PL_STATUS_STALE);
    assert_int_equal(pl_policy_judge(&document, T + 2 * DAY - 1).status, PL_STATUS_STALE);
    assert_int_equal(pl_policy_judge(&document, T + 2 * DAY).status, PL_STATUS_EXPIRED);
    claims.emergency_seconds = 8;
    document.emergency_until = T + DAY + 10;
    assert_int_equal(pl_policy_judge(&document, T + DAY + 1).status, PL_STATUS_STALE);
    assert_int_equal(pl_policy_judge(&document, T + DAY + 1).holds_until, T + DAY + 2);
    assert_int_equal(pl_policy_judge(&document, T + DAY + 2).status, PL_STATUS_GRACE);
    assert_int_equal(pl_policy_judge(&document, T + DAY + 9).status, PL_STATUS_GRACE);
    assert_int_equal(pl_policy_judge(&document, T + DAY + 10).status, PL_STATUS_STALE);
    claims.verdict = PL_VERDICT_NO_SEAT;
    assert_int_equal(pl_policy_judge(&document, T - 1).status, PL_STATUS_NO_SEAT);
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_NONE);
}

static void a_document_dated_beyond_the_tolerance_is_not_verified_yet(void **state)
{
    pl_claims claims = lease(T + 9 * DAY, 0, 0);
    pl_held document = held(&claims);

    (void)state;
    claims.issued_at = T + PL_TIME_TOLERANCE_S;
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_ACTIVE);
    assert_int_equal(pl_policy_judge(&document, T - 1).status, PL_STATUS_NONE);
    assert_int_equal(pl_policy_judge(&document, T - 1).holds_until, T);
    claims.issued_at = T - DAY;
    claims.not_before = T + PL_TIME_TOLERANCE_S + 1;
    assert_int_equal(pl_policy_judge(&document, T).status, PL_STATUS_NONE);
    assert_int_equal(pl_policy_judge(&document, T + 1).status, PL_STATUS_ACTIVE);
}

static void an_extension_is_offered_only_when_stale_and_only_once(void **state)
{
    static const struct {
        int t;
        int64_t seconds;
        int64_t taken_until;
        bool can_extend;
    } ROWS[] = {
        {-1, DAY, 0, false},      /* ACTIVE */
        {5, DAY, 0, false},       /* GRACE */
        {10, DAY, 0, true},       /* STALE */
        {10, 0, 0, false},        /* the policy allows none */
        {10, DAY, T + 5, false},  /* taken and over */
        {10, DAY, T + 99, false}, /* taken and running */
        {100, DAY, 0, false},     /* EXPIRED */
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_claims claims = lease(T, T + 10, T + 100);
        pl_held document = held(&claims);

        claims.emergency_seconds = ROWS[i].seconds;
        document.emergency_until = ROWS[i].taken_until;
        assert_int_equal(pl_policy_judge(&document, T + ROWS[i].t).can_extend, ROWS[i].can_extend);
    }
}

static void an_extension_taken_under_a_clock_that_was_ahead_gives_no_years(void **state)
{
    pl_claims claims = lease(T, T + 10, 0);
    pl_held document = held(&claims);

    (void)state;
    claims.emergency_seconds = DAY;
    document.emergency_until = T + 73 * 365 * (int64_t)DAY; /* the clock showed 2099 */
    assert_int_equal(pl_policy_judge(&document, T + 5).status, PL_STATUS_GRACE);
    assert_int_equal(pl_policy_judge(&document, T + 10).status, PL_STATUS_STALE);
    assert_int_equal(pl_policy_judge(&document, T + 400 * (int64_t)DAY).status, PL_STATUS_STALE);
    assert_false(pl_policy_judge(&document, T + 10).can_extend);
}

static void the_servers_reason_is_passed_on(void **state)
{
    pl_claims claims = verdict(PL_VERDICT_SUSPENDED);
    pl_held document = held(&claims);

    (void)state;
    claims.reason = PL_REASON_PAYMENT_FAILED;
    assert_int_equal(pl_policy_judge(&document, T).reason, PL_REASON_PAYMENT_FAILED);
    claims = verdict(PL_VERDICT_REVOKED);
    claims.reason = PL_REASON_REFUND;
    assert_int_equal(pl_policy_judge(&document, T).reason, PL_REASON_REFUND);
    claims = verdict(PL_VERDICT_ACTIVE);
    claims.reason = PL_REASON_REFUND;
    assert_int_equal(pl_policy_judge(&document, T).reason, PL_REASON_IN_ORDER);
}

/* The documented table as a list of rows; the first that fits gives the status. */

static bool is_not_yet(const pl_held *h)
{
    return h->claims->issued_at - PL_TIME_TOLERANCE_S > T || h->claims->not_before - PL_TIME_TOLERANCE_S > T;
}

static bool decides_nothing(const pl_held *h)
{
    return h->claims->verdict == PL_VERDICT_NONE || h->claims->verdict >= PL_VERDICT_UNKNOWN_KEY;
}

static bool is_of_other_product(const pl_held *h)
{
    return h->is_other_product;
}

static bool is_of_other_device(const pl_held *h)
{
    return h->is_other_device;
}

static bool is_no_seat_that_ran_out(const pl_held *h)
{
    return h->claims->verdict == PL_VERDICT_NO_SEAT && h->claims->check_by <= T;
}

static bool is_no_seat(const pl_held *h)
{
    return h->claims->verdict == PL_VERDICT_NO_SEAT;
}

static bool is_suspended(const pl_held *h)
{
    return h->claims->verdict == PL_VERDICT_SUSPENDED;
}

static bool is_revoked(const pl_held *h)
{
    return h->claims->verdict == PL_VERDICT_REVOKED;
}

static bool is_at_its_end(const pl_held *h)
{
    return h->claims->verdict == PL_VERDICT_EXPIRED || (h->claims->expires_at != 0 && h->claims->expires_at <= T);
}

static bool is_before_check_by(const pl_held *h)
{
    return h->claims->check_by == 0 || T < h->claims->check_by;
}

static bool is_before_grace_until(const pl_held *h)
{
    return h->claims->grace_until != 0 && T < h->claims->grace_until;
}

static bool is_in_emergency(const pl_held *h)
{
    return h->emergency_until != 0 && T < h->emergency_until && T >= h->emergency_until - h->claims->emergency_seconds;
}

static bool is_later(const pl_held *h)
{
    (void)h;
    return true;
}

static const struct {
    bool (*fits)(const pl_held *held);
    pl_status status;
} TABLE[] = {
    {is_not_yet, PL_STATUS_NONE},
    {decides_nothing, PL_STATUS_NONE},
    {is_of_other_product, PL_STATUS_WRONG_PRODUCT},
    {is_of_other_device, PL_STATUS_WRONG_DEVICE},
    {is_no_seat_that_ran_out, PL_STATUS_NONE},
    {is_no_seat, PL_STATUS_NO_SEAT},
    {is_suspended, PL_STATUS_SUSPENDED},
    {is_revoked, PL_STATUS_REVOKED},
    {is_at_its_end, PL_STATUS_EXPIRED},
    {is_before_check_by, PL_STATUS_ACTIVE},
    {is_before_grace_until, PL_STATUS_GRACE},
    {is_in_emergency, PL_STATUS_GRACE},
    {is_later, PL_STATUS_STALE},
};

static pl_status first_row_that_fits(const pl_held *document)
{
    size_t row = 0;

    while (!TABLE[row].fits(document))
        row++;
    return TABLE[row].status;
}

enum { COMBINATIONS = 4 * PL_VERDICT_COUNT * 4 * 5 * 5 * 5 * 5 };

/* Takes a digit to the base `choices` off the number. */
static int digit(int *number, int choices)
{
    int value = *number % choices;

    *number /= choices;
    return value;
}

static int64_t boundary(int *number)
{
    static const int64_t BOUNDARIES[] = {0, T - 1, T, T + 1, T + DAY};

    return BOUNDARIES[digit(number, 5)];
}

static pl_held combination(int number, pl_claims *claims)
{
    pl_held document = held(claims);

    *claims = lease(0, 0, 0);
    claims->check_by = boundary(&number);
    claims->grace_until = boundary(&number);
    claims->expires_at = boundary(&number);
    claims->emergency_seconds = 10;
    document.emergency_until = boundary(&number);
    claims->verdict = (pl_verdict)digit(&number, PL_VERDICT_COUNT);
    document.is_other_product = digit(&number, 2);
    document.is_other_device = digit(&number, 2);
    claims->issued_at = digit(&number, 2) ? T + 2 * DAY : T - DAY;
    claims->not_before = digit(&number, 2) ? T + 2 * DAY : 0;
    return document;
}

static void every_combination_follows_the_first_row_that_fits(void **state)
{
    (void)state;
    for (int i = 0; i < COMBINATIONS; i++) {
        pl_claims claims;
        pl_held document = combination(i, &claims);
        pl_status status = pl_policy_judge(&document, T).status;

        if (status != first_row_that_fits(&document))
            fail_msg("combination %d: %s", i, pl_status_text(status));
        assert_int_equal(pl_policy_decide(&document, 1, T).status, status);
    }
}

static void a_decision_holds_until_the_time_it_names_and_not_longer(void **state)
{
    (void)state;
    for (int i = 0; i < COMBINATIONS; i++) {
        pl_claims claims;
        pl_held document = combination(i, &claims);
        pl_decision now = pl_policy_decide(&document, 1, T);
        int64_t until = now.holds_until;
        pl_decision then = pl_policy_decide(&document, 1, until ? until - 1 : T + 99999 * (int64_t)DAY);

        assert_true(until == 0 || until > T);
        assert_int_equal(then.status, now.status);
        assert_int_equal(then.source, now.source);
        if (until && document.is_other_product == document.is_other_device && now.status != PL_STATUS_NONE) {
            then = pl_policy_decide(&document, 1, until);
            assert_true(then.status != now.status || then.source != now.source || then.reason != now.reason);
        }
    }
}

static void any_time_is_judged_without_overflow(void **state)
{
    static const int64_t TIMES[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    enum { COUNT = sizeof TIMES / sizeof TIMES[0] };

    (void)state;
    for (size_t i = 0; i < COUNT * COUNT; i++) {
        pl_claims claims = lease(TIMES[i % COUNT], TIMES[i / COUNT], TIMES[i % COUNT]);
        pl_held document = held(&claims);

        claims.issued_at = TIMES[i / COUNT];
        claims.not_before = TIMES[i % COUNT];
        for (size_t j = 0; j < COUNT; j++)
            assert_true((int)pl_policy_decide(&document, 1, TIMES[j]).status < PL_STATUS_COUNT);
    }
}

static void quiet_times_follow_the_adaptive_table(void **state)
{
    static const struct {
        bool is_active;
        int64_t age_s;
        int64_t cache_s;
    } ROWS[] = {
        {true, 0, 3600},    {true, 3599, 3600},     {true, 3600, 1800}, {true, 86399, 1800},
        {true, 86400, 900}, {true, INT64_MAX, 900}, {true, -1, 900},    {true, INT64_MIN, 900},
        {false, 0, 300},    {false, 3600, 300},     {false, -1, 300},   {false, 86400, 300},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_cache_times times = pl_policy_cache_times(ROWS[i].is_active, ROWS[i].age_s);

        assert_int_equal(times.cache_s, ROWS[i].cache_s);
        assert_int_equal(times.refresh_s, ROWS[i].cache_s * 80 / 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_gives_its_status_source_and_reason),
        cmocka_unit_test(boundaries_belong_to_the_later_row),
        cmocka_unit_test(a_document_dated_beyond_the_tolerance_is_not_verified_yet),
        cmocka_unit_test(an_extension_is_offered_only_when_stale_and_only_once),
        cmocka_unit_test(an_extension_taken_under_a_clock_that_was_ahead_gives_no_years),
        cmocka_unit_test(the_servers_reason_is_passed_on),
        cmocka_unit_test(every_combination_follows_the_first_row_that_fits),
        cmocka_unit_test(a_decision_holds_until_the_time_it_names_and_not_longer),
        cmocka_unit_test(any_time_is_judged_without_overflow),
        cmocka_unit_test(quiet_times_follow_the_adaptive_table),
    };

    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
