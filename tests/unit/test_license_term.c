/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of a policy: server-stub/licensing/license_term.c, overage and silent seats in activate.c, the checks of admin_products.c
 */
#include "licensing/license_term.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/version.h"
#include "licensing/release.h"
#include "store/activation_pages.h"
#include "store/audit_search.h"
#include "support/validator.h"

#define DAY_MS (INT64_C(86400) * 1000)
#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { DAY = 86400 };

typedef struct {
    validator *v;
    product_t product;
    license_view_t view;
    pl_uuid id;
    audit_search_t search;
    audit_t *entries;
    size_t count;
    pl_buf file;
} job;

static pl_err change_product(void *context, tx_t *tx)
{
    job *j = context;
    product_t before;
    pl_err err = products_find(tx, j->product.brand_id, j->product.id, &before);

    j->product.version = before.version;
    return err ? err : admin_product_change(tx, &before, &j->product);
}

static pl_err show(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_show(tx, j->id, &j->view);
}

static pl_err search(void *context, tx_t *tx)
{
    job *j = context;
    audit_page_t page;
    pl_err err = audit_search(tx, &j->search, &page);

    j->entries = page.entries;
    j->count = page.count;
    return err;
}

static pl_err hand_over(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_file(tx, validator_keyring(j->v), &j->view.license, NULL, &j->file);
}

static job begin(validator *v)
{
    return (job){.v = v, .product = v->product};
}

static void decide(job *j)
{
    assert_int_equal(validator_do(j->v, change_product, j), PL_OK);
}

static till sell(job *j, const license_order_t *order)
{
    const char *key;

    j->view = validator_issue(j->v, order, &key);
    j->id = j->view.license.id;
    return till_make(1, key);
}

static till another(const till *first, int number)
{
    return till_make(number, first->key);
}

static size_t count_of(job *j, audit_action action)
{
    j->search = (audit_search_t){.brand_id = j->v->made.brand_id, .action = action, .limit = 100};
    assert_int_equal(validator_do(j->v, search, j), PL_OK);
    return j->count;
}

/* ---- where the end comes from ---- */

static void the_end_of_a_new_license_is_what_the_policy_says(void **state)
{
    static const int64_t now = 1000;
    const struct {
        const char *what;
        product_policy_t policy;
        license_t license;
        int64_t expires_at, duration_days;
        pl_err err;
    } rows[] = {
        {"none", {.basis = EXPIRY_NONE, .duration_days = 5}, {.plan = NULL}, 0, 0, PL_OK},
        {"the order's", {.basis = EXPIRY_CREATION, .duration_days = 5}, {.expires_at_ms = 77}, 77, 0, PL_OK},
        {"creation", {.basis = EXPIRY_CREATION, .duration_days = 5}, {.plan = NULL}, now + 5 * DAY_MS, 0, PL_OK},
        {"the start", {.basis = EXPIRY_CREATION, .duration_days = 5}, {.starts_at_ms = 9000}, 9000 + 5 * DAY_MS, 0, PL_OK},
        {"activation", {.basis = EXPIRY_FIRST_ACTIVATION, .duration_days = 5}, {.renews = true}, 0, 5, PL_OK},
        {"date", {.basis = EXPIRY_DATE, .expiry_date_ms = 5000}, {.renews = true}, 5000, 0, PL_OK},
        {"date past", {.basis = EXPIRY_DATE, .expiry_date_ms = 1000}, {.plan = NULL}, 1000, 0, PL_ERR_INVALID},
        {"renews without", {.basis = EXPIRY_NONE}, {.renews = true}, 0, 0, PL_ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        license_t license = rows[i].license;
        pl_err err = license_term_give(&license, &rows[i].policy, now);

        if (err != rows[i].err || license.expires_at_ms != rows[i].expires_at || license.duration_days != rows[i].duration_days)
            fail_msg("%s", rows[i].what);
    }
}

static void time_runs_from_the_first_activation_and_only_once(void **state)
{
    validator *v = *state;
    job j = begin(v);
    till first, second;

    j.product.policy.basis = EXPIRY_FIRST_ACTIVATION;
    j.product.policy.duration_days = 30;
    decide(&j);
    first = sell(&j, NULL);
    second = another(&first, 2);
    validator_advance(v, 100 * DAY); /* on the shelf */
    pl_buf_init(&j.file);
    assert_int_equal(validator_do(v, hand_over, &j), PL_ERR_STATE);
    pl_buf_reset(&j.file);
    assert_int_equal(till_verdict(v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 10 * DAY);
    assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(validator_do(v, show, &j), PL_OK);
    assert_true(j.view.license.expires_at_ms == VALIDATOR_NOW_MS + 130 * DAY_MS);
    assert_int_equal(j.view.license.duration_days, 0);
    assert_int_equal(j.view.license.version, 2);
    assert_int_equal(count_of(&j, AUDIT_LICENSE_STARTED), 1);
    validator_advance(v, 20 * DAY);
    assert_int_equal(till_verdict(v, &first, PL_ACT_VALIDATE), PL_VERDICT_EXPIRED);
}

/* ---- what the end does ---- */

static pl_err add_release(void *context, tx_t *tx)
{
    return admin_release_add(tx, context);
}

static void publish(job *j, const char *version)
{
    release_t release = {.brand_id = j->product.brand_id,
                         .product_id = j->product.id,
                         .channel = "stable",
                         .version = version,
                         .url = "https://example.com/till.tar.gz",
                         .sha256 = SHA256};

    assert_int_equal(validator_do(j->v, add_release, &release), PL_OK);
}

typedef struct {
    device_call_t call;
    release_outcome_t out;
} release_question;

static pl_err check_release(void *context, tx_t *tx)
{
    release_question *q = context;

    return licensing_release_check(tx, &q->call, &q->out);
}

static bool is_allowed(job *j, till *t, const char *version)
{
    release_question q;
    uint8_t nonce[PL_NONCE_SIZE];
    pl_buf body;

    t->channel = "stable";
    pl_buf_init(&body);
    till_write(t, &j->v->roots, PL_ACT_RELEASE_CHECK, &body, nonce);
    assert_int_equal(
        licensing_read_call(&j->v->arena, validator_keyring(j->v), PL_ACT_RELEASE_CHECK, pl_buf_span(&body), &q.call), PL_OK);
    pl_buf_reset(&body);
    assert_int_equal(validator_do(j->v, check_release, &q), PL_OK);
    assert_non_null(q.out.outcome.release);
    return strcmp(q.out.outcome.release->version, version) == 0 && q.out.outcome.release->is_allowed;
}

static void a_license_that_keeps_works_on_without_later_releases(void **state)
{
    validator *v = *state;
    const license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + 10 * DAY_MS};
    job j = begin(v);
    device_call_t call;
    outcome_t outcome;
    till t;

    j.product.policy.effect = EXPIRY_KEEPS;
    decide(&j);
    t = sell(&j, &order);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    publish(&j, "1.0");
    assert_true(is_allowed(&j, &t, "1.0"));
    validator_advance(v, 11 * DAY);
    publish(&j, "2.0");
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_ACTIVE);
    assert_true(is_allowed(&j, &t, "1.0"));
    assert_false(is_allowed(&j, &t, "2.0"));
    assert_int_equal(validator_do(v, show, &j), PL_OK);
    assert_false(j.view.is_expired);
    j.product.policy.effect = EXPIRY_RESTRICTS;
    decide(&j);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_EXPIRED);
}

static void a_trial_ends_whatever_the_policy_keeps(void **state)
{
    validator *v = *state;
    const license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + 10 * DAY_MS, .plan = "trial"};
    job j = begin(v);
    till t;

    j.product.policy.effect = EXPIRY_KEEPS;
    decide(&j);
    t = sell(&j, &order);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 10 * DAY);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_EXPIRED);
}

/* ---- seats ---- */

static void seats_beyond_the_limit_are_taken_as_far_as_tolerated_and_noted(void **state)
{
    validator *v = *state;
    job j = begin(v);
    till first, tills[4];

    j.product.policy.overage = 1;
    decide(&j);
    first = sell(&j, NULL);
    for (int i = 0; i < 4; i++)
        tills[i] = another(&first, i + 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(till_verdict(v, &tills[i], PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &tills[3], PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(count_of(&j, AUDIT_ACTIVATED), 3);
    assert_string_equal(j.entries[0].metadata, "{\"over_limit\":true}");
    assert_null(j.entries[1].metadata);
    assert_int_equal(validator_do(v, show, &j), PL_OK);
    assert_int_equal(j.view.seats, 2);
    assert_int_equal(j.view.seats_taken, 3);
}

static void a_silent_seat_is_given_to_a_device_that_needs_one(void **state)
{
    validator *v = *state;
    job j = begin(v);
    till first, second, third;

    j.product.policy.free_after_days = 20;
    decide(&j);
    first = sell(&j, NULL);
    second = another(&first, 2);
    third = another(&first, 3);
    assert_int_equal(till_verdict(v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 1);
    assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 20 * DAY - 1);
    assert_int_equal(till_verdict(v, &third, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT); /* a second too early */
    assert_int_equal(till_verdict(v, &first, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 1);
    assert_int_equal(till_verdict(v, &third, PL_ACT_ACTIVATE),
                     PL_VERDICT_ACTIVE); /* the first's: nobody had noted that it was seen */
    assert_int_equal(count_of(&j, AUDIT_ACTIVATION_FREED), 1);
    assert_int_equal(till_verdict(v, &second, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &first, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
}

static void a_silent_seat_that_nobody_needs_is_kept(void **state)
{
    validator *v = *state;
    job j = begin(v);
    till first, second;

    j.product.policy.free_after_days = 20;
    decide(&j);
    first = sell(&j, NULL);
    second = another(&first, 2);
    assert_int_equal(till_verdict(v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 200 * DAY);
    assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(count_of(&j, AUDIT_ACTIVATION_FREED), 0);
    assert_int_equal(till_verdict(v, &first, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

/* ---- policies that cannot be ---- */

static void policies_that_contradict_themselves_are_refused(void **state)
{
    validator *v = *state;
    job j = begin(v);
    product_policy_t *policy = &j.product.policy;
    const product_policy_t good = *policy;
    static const char *const words[] = {"overage",       "free_after_days", "free_after_days", "duration_days",
                                        "duration_days", "expiry_date",     "grace_s",         "seats"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        *policy = good;
        policy->overage = i == 0 ? -1 : 0;
        policy->free_after_days = i == 1 ? 1 : i == 2 ? 10 : 0; /* grace and emergency: 11 days */
        policy->basis = i == 3 ? EXPIRY_CREATION : i == 4 ? EXPIRY_FIRST_ACTIVATION : i == 5 ? EXPIRY_DATE : EXPIRY_NONE;
        policy->grace_s = i == 6 ? policy->check_by_s - 1 : good.grace_s;
        policy->seats = i == 7 ? 0 : good.seats;
        assert_int_equal(validator_do(v, change_product, &j), PL_ERR_INVALID);
        if (!strstr(pl_err_detail(), words[i]))
            fail_msg("%s: %s", words[i], pl_err_detail());
    }
    *policy = good;
    policy->free_after_days = 11;
    assert_int_equal(validator_do(v, change_product, &j), PL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_new_license_is_what_the_policy_says),
        TEST(time_runs_from_the_first_activation_and_only_once),
        TEST(a_license_that_keeps_works_on_without_later_releases),
        TEST(a_trial_ends_whatever_the_policy_keeps),
        TEST(seats_beyond_the_limit_are_taken_as_far_as_tolerated_and_noted),
        TEST(a_silent_seat_is_given_to_a_device_that_needs_one),
        TEST(a_silent_seat_that_nobody_needs_is_kept),
        TEST(policies_that_contradict_themselves_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
