/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of two documents for one license is the newer one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/claims.h"

static const struct {
    const char *why;
    int64_t a[3]; /* epoch, sequence, iat */
    int64_t b[3];
    int order;
} ROWS[] = {
    {"equal in all", {1, 2, 3}, {1, 2, 3}, 0},
    {"a later issue time is newer", {1, 2, 4}, {1, 2, 3}, 1},
    {"a higher sequence beats a later issue time", {1, 3, 0}, {1, 2, 9}, 1},
    {"a higher epoch beats a higher sequence", {2, 1, 0}, {1, 9, 9}, 1},
    {"the widest distance does not overflow", {INT64_MAX, 0, 0}, {INT64_MIN, 0, 0}, 1},
    {"nor in the issue time", {0, 0, INT64_MIN}, {0, 0, INT64_MAX}, -1},
};

static void orders_by_epoch_then_sequence_then_issue_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_claims a = {.epoch = ROWS[i].a[0], .sequence = ROWS[i].a[1], .issued_at = ROWS[i].a[2]};
        pl_claims b = {.epoch = ROWS[i].b[0], .sequence = ROWS[i].b[1], .issued_at = ROWS[i].b[2]};

        if (pl_claims_compare(&a, &b) != ROWS[i].order || pl_claims_compare(&b, &a) != -ROWS[i].order)
            fail_msg("%s", ROWS[i].why);
    }
}

static void nothing_but_the_three_numbers_counts(void **state)
{
    pl_claims a = {.epoch = 1, .sequence = 1, .issued_at = 1, .kind = PL_CLAIMS_LICENSE, .expires_at = 5};
    pl_claims b = {.epoch = 1, .sequence = 1, .issued_at = 1, .kind = PL_CLAIMS_ANSWER, .expires_at = 9};

    (void)state;
    b.verdict = PL_VERDICT_REVOKED;
    assert_int_equal(pl_claims_compare(&a, &b), 0);
}

static void an_answer_needs_the_server_within_a_year_whatever_it_says(void **state)
{
    pl_claims endless = {.kind = PL_CLAIMS_ANSWER, .verdict = PL_VERDICT_ACTIVE, .issued_at = 1000};
    pl_claims long_lived = {.kind = PL_CLAIMS_ANSWER,
                            .verdict = PL_VERDICT_ACTIVE,
                            .issued_at = 1000,
                            .check_by = INT64_MAX,
                            .grace_until = INT64_MAX};
    pl_claims usual = {
        .kind = PL_CLAIMS_ANSWER, .verdict = PL_VERDICT_ACTIVE, .issued_at = 1000, .check_by = 2000, .grace_until = 3000};
    pl_claims file = {.kind = PL_CLAIMS_LICENSE, .verdict = PL_VERDICT_ACTIVE, .issued_at = 1000};
    pl_claims denial = {.kind = PL_CLAIMS_ANSWER, .verdict = PL_VERDICT_SUSPENDED, .issued_at = 1000};

    (void)state;
    pl_claims_bound_lease(&endless);
    assert_int_equal(endless.check_by, 1000 + PL_LEASE_SECONDS_MAX);
    assert_int_equal(endless.grace_until, 0);
    pl_claims_bound_lease(&long_lived);
    assert_int_equal(long_lived.check_by, 1000 + PL_LEASE_SECONDS_MAX);
    assert_int_equal(long_lived.grace_until, 1000 + PL_LEASE_SECONDS_MAX);
    pl_claims_bound_lease(&usual);
    assert_int_equal(usual.check_by, 2000);
    assert_int_equal(usual.grace_until, 3000);
    pl_claims_bound_lease(&file);
    assert_int_equal(file.check_by, 0);
    pl_claims_bound_lease(&denial);
    assert_int_equal(denial.check_by, 0);
}

static void two_documents_are_of_one_license_only_when_both_name_it(void **state)
{
    const pl_claims a = {.license_id = "one"}, again = {.license_id = "one"}, other = {.license_id = "two"}, none = {.epoch = 1};

    (void)state;
    assert_true(pl_claims_are_of_one_license(&a, &again));
    assert_false(pl_claims_are_of_one_license(&a, &other));
    assert_false(pl_claims_are_of_one_license(&a, &none));
    assert_false(pl_claims_are_of_one_license(&none, &none));
    assert_false(pl_claims_are_of_one_license(&a, NULL));
    assert_false(pl_claims_are_of_one_license(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_by_epoch_then_sequence_then_issue_time),
        cmocka_unit_test(nothing_but_the_three_numbers_counts),
        cmocka_unit_test(two_documents_are_of_one_license_only_when_both_name_it),
        cmocka_unit_test(an_answer_needs_the_server_within_a_year_whatever_it_says),
    };

    return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
