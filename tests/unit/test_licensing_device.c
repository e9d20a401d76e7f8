/* SPDX-License-Identifier: Apache-2.0
 *
 * The three verbs against a real database: every verdict, seats, and which device is which.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/audit.h"
#include "support/validator.h"

enum { DAY = 86400 };

typedef struct {
    pl_uuid brand_id;
    audit_action action;
    int count;
} counting;

static pl_err count_audit(void *context, tx_t *tx)
{
    counting *c = context;
    const pl_uuid from_the_end = {{0}};
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, c->brand_id, from_the_end, &entries, &count);

    c->count = 0;
    for (size_t i = 0; !err && i < count; i++)
        c->count += entries[i].action == c->action;
    return err;
}

static int audited(validator *v, audit_action action)
{
    counting c = {v->made.brand_id, action, 0};

    assert_int_equal(validator_do(v, count_audit, &c), PL_OK);
    return c.count;
}

static void a_new_device_takes_a_seat_and_is_active(void **state)
{
    validator *v = *state;
    const char *key;
    device_call_t call;
    outcome_t outcome;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_call(v, &t, PL_ACT_ACTIVATE, &call, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_ACTIVE);
    assert_int_equal(outcome.reason, PL_REASON_IN_ORDER);
    assert_true(outcome.is_new_seat);
    assert_true(outcome.validated_before_ms < 0);
    assert_int_equal(audited(v, AUDIT_ACTIVATED), 1);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static void activating_again_gives_the_same_activation_and_writes_nothing(void **state)
{
    validator *v = *state;
    const char *key;
    device_call_t call;
    outcome_t first, again;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_call(v, &t, PL_ACT_ACTIVATE, &call, &first), PL_OK);
    assert_int_equal(till_call(v, &t, PL_ACT_ACTIVATE, &call, &again), PL_OK);
    assert_int_equal(again.verdict, PL_VERDICT_ACTIVE);
    assert_false(again.is_new_seat);
    assert_true(pl_uuid_equal(first.activation.id, again.activation.id));
    assert_int_equal(audited(v, AUDIT_ACTIVATED), 1);
    assert_int_equal(audited(v, AUDIT_REACTIVATED), 0);
}

static void a_key_in_another_spelling_is_the_same_key(void **state)
{
    validator *v = *state;
    const char *key;
    char spelled[PL_LICENSE_KEY_MAX * 2];
    size_t size = 0;
    till t;

    validator_issue(v, NULL, &key);
    for (const char *c = key; *c; c++)
        if (*c != '-')
            spelled[size++] = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    spelled[size] = '\0';
    t = till_make(1, spelled);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void the_seats_of_a_license_are_not_oversold(void **state)
{
    validator *v = *state;
    const char *key;
    till a, b, c;

    validator_issue(v, NULL, &key);
    a = till_make(1, key);
    b = till_make(2, key);
    c = till_make(3, key);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &b, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &c, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE); /* its own seat, at once */
}

static void a_reinstalled_system_takes_its_own_seat_over(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key;
    till t, anew;

    validator_issue(v, &one_seat, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    anew = till_make(2, key); /* another instance id and device key, and the same hardware */
    memcpy(anew.fingerprint, t.fingerprint, sizeof anew.fingerprint);
    assert_int_equal(till_verdict(v, &anew, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_equal(anew.activation_id, t.activation_id);
    assert_int_equal(audited(v, AUDIT_REACTIVATED), 1);
    assert_int_equal(till_verdict(v, &anew, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED); /* the new key rules now */
}

static void a_repaired_machine_with_its_old_key_keeps_its_seat(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    pl_fingerprint fingerprint;
    const char *key;
    till t;

    validator_issue(v, &one_seat, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_fingerprint_parse(pl_span_text(t.fingerprint), &fingerprint), PL_OK);
    memset(fingerprint.value[PL_COMPONENT_MACHINE_ID][0], 0x77, PL_FINGERPRINT_VALUE_SIZE);
    memset(fingerprint.value[PL_COMPONENT_BOARD][0], 0x78, PL_FINGERPRINT_VALUE_SIZE); /* one piece of hardware is left */
    pl_fingerprint_format(&fingerprint, t.fingerprint);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static void what_looks_like_a_clone_gets_a_seat_of_its_own_and_is_noted(void **state)
{
    validator *v = *state;
    const char *key;
    till t, clone;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    clone = till_make(2, key);
    memcpy(clone.instance_id, t.instance_id, sizeof clone.instance_id);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &clone, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_not_equal(clone.activation_id, t.activation_id);
    assert_int_equal(audited(v, AUDIT_CLONE_SUSPECTED), 1);
}

static void a_state_copied_to_other_hardware_is_noted_by_the_activation_it_tells(void **state)
{
    validator *v = *state;
    const char *key;
    till t, copy, other;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    copy = till_make(2, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    memcpy(copy.activation_id, t.activation_id, sizeof copy.activation_id);
    assert_int_equal(till_verdict(v, &copy, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_not_equal(copy.activation_id, t.activation_id);
    assert_int_equal(audited(v, AUDIT_CLONE_SUSPECTED), 1);
    other = till_make(3, key); /* moved: the old seat was given back first */
    memcpy(other.activation_id, copy.activation_id, sizeof other.activation_id);
    assert_int_equal(till_verdict(v, &copy, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(till_verdict(v, &other, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(audited(v, AUDIT_CLONE_SUSPECTED), 1);
}

static void two_honest_devices_are_not_noted_as_clones(void **state)
{
    validator *v = *state;
    const char *key;
    till a, b;

    validator_issue(v, NULL, &key);
    a = till_make(1, key);
    b = till_make(2, key);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &b, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(audited(v, AUDIT_CLONE_SUSPECTED), 0);
}

static void a_component_that_cannot_be_read_today_is_not_forgotten(void **state)
{
    validator *v = *state;
    pl_fingerprint fingerprint;
    device_call_t call;
    outcome_t outcome;
    const char *key;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_fingerprint_parse(pl_span_text(t.fingerprint), &fingerprint), PL_OK);
    fingerprint.count[PL_COMPONENT_BOARD] = 0; /* a cashier's account */
    pl_fingerprint_format(&fingerprint, t.fingerprint);
    assert_int_equal(till_call(v, &t, PL_ACT_ACTIVATE, &call, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_ACTIVE);
    assert_int_equal(outcome.activation.fingerprint.count[PL_COMPONENT_BOARD], 1);
}

static void an_unknown_key_is_unknown_to_every_verb(void **state)
{
    validator *v = *state;
    till t = till_make(1, "NOBODY-HAS-THIS-KEY");

    memcpy(t.activation_id, t.instance_id, sizeof t.activation_id);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_UNKNOWN_KEY);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_UNKNOWN_KEY);
    assert_int_equal(till_verdict(v, &t, PL_ACT_DEACTIVATE), PL_VERDICT_UNKNOWN_KEY);
}

static void a_key_of_another_product_is_told_so(void **state)
{
    validator *v = *state;
    const char *key;
    till t;

    validator_issue(v, NULL, &key);
    validator_add_product(v, v->made.brand_id, "kiosk", 1);
    t = till_make(1, key);
    t.product = "kiosk";
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_WRONG_PRODUCT);
    t.product = "nowhere";
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_WRONG_PRODUCT);
}

static void a_suspended_license_is_denied_with_its_reason_until_resumed(void **state)
{
    validator *v = *state;
    device_call_t call;
    outcome_t outcome;
    const char *key;
    license_view_t view = validator_issue(v, NULL, &key);
    till t = till_make(1, key);

    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_change(v, view.license.id, LICENSE_SUSPEND, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_SUSPENDED);
    assert_int_equal(outcome.reason, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(outcome.license.version, 2);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_SUSPENDED);
    validator_change(v, view.license.id, LICENSE_RESUME, PL_REASON_NONE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static void a_cancelled_license_is_revoked(void **state)
{
    validator *v = *state;
    const char *key;
    license_view_t view = validator_issue(v, NULL, &key);
    till t = till_make(1, key);

    validator_change(v, view.license.id, LICENSE_CANCEL, PL_REASON_REFUND);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_REVOKED);
}

static void a_license_ends_at_its_end_and_one_that_renews_after_the_slack(void **state)
{
    validator *v = *state;
    license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(10) * DAY * 1000};
    const char *key, *renewing;
    till fixed, subscribed;

    validator_issue(v, &order, &key);
    order.renews = true;
    validator_issue(v, &order, &renewing);
    fixed = till_make(1, key);
    subscribed = till_make(2, renewing);
    validator_advance(v, 10 * DAY - 1);
    assert_int_equal(till_verdict(v, &fixed, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 1);
    assert_int_equal(till_verdict(v, &fixed, PL_ACT_ACTIVATE), PL_VERDICT_EXPIRED);
    assert_int_equal(till_verdict(v, &subscribed, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 3 * DAY);
    assert_int_equal(till_verdict(v, &subscribed, PL_ACT_VALIDATE), PL_VERDICT_EXPIRED);
}

static void a_license_that_starts_later_gives_no_seat_yet(void **state)
{
    validator *v = *state;
    const license_order_t order = {.starts_at_ms = VALIDATOR_NOW_MS + DAY * INT64_C(1000)};
    const char *key;
    till t;

    validator_issue(v, &order, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_NOT_ACTIVATED);
    validator_advance(v, DAY);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void a_device_without_a_seat_is_not_activated(void **state)
{
    validator *v = *state;
    const char *key;
    till t, other;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    other = till_make(2, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &other, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
}

static void a_seat_given_back_is_free_and_may_be_given_back_twice(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key;
    till a, b;

    validator_issue(v, &one_seat, &key);
    a = till_make(1, key);
    b = till_make(2, key);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &a, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(till_verdict(v, &a, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(audited(v, AUDIT_DEACTIVATED), 1);
    assert_int_equal(till_verdict(v, &a, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(till_verdict(v, &b, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_not_equal(a.activation_id, b.activation_id);
}

static void a_seat_cannot_be_given_back_without_the_devices_key(void **state)
{
    validator *v = *state;
    device_call_t call;
    outcome_t outcome;
    const char *key;
    till t, thief;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    thief = t;
    pl_device_key_new(thief.public_key, thief.secret);
    assert_int_equal(till_call(v, &thief, PL_ACT_DEACTIVATE, &call, &outcome), PL_ERR_UNAUTHORIZED);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static void a_seat_that_never_was_cannot_be_given_back(void **state)
{
    validator *v = *state;
    const char *key;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    memcpy(t.activation_id, t.instance_id, sizeof t.activation_id);
    assert_int_equal(till_verdict(v, &t, PL_ACT_DEACTIVATE), PL_VERDICT_NOT_ACTIVATED);
}

static void a_check_is_worth_noting_only_when_the_stored_one_is_a_minute_old(void **state)
{
    validator *v = *state;
    device_call_t call;
    outcome_t outcome;
    const char *key;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 59);
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), PL_OK);
    assert_false(outcome.is_sighting);
    validator_advance(v, 1);
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), PL_OK);
    assert_true(outcome.is_sighting);
    assert_int_equal(outcome.validated_before_ms, VALIDATOR_NOW_MS);
}

static void another_brands_key_is_unknown_here(void **state)
{
    validator *v = *state;
    brand_made_t other;
    license_order_t order = {.product = "till"};
    const char *key;
    till t;

    validator_add_brand(v, "other", &other);
    order.brand_id = other.brand.id;
    validator_issue(v, &order, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_UNKNOWN_KEY); /* asks with the roots of acme */
}

static void a_request_with_unknown_roots_is_refused_unsigned(void **state)
{
    validator *v = *state;
    device_call_t call;
    outcome_t outcome;
    till t = till_make(1, "ANY-KEY");

    for (size_t i = 0; i < v->roots.count; i++)
        v->roots.keys[i].kid[0] = v->roots.keys[i].kid[0] == 'A' ? 'B' : 'A';
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), PL_ERR_NOT_FOUND);
}

static void a_fingerprint_of_one_component_takes_no_seat(void **state)
{
    validator *v = *state;
    pl_fingerprint fingerprint = {.count = {1, 0, 0, 0, 0, 0}};
    device_call_t call;
    outcome_t outcome;
    const char *key;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    pl_fingerprint_format(&fingerprint, t.fingerprint);
    assert_int_equal(till_call(v, &t, PL_ACT_ACTIVATE, &call, &outcome), PL_ERR_NO_FINGERPRINT);
}

static void one_device_has_one_board_and_may_have_several_disks(void **state)
{
    validator *v = *state;
    device_call_t call;
    outcome_t outcome;
    const char *key;

    validator_issue(v, NULL, &key);
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) {
        bool may_repeat = c == PL_COMPONENT_DISK || c == PL_COMPONENT_NIC;
        pl_fingerprint fingerprint = {.count = {1, 1, 1, 1, 1, 1}};
        till t = till_make(1, key);

        fingerprint.count[c] = 2;
        fingerprint.value[c][1][0] = 1;
        pl_fingerprint_format(&fingerprint, t.fingerprint);
        assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), may_repeat ? PL_OK : PL_ERR_INVALID);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_device_takes_a_seat_and_is_active),
        TEST(activating_again_gives_the_same_activation_and_writes_nothing),
        TEST(a_key_in_another_spelling_is_the_same_key),
        TEST(the_seats_of_a_license_are_not_oversold),
        TEST(a_reinstalled_system_takes_its_own_seat_over),
        TEST(a_repaired_machine_with_its_old_key_keeps_its_seat),
        TEST(what_looks_like_a_clone_gets_a_seat_of_its_own_and_is_noted),
        TEST(a_state_copied_to_other_hardware_is_noted_by_the_activation_it_tells),
        TEST(two_honest_devices_are_not_noted_as_clones),
        TEST(a_component_that_cannot_be_read_today_is_not_forgotten),
        TEST(an_unknown_key_is_unknown_to_every_verb),
        TEST(a_key_of_another_product_is_told_so),
        TEST(a_suspended_license_is_denied_with_its_reason_until_resumed),
        TEST(a_cancelled_license_is_revoked),
        TEST(a_license_ends_at_its_end_and_one_that_renews_after_the_slack),
        TEST(a_license_that_starts_later_gives_no_seat_yet),
        TEST(a_device_without_a_seat_is_not_activated),
        TEST(a_seat_given_back_is_free_and_may_be_given_back_twice),
        TEST(a_seat_cannot_be_given_back_without_the_devices_key),
        TEST(a_seat_that_never_was_cannot_be_given_back),
        TEST(a_check_is_worth_noting_only_when_the_stored_one_is_a_minute_old),
        TEST(another_brands_key_is_unknown_here),
        TEST(a_request_with_unknown_roots_is_refused_unsigned),
        TEST(a_fingerprint_of_one_component_takes_no_seat),
        TEST(one_device_has_one_board_and_may_have_several_disks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
