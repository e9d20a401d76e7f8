/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose seat it is: the activation that a device tells, its fingerprint, and only then a walk through all seats of the license.
 *
 * That no walk was made shows without a clock: the crowd's fingerprints are damaged, so whoever reads one of them fails.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

/* A license of many seats, a till that has one of them, and 5000 older seats that nobody can read. */
static till till_in_a_crowd(validator *v)
{
    static const char sqlite_crowd[] =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO activation (brand_id, license_id, id, instance_id, fingerprint, device_key, device_name, validated_at,"
        "                         released_at)"
        " SELECT brand_id, license_id, CAST(x'00000000' || printf('%012d', i) AS BLOB), NULL, x'01', device_key, NULL, 0, NULL"
        " FROM activation, n";
    static const char postgres_crowd[] =
        "INSERT INTO activation (brand_id, license_id, id, instance_id, fingerprint, device_key, device_name, validated_at, "
        "released_at)"
        " SELECT brand_id, license_id, decode(lpad(to_hex(i), 32, '0'), 'hex'), NULL, '\\x01', device_key, NULL, 0, NULL"
        " FROM activation, generate_series(1, 5000) AS i";
    const license_order_t many = {.seats = 10000};
    const char *crowd = postgres_is_tested() ? postgres_crowd : sqlite_crowd;
    const char *key;
    till t;

    validator_issue(v, &many, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_db_script(store_db(instance_store(v->instance)), crowd), PL_OK);
    return t;
}

static void change_component(till *t, pl_component component, uint8_t byte)
{
    pl_fingerprint fingerprint;

    assert_int_equal(pl_fingerprint_parse(pl_span_text(t->fingerprint), &fingerprint), PL_OK);
    fingerprint.count[component] = 1;
    memset(fingerprint.value[component][0], byte, PL_FINGERPRINT_VALUE_SIZE);
    pl_fingerprint_format(&fingerprint, t->fingerprint);
}

static void who_tells_its_activation_is_found_without_a_walk(void **state)
{
    validator *v = *state;
    till t = till_in_a_crowd(v);

    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    change_component(&t, PL_COMPONENT_MACHINE_ID, 0x77); /* not the same fingerprint any more, and still the same machine */
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void who_tells_none_is_found_by_its_fingerprint_without_a_walk(void **state)
{
    validator *v = *state;
    till t = till_in_a_crowd(v);

    t.activation_id[0] = '\0';
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    t.activation_id[0] = '\0';
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    t.activation_id[0] = '\0';
    change_component(&t, PL_COMPONENT_MACHINE_ID, 0x77); /* only a walk can find it now, and that meets the damage */
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &(device_call_t){0}, &(outcome_t){0}), PL_ERR_DATABASE);
}

static void the_activation_of_another_license_grants_nothing(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key, *other;
    till t, stranger;

    validator_issue(v, &one_seat, &key);
    validator_issue(v, &one_seat, &other);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    t.key = other; /* the same machine, its true activation, and a license on which it has no seat */
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
    stranger = till_make(2, other);
    assert_int_equal(till_verdict(v, &stranger, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
}

static void a_seat_given_back_grants_nothing_to_who_tells_it(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key;
    char released[PL_UUID_TEXT_SIZE];
    till t, next;

    validator_issue(v, &one_seat, &key);
    t = till_make(1, key);
    next = till_make(2, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    memcpy(released, t.activation_id, sizeof released);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(till_verdict(v, &next, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(till_verdict(v, &next, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_not_equal(t.activation_id, released);
}

static void another_devices_activation_grants_nothing(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key;
    till t, liar;

    validator_issue(v, &one_seat, &key);
    t = till_make(1, key);
    liar = till_make(2, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    memcpy(liar.activation_id, t.activation_id, sizeof liar.activation_id);
    memcpy(liar.instance_id, t.instance_id, sizeof liar.instance_id);
    assert_int_equal(till_verdict(v, &liar, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(till_verdict(v, &liar, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
}

static void who_tells_anothers_activation_gets_its_own(void **state)
{
    validator *v = *state;
    const char *key;
    char own[PL_UUID_TEXT_SIZE];
    till a, b;

    validator_issue(v, NULL, &key);
    a = till_make(1, key);
    b = till_make(2, key);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &b, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    memcpy(own, b.activation_id, sizeof own);
    memcpy(b.activation_id, a.activation_id, sizeof b.activation_id);
    assert_int_equal(till_verdict(v, &b, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_string_equal(b.activation_id, own);
}

/* Half of each of two machines: both seats fit, and the one told does not beat the one that has the device's own key. */
static void a_told_activation_does_not_beat_the_devices_own_key(void **state)
{
    validator *v = *state;
    const char *key;
    char own[PL_UUID_TEXT_SIZE];
    till a, b, mixed;

    validator_issue(v, NULL, &key);
    a = till_make(1, key);
    b = till_make(2, key);
    change_component(&b, PL_COMPONENT_DISK, 0x55);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(v, &b, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    memcpy(own, b.activation_id, sizeof own);
    mixed = b;
    change_component(&mixed, PL_COMPONENT_MACHINE_ID, 1 * 8 + PL_COMPONENT_MACHINE_ID + 1); /* as till_make writes them for a */
    change_component(&mixed, PL_COMPONENT_FIRMWARE, 1 * 8 + PL_COMPONENT_FIRMWARE + 1);
    memcpy(mixed.activation_id, a.activation_id, sizeof mixed.activation_id);
    assert_int_equal(till_verdict(v, &mixed, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_equal(mixed.activation_id, own);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_tells_its_activation_is_found_without_a_walk),
        TEST(who_tells_none_is_found_by_its_fingerprint_without_a_walk),
        TEST(the_activation_of_another_license_grants_nothing),
        TEST(a_seat_given_back_grants_nothing_to_who_tells_it),
        TEST(another_devices_activation_grants_nothing),
        TEST(who_tells_anothers_activation_gets_its_own),
        TEST(a_told_activation_does_not_beat_the_devices_own_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
