/* SPDX-License-Identifier: Apache-2.0
 *
 * Subscribers, by a clock that the test sets: what they are worth at the end of their period, the machine that is theirs, and two minutes of a
 * session to the millisecond.
 */
#include "licensing/subscriber_session.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

#define LEASE_MS 120000

typedef struct {
    validator *v;
    sessions_t *sessions;
    facade_t facade;
    const char *key;
    const char *email;
    const char *machine;
    const char *session;
    int64_t at_ms;
    bool is_takeover;
    subscriber_t found;
    session_report_t report;
} job;

static job world;

static int set_up(void **state)
{
    license_order_t order = {.product = "till", .email = "Ada@Example.com", .name = "Ada", .seats = 1};
    validator *v;

    if (validator_set_up(state))
        return -1;
    v = *state;
    order.brand_id = v->made.brand_id;
    order.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(86400000);
    world = (job){.v = v, .sessions = sessions_new(), .email = "ada@example.com", .machine = "A", .session = "s1"};
    world.at_ms = VALIDATOR_NOW_MS;
    world.facade = (facade_t){.brand_id = v->made.brand_id, .product_id = v->product.id};
    (void)validator_issue(v, &order, &world.key);
    return world.sessions ? 0 : -1;
}

static int tear_down(void **state)
{
    sessions_free(world.sessions);
    return validator_tear_down(state);
}

static pl_err find(void *context, tx_t *tx)
{
    job *j = context;
    const subscriber_question_t question = {&j->facade, validator_keyring(j->v), j->email, j->key};

    tx->now_ms = j->at_ms;
    return subscriber_find(tx, &question, &j->found);
}

static pl_err start(void *context, tx_t *tx)
{
    job *j = context;
    const session_order_t order = {j->sessions, j->session, {.keyring = validator_keyring(j->v), .fingerprint = j->machine}};
    pl_err err = find(context, tx);

    if (err)
        return err;
    return (j->is_takeover ? subscriber_session_takeover : subscriber_session_start)(tx, &j->found, &order, &j->report);
}

static pl_err beat(void *context, tx_t *tx)
{
    const job *j = context;

    tx->now_ms = j->at_ms;
    return client_session_beat(tx, j->facade.brand_id, (pl_uuid){{0}}, j->session);
}

static session_result started(const char *machine, const char *session, int64_t at_ms)
{
    world.machine = machine;
    world.session = session;
    world.at_ms = VALIDATOR_NOW_MS + at_ms;
    assert_int_equal(validator_do(world.v, start, &world), PL_OK);
    return world.report.result;
}

static pl_err beaten(const char *session, int64_t at_ms)
{
    world.session = session;
    world.at_ms = VALIDATOR_NOW_MS + at_ms;
    return validator_do(world.v, beat, &world);
}

static void a_period_ends_to_the_millisecond_with_its_slack(void **state)
{
    int64_t slack_ms = world.v->product.policy.slack_s * 1000;

    (void)state;
    assert_int_equal(validator_do(world.v, find, &world), PL_OK);
    assert_true(world.found.is_active);
    assert_string_equal(world.found.status, "active");
    world.at_ms = world.found.license.expires_at_ms + (world.found.license.renews ? slack_ms : 0);
    assert_int_equal(validator_do(world.v, find, &world), PL_OK);
    assert_false(world.found.is_active);
    assert_true(world.found.is_period_over);
    assert_string_equal(world.found.status, "expired");
    world.at_ms--;
    assert_int_equal(validator_do(world.v, find, &world), PL_OK);
    assert_true(world.found.is_active);
}

static void who_does_not_fit_is_not_found(void **state)
{
    static const char *const emails[] = {"ada@example.org", "", "ada", "ada@example.com "};

    (void)state;
    for (size_t i = 0; i < sizeof emails / sizeof *emails; i++) {
        world.email = emails[i];
        assert_int_equal(validator_do(world.v, find, &world), PL_ERR_NOT_FOUND);
    }
    world.email = "ADA@example.COM";
    assert_int_equal(validator_do(world.v, find, &world), PL_OK);
    assert_true(world.found.number > 0 && world.found.number < INT64_C(1) << 53);
    world.key = "";
    assert_int_equal(validator_do(world.v, find, &world), PL_ERR_NOT_FOUND);
}

static void a_lease_is_two_minutes_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(started("A", "s1", 0), SESSION_STARTED);
    assert_int_equal(started("B", "s2", LEASE_MS - 1), SESSION_CONFLICT);
    assert_int_equal(world.report.conflict.lease_until_ms - world.report.conflict.lease_ms, VALIDATOR_NOW_MS);
    assert_int_equal(beaten("s1", LEASE_MS - 1), PL_OK);
    assert_int_equal(started("B", "s2", 2 * LEASE_MS - 2), SESSION_CONFLICT);
    assert_int_equal(beaten("s1", 2 * LEASE_MS - 1), PL_ERR_NOT_FOUND);
    assert_int_equal(started("B", "s2", 2 * LEASE_MS - 1), SESSION_STARTED);
    assert_int_equal(started("A", "s1", 2 * LEASE_MS), SESSION_CONFLICT);
}

static void the_same_machine_or_text_never_conflicts(void **state)
{
    (void)state;
    assert_int_equal(started("A", "s1", 0), SESSION_STARTED);
    assert_int_equal(started("A", "s2", 1), SESSION_STARTED);
    assert_int_equal(beaten("s1", 2), PL_ERR_NOT_FOUND);
    assert_int_equal(started("A2", "s2", 3), SESSION_STARTED);
    assert_int_equal(beaten("s2", 4), PL_OK);
    assert_int_equal(started("A", "s3", 5), SESSION_CONFLICT);
}

static void a_takeover_ends_the_others_and_not_ones_own(void **state)
{
    (void)state;
    world.is_takeover = true;
    assert_int_equal(started("A", "s1", 0), SESSION_STARTED);
    assert_int_equal(started("A", "s1", 1), SESSION_STARTED);
    assert_int_equal(beaten("s1", 2), PL_OK);
    assert_int_equal(started("B", "s2", 3), SESSION_STARTED);
    assert_int_equal(beaten("s1", 4), PL_ERR_NOT_FOUND);
    assert_int_equal(beaten("s2", 4), PL_OK);
    world.is_takeover = false;
    assert_int_equal(started("A", "s1", 5), SESSION_CONFLICT);
}

static void texts_are_told_apart_and_belong_to_a_brand(void **state)
{
    pl_uuid brand = world.facade.brand_id, other = brand;
    char longest[SESSION_TEXT_MAX + 1];

    (void)state;
    other.bytes[15] ^= 1;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_true(pl_uuid_equal(session_text_id(brand, "a"), session_text_id(brand, "a")));
    assert_false(pl_uuid_equal(session_text_id(brand, "a"), session_text_id(brand, "b")));
    assert_false(pl_uuid_equal(session_text_id(brand, "a"), session_text_id(other, "a")));
    assert_int_equal(session_text_id(brand, longest).bytes[6] >> 4, 8); /* UUIDv8 */
    assert_int_equal(session_text_id(brand, longest).bytes[8] >> 6, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_period_ends_to_the_millisecond_with_its_slack, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_does_not_fit_is_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lease_is_two_minutes_and_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_machine_or_text_never_conflicts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_takeover_ends_the_others_and_not_ones_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_told_apart_and_belong_to_a_brand, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
