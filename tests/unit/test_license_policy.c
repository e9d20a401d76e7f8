/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license has otherwise than its product: read, merged, and the policy that holds for each verb; and that no other license of the
 * product is touched.
 */
#include "licensing/license_policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/answer.h"
#include "support/validator.h"

enum { DAY = 86400 };

/* ---- texts ---- */

static void members_are_merged_one_by_one_in_one_spelling(void **state)
{
    static const struct {
        const char *before, *change, *after;
    } rows[] = {
        {NULL, "{}", NULL},
        {NULL, "{\"grace_s\":300000}", "{\"grace_s\":300000}"},
        {"{\"grace_s\":300000}", "{\"overage\":0,\"grace_s\":400000}", "{\"overage\":0,\"grace_s\":400000}"},
        {"{\"overage\":1,\"grace_s\":300000}", "{\"grace_s\":null}", "{\"overage\":1}"},
        {"{\"overage\":1}", "{\"overage\":null,\"match\":null}", NULL},
        {NULL, "{\"takeover\":\"idle\",\"match\":\"all\",\"expiry_effect\":\"keep\"}",
         "{\"match\":\"all\",\"takeover\":\"idle\",\"expiry_effect\":\"keep\"}"},
    };
    validator *v = *state;
    const char *after;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(license_policy_merge(&v->arena, rows[i].before, rows[i].change, &after), PL_OK);
        if (rows[i].after)
            assert_string_equal(after, rows[i].after);
        else
            assert_null(after);
    }
}

static void what_is_no_rule_of_a_license_is_refused(void **state)
{
    static const char *const wrong[] = {
        "{\"seats\":3}",       "{\"trial_days\":3}",       "{\"shape\":1}",        "{\"grace_s\":59}",
        "{\"grace_s\":\"1\"}", "{\"overage\":-1}",         "{\"match\":\"some\"}", "{\"takeover\":2}",
        "{\"match\":7}",       "{\"expiry_effect\":\"\"}", "{\"overage\":[1]}",    "{\"expiry_basis\":\"none\"}",
    };
    validator *v = *state;
    const char *after;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (license_policy_merge(&v->arena, NULL, wrong[i], &after) != PL_ERR_INVALID)
            fail_msg("%s", wrong[i]);
    assert_int_not_equal(license_policy_merge(&v->arena, NULL, "[]", &after), PL_OK);
    assert_int_not_equal(license_policy_merge(&v->arena, NULL, "{", &after), PL_OK);
}

/* ---- laying ---- */

static product_policy_t laid(validator *v, const char *own)
{
    const license_t license = {.policy = own};
    product_t product = v->product;

    assert_int_equal(license_policy_lay(&v->arena, &license, &product), PL_OK);
    return product.policy;
}

static void the_products_rule_gives_way_where_it_fits_no_longer(void **state)
{
    validator *v = *state;
    product_policy_t policy;

    v->product.policy.check_by_s = 5 * DAY;
    v->product.policy.grace_s = 6 * DAY;
    policy = laid(v, "{\"grace_s\":172800}");
    assert_int_equal(policy.grace_s, 2 * DAY);
    assert_int_equal(policy.check_by_s, 2 * DAY);
    policy = laid(v, "{\"check_by_s\":864000}");
    assert_int_equal(policy.grace_s, 10 * DAY);
    policy = laid(v, "{\"session_lease_s\":30}");
    assert_int_equal(policy.session_beat_s, 10);
    policy = laid(v, "{\"session_beat_s\":100}");
    assert_int_equal(policy.session_lease_s, 300);
    policy = laid(v, "{\"free_after_days\":2}");
    assert_int_equal(policy.free_after_days, 7); /* grace and the emergency extension */
}

static void who_must_check_in_is_told_nothing_that_holds_longer(void **state)
{
    validator *v = *state;
    product_policy_t policy = laid(v, "{\"check_in_s\":86400}");

    assert_int_equal(policy.check_by_s, DAY);
    assert_int_equal(policy.grace_s, DAY);
    assert_int_equal(policy.offline_s, DAY);
    assert_int_equal(laid(v, NULL).grace_s, v->product.policy.grace_s);
}

static void a_damaged_policy_is_an_error_of_the_database(void **state)
{
    validator *v = *state;
    const license_t license = {.policy = "{\"grace_s\":\"x\"}"};
    product_t product = v->product;

    assert_int_equal(license_policy_lay(&v->arena, &license, &product), PL_ERR_DATABASE);
}

/* ---- each verb ---- */

typedef struct {
    const char *own;
    size_t at; /* of an int64_t in the policy; SIZE_MAX: a word, see its case */
    int64_t value;
} member_row;

#define AT(member) offsetof(product_policy_t, member)

static const member_row members[] = {
    {"{\"overage\":3}", AT(overage), 3},
    {"{\"free_after_days\":40}", AT(free_after_days), 40},
    {"{\"check_in_s\":2592000}", AT(check_in_s), 2592000},
    {"{\"check_by_s\":86400}", AT(check_by_s), DAY},
    {"{\"grace_s\":300000}", AT(grace_s), 300000},
    {"{\"emergency_s\":60}", AT(emergency_s), 60},
    {"{\"slack_s\":7}", AT(slack_s), 7},
    {"{\"sessions\":9}", AT(sessions), 9},
    {"{\"session_lease_s\":900}", AT(session_lease_s), 900},
    {"{\"session_beat_s\":11}", AT(session_beat_s), 11},
    {"{\"cooldown_s\":12}", AT(session_cooldown_s), 12},
    {"{\"offline_s\":13}", AT(offline_s), 13},
    {"{\"offline_releases\":14}", AT(offline_releases), 14},
};

static int64_t number_of(const product_policy_t *policy, size_t at)
{
    int64_t value;

    memcpy(&value, (const char *)policy + at, sizeof value);
    return value;
}

static outcome_t validate(validator *v, const till *t)
{
    device_call_t call;
    outcome_t outcome;

    assert_int_equal(till_call(v, t, PL_ACT_VALIDATE, &call, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_ACTIVE);
    return outcome;
}

static till sell(validator *v, int number, const char *own)
{
    const license_order_t order = {.policy = own};
    const char *key;
    till t;

    validator_issue(v, &order, &key);
    t = till_make(number, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    return t;
}

static void each_member_holds_for_its_license_alone(void **state)
{
    validator *v = *state;
    till plain = sell(v, 1, NULL);

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        till own = sell(v, (int)i + 2, members[i].own);
        outcome_t other = validate(v, &plain), outcome = validate(v, &own);

        if (number_of(&outcome.product.policy, members[i].at) != members[i].value ||
            number_of(&other.product.policy, members[i].at) != number_of(&v->product.policy, members[i].at))
            fail_msg("%s", members[i].own);
    }
}

static void rules_that_are_words_hold_for_their_license_alone(void **state)
{
    validator *v = *state;
    till plain = sell(v, 1, NULL);
    till own = sell(v, 2, "{\"match\":\"all\",\"takeover\":\"never\",\"expiry_effect\":\"keep\"}");
    outcome_t outcome = validate(v, &own), other = validate(v, &plain);

    assert_int_equal(outcome.product.policy.match, PL_MATCH_ALL);
    assert_int_equal(outcome.product.policy.takeover, TAKEOVER_NEVER);
    assert_int_equal(outcome.product.policy.effect, EXPIRY_KEEPS);
    assert_int_equal(other.product.policy.match, v->product.policy.match);
    assert_int_equal(other.product.policy.takeover, v->product.policy.takeover);
    assert_int_equal(other.product.policy.effect, v->product.policy.effect);
}

static void an_answer_has_the_times_of_the_license(void **state)
{
    validator *v = *state;
    till t = sell(v, 1, "{\"check_by_s\":3600,\"grace_s\":7200}");
    outcome_t outcome = validate(v, &t);
    pl_claims claims = {.issued_at = VALIDATOR_NOW_MS / 1000};

    answer_times(&outcome, &claims);
    assert_int_equal(claims.check_by, claims.issued_at + 3600);
    assert_int_equal(claims.grace_until, claims.issued_at + 7200);
}

static void a_license_frees_its_silent_seats_after_its_own_time(void **state)
{
    validator *v = *state;
    const license_order_t own = {.policy = "{\"free_after_days\":20}", .seats = 1};
    const license_order_t plain = {.seats = 1};
    const char *keys[2];

    validator_issue(v, &own, &keys[0]);
    validator_issue(v, &plain, &keys[1]);
    for (int i = 0; i < 2; i++) {
        till first = till_make(1, keys[i]);

        assert_int_equal(till_verdict(v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    }
    validator_advance(v, 21 * DAY);
    for (int i = 0; i < 2; i++) {
        till second = till_make(2, keys[i]);

        assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), i == 0 ? PL_VERDICT_ACTIVE : PL_VERDICT_NO_SEAT);
    }
}

/* ---- ends ---- */

static void the_renewal_slack_is_the_licenses(void **state)
{
    validator *v = *state;
    const license_order_t order = {
        .policy = "{\"slack_s\":864000}", .expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1000) * DAY, .renews = true};
    const license_order_t plain = {.expires_at_ms = order.expires_at_ms, .renews = true};
    const char *keys[2];

    validator_issue(v, &order, &keys[0]);
    validator_issue(v, &plain, &keys[1]);
    validator_advance(v, 5 * DAY);
    for (int i = 0; i < 2; i++) {
        till t = till_make(1, keys[i]);

        assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), i == 0 ? PL_VERDICT_ACTIVE : PL_VERDICT_EXPIRED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_are_merged_one_by_one_in_one_spelling, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_rule_of_a_license_is_refused, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(the_products_rule_gives_way_where_it_fits_no_longer, validator_set_up,
                                        validator_tear_down),
        cmocka_unit_test_setup_teardown(who_must_check_in_is_told_nothing_that_holds_longer, validator_set_up,
                                        validator_tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_policy_is_an_error_of_the_database, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(each_member_holds_for_its_license_alone, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(rules_that_are_words_hold_for_their_license_alone, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(an_answer_has_the_times_of_the_license, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_license_frees_its_silent_seats_after_its_own_time, validator_set_up,
                                        validator_tear_down),
        cmocka_unit_test_setup_teardown(the_renewal_slack_is_the_licenses, validator_set_up, validator_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
