/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials at the validator: one per device and product, whatever is wiped; a disk image shared by two computers makes them no one device.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/trial.h"
#include "licensing/trial_quota.h"
#include "store/trials.h"
#include "support/validator.h"

enum { DAYS = 14, DAY_S = 86400 };

typedef struct {
    validator v;
    trial_outcome_t out;
    char key[PL_LICENSE_KEY_MAX + 1];
    const char *address; /* of who asks; NULL: not told */
} scene;

static pl_err add_product(void *context, tx_t *tx)
{
    product_t *product = context;

    return admin_product_add(tx, product->brand_id, product);
}

static int set_up(void **state)
{
    static scene s;
    product_t product = {.slug = "floor", .name = "floor", .policy = admin_default_policy()};

    memset(&s, 0, sizeof s);
    validator_open(&s.v);
    product.brand_id = s.v.made.brand_id;
    product.policy.seats = 5;
    product.policy.trial_days = DAYS;
    product.entitlements = "{\"kds\":true}";
    product.trial_entitlements = "{\"tills\":1}";
    assert_int_equal(validator_do(&s.v, add_product, &product), PL_OK);
    s.v.product = product;
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    validator_close(&((scene *)*state)->v);
    return 0;
}

typedef struct {
    const keyring_t *keyring;
    const device_call_t *call;
    trial_outcome_t *out;
    const char *address;
} calling;

static pl_err run_trial(void *context, tx_t *tx)
{
    calling *c = context;
    tx_t from = *tx;

    from.address = c->address;
    return licensing_trial(&from, c->keyring, c->call, c->out);
}

static pl_err ask(scene *s, const till *t)
{
    const keyring_t *keyring = validator_keyring(&s->v);
    uint8_t nonce[PL_NONCE_SIZE];
    device_call_t call;
    calling c = {keyring, &call, &s->out, s->address};
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    till_write(t, &s->v.roots, PL_ACT_TRIAL, &body, nonce);
    err = licensing_read_call(&s->v.arena, keyring, PL_ACT_TRIAL, pl_buf_span(&body), &call);
    pl_buf_reset(&body);
    return err ? err : validator_do(&s->v, run_trial, &c);
}

static till make_till(int number)
{
    till t = till_make(number, NULL);

    t.product = "floor";
    return t;
}

/* The id of the license; the key is opened with the till's secret. */
static pl_uuid start(scene *s, const till *t, pl_verdict verdict)
{
    assert_int_equal(ask(s, t), PL_OK);
    assert_int_equal(s->out.outcome.verdict, verdict);
    assert_ptr_equal(s->out.outcome.trial, &s->out.claims);
    memset(s->key, 0, sizeof s->key);
    assert_int_equal(
        pl_device_unseal(t->secret, pl_span_of(s->out.claims.sealed_key, s->out.claims.sealed_size), (uint8_t *)s->key), PL_OK);
    return s->out.outcome.license.id;
}

/* The same hardware with another device key, and another instance: the data directory was wiped. */
static till wiped(const till *t)
{
    till anew = make_till(77);

    memcpy(anew.fingerprint, t->fingerprint, sizeof anew.fingerprint);
    return anew;
}

/* Some components are another till's: m, f, b of till_make. */
static till with_parts_of(const till *t, const till *other, bool machine_id, bool hardware)
{
    pl_fingerprint own, theirs;
    till mixed = *t;

    assert_int_equal(pl_fingerprint_parse(pl_span_text(t->fingerprint), &own), PL_OK);
    assert_int_equal(pl_fingerprint_parse(pl_span_text(other->fingerprint), &theirs), PL_OK);
    if (machine_id)
        memcpy(own.value[PL_COMPONENT_MACHINE_ID], theirs.value[PL_COMPONENT_MACHINE_ID], sizeof own.value[0]);
    if (hardware)
        memcpy(own.value[PL_COMPONENT_FIRMWARE], theirs.value[PL_COMPONENT_FIRMWARE], sizeof own.value[0]);
    pl_fingerprint_format(&own, mixed.fingerprint);
    return mixed;
}

static void a_trial_is_a_license_with_a_key_and_an_end(void **state)
{
    scene *s = *state;
    till t = make_till(1);

    start(s, &t, PL_VERDICT_ACTIVE);
    assert_true(s->out.outcome.has_activation);
    assert_string_equal(s->out.outcome.license.plan, TRIAL_PLAN);
    assert_int_equal(s->out.outcome.license.expires_at_ms, VALIDATOR_NOW_MS + INT64_C(1000) * DAYS * DAY_S);
    assert_non_null(strstr(s->out.outcome.license.entitlements, "tills"));
    t.key = s->key; /* and from here on the ordinary path */
    assert_int_equal(till_verdict(&s->v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(&s->v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void the_key_is_for_the_device_alone(void **state)
{
    scene *s = *state;
    till t = make_till(1), stranger = make_till(2);
    uint8_t opened[PL_TRIAL_SEALED_MAX];

    start(s, &t, PL_VERDICT_ACTIVE);
    assert_int_equal(pl_device_unseal(stranger.secret, pl_span_of(s->out.claims.sealed_key, s->out.claims.sealed_size), opened),
                     PL_ERR_SIGNATURE);
}

static void a_wiped_device_is_given_the_same_trial(void **state)
{
    scene *s = *state;
    till t = make_till(1), again = wiped(&t), other = make_till(2), reinstalled;
    pl_uuid first = start(s, &t, PL_VERDICT_ACTIVE);

    validator_advance(&s->v, 3 * DAY_S);
    assert_true(pl_uuid_equal(start(s, &again, PL_VERDICT_ACTIVE), first));
    reinstalled = with_parts_of(&again, &other, true, false); /* the system's id is new */
    assert_true(pl_uuid_equal(start(s, &reinstalled, PL_VERDICT_ACTIVE), first));
    assert_int_equal(s->out.outcome.license.expires_at_ms, VALIDATOR_NOW_MS + INT64_C(1000) * DAYS * DAY_S);
}

static void an_ended_trial_stays_ended(void **state)
{
    scene *s = *state;
    till t = make_till(1), again = wiped(&t);
    pl_uuid first = start(s, &t, PL_VERDICT_ACTIVE);

    validator_advance(&s->v, DAYS * DAY_S);
    assert_true(pl_uuid_equal(start(s, &again, PL_VERDICT_EXPIRED), first));
    assert_int_equal(s->out.outcome.reason, PL_REASON_LICENSE_ENDED);
}

typedef struct {
    license_t license;
    int64_t expires_at_ms;
    bool sells;
} renewal;

static pl_err renew(void *context, tx_t *tx)
{
    renewal *r = context;

    return (r->sells ? admin_license_renew : admin_trial_extend)(tx, &r->license, r->expires_at_ms);
}

static void the_vendor_can_extend_it(void **state)
{
    scene *s = *state;
    till t = make_till(1);
    renewal r;

    start(s, &t, PL_VERDICT_ACTIVE);
    validator_advance(&s->v, 20 * DAY_S);
    start(s, &t, PL_VERDICT_EXPIRED);
    r = (renewal){s->out.outcome.license, s->v.time.wall_ms + 7000 * (int64_t)DAY_S, false};
    assert_int_equal(validator_do(&s->v, renew, &r), PL_OK);
    start(s, &t, PL_VERDICT_ACTIVE);
}

static void a_trial_that_was_sold_is_no_trial_any_more(void **state)
{
    scene *s = *state;
    till t = make_till(1), stranger = wiped(&t);
    renewal r;
    pl_uuid first = start(s, &t, PL_VERDICT_ACTIVE);

    r = (renewal){s->out.outcome.license, s->v.time.wall_ms + 365000 * (int64_t)DAY_S, true};
    assert_int_equal(validator_do(&s->v, renew, &r), PL_OK);
    assert_int_equal(ask(s, &stranger), PL_OK); /* who tells the same hardware */
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(s->out.outcome.reason, PL_REASON_NO_TRIAL);
    assert_null(s->out.outcome.trial);
    assert_false(s->out.outcome.has_license);                           /* it says nothing of the one sold */
    assert_true(pl_uuid_equal(start(s, &t, PL_VERDICT_ACTIVE), first)); /* who has the key of its seat */
    r.sells = false;
    assert_int_equal(validator_do(&s->v, renew, &r), PL_ERR_STATE);
    t.key = s->key; /* the ordinary path goes on for both */
    assert_int_equal(till_verdict(&s->v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    stranger.key = s->key;
    assert_int_equal(till_verdict(&s->v, &stranger, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void a_shared_system_id_refuses_no_second_computer(void **state)
{
    scene *s = *state;
    till first = make_till(1), second = make_till(2);
    till imaged = with_parts_of(&second, &first, true, false);
    pl_uuid trial = start(s, &first, PL_VERDICT_ACTIVE);

    assert_false(pl_uuid_equal(start(s, &imaged, PL_VERDICT_ACTIVE), trial));
}

static void one_part_that_moved_makes_no_device(void **state)
{
    scene *s = *state;
    till first = make_till(1), second = make_till(2);
    till repaired = with_parts_of(&second, &first, false, true);
    pl_uuid trial = start(s, &first, PL_VERDICT_ACTIVE);

    validator_advance(&s->v, 1); /* of two that fit the oldest is taken */
    assert_false(pl_uuid_equal(start(s, &repaired, PL_VERDICT_ACTIVE), trial));
    repaired = with_parts_of(&second, &first, true, true); /* the rule "two" is met, and hardware is among it */
    assert_true(pl_uuid_equal(start(s, &repaired, PL_VERDICT_ACTIVE), trial));
}

static void a_product_without_trials_says_so(void **state)
{
    scene *s = *state;
    till t = make_till(1);

    t.product = "till";
    assert_int_equal(ask(s, &t), PL_OK);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(s->out.outcome.reason, PL_REASON_NO_TRIAL);
    assert_null(s->out.outcome.trial);
    t.product = "nothing";
    assert_int_equal(ask(s, &t), PL_OK);
    assert_int_equal(s->out.outcome.reason, PL_REASON_NO_TRIAL);
    assert_false(s->out.outcome.has_product);
}

static void a_device_that_cannot_be_told_from_others_gets_none(void **state)
{
    scene *s = *state;
    till t = make_till(1);
    pl_fingerprint fingerprint = {.count = {1}};

    pl_fingerprint_format(&fingerprint, t.fingerprint);
    assert_int_equal(ask(s, &t), PL_ERR_NO_FINGERPRINT);
}

static pl_err add_many(void *context, tx_t *tx)
{
    scene *s = context;
    trial_t trial = {.brand_id = s->v.made.brand_id,
                     .product_id = s->v.product.id,
                     .license_id = s->out.outcome.license.id,
                     .started_at_ms = tx->now_ms};
    pl_err err = postgres_is_tested() ? PL_OK : pl_db_script(store_db(tx->store), "PRAGMA defer_foreign_keys=ON");

    for (int i = 0; !err && i < TRIALS_PER_HOUR_MAX; i++) {
        trial.license_id = store_new_id(tx);
        err = trials_insert(tx, &trial);
    }
    return err;
}

static pl_err add_many_unchecked(scene *s)
{
    const char *off = postgres_is_tested() ? "SET session_replication_role = replica" : "PRAGMA foreign_keys=OFF";
    const char *on = postgres_is_tested() ? "SET session_replication_role = origin" : "PRAGMA foreign_keys=ON";
    pl_db *db = store_db(instance_store(s->v.instance));
    pl_err err;

    assert_int_equal(pl_db_script(db, off), PL_OK);
    err = validator_do(&s->v, add_many, s);
    assert_int_equal(pl_db_script(db, on), PL_OK);
    return err;
}

static void a_flood_of_devices_is_held_back_and_those_who_have_one_are_not(void **state)
{
    scene *s = *state;
    till t = make_till(1), next = make_till(2);

    start(s, &t, PL_VERDICT_ACTIVE);
    assert_int_equal(add_many_unchecked(s), PL_OK);
    assert_int_equal(ask(s, &next), PL_ERR_RATE_LIMITED);
    start(s, &t, PL_VERDICT_ACTIVE);
    validator_advance(&s->v, 3601);
    start(s, &next, PL_VERDICT_ACTIVE);
}

static void one_network_uses_up_its_own_share_only(void **state)
{
    scene *s = *state;
    till t = make_till(1);
    pl_uuid first;

    s->address = "2001:db8::1:2:3:4:5"; /* in 2001:db8:0:1::/64 */
    first = start(s, &t, PL_VERDICT_ACTIVE);
    for (int i = 2; i <= TRIALS_PER_HOUR_AND_NETWORK_MAX; i++) {
        till other = make_till(i);

        s->address = "2001:db8:0:1::9";
        start(s, &other, PL_VERDICT_ACTIVE);
    }
    t = make_till(TRIALS_PER_HOUR_AND_NETWORK_MAX + 1);
    assert_int_equal(ask(s, &t), PL_ERR_RATE_LIMITED);
    s->address = "192.0.2.7";
    start(s, &t, PL_VERDICT_ACTIVE);
    s->address = "2001:db8:0:1::9";
    t = make_till(1); /* who has one is served, and its key is new */
    assert_true(pl_uuid_equal(start(s, &t, PL_VERDICT_ACTIVE), first));
    t = make_till(TRIALS_PER_HOUR_AND_NETWORK_MAX + 2);
    assert_int_equal(ask(s, &t), PL_ERR_RATE_LIMITED);
    validator_advance(&s->v, 3601);
    start(s, &t, PL_VERDICT_ACTIVE);
}

static void of_an_address_its_network_counts(void **state)
{
    static const struct {
        const char *address, *network;
    } rows[] = {
        {"192.0.2.7", "192.0.2.7"},        {"::1", "0:0:0:0::"},
        {"2001:db8::1", "2001:db8:0:0::"}, {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"fe80::", "fe80:0:0:0::"},        {"1::2:3:4:5:6:7", "1:0:2:3::"},
        {"::ffff:192.0.2.7", "0:0:0:0::"},
    };
    char network[TRIAL_NETWORK_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        trial_network(rows[i].address, network);
        assert_string_equal(network, rows[i].network);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_trial_is_a_license_with_a_key_and_an_end),
        CASE(the_key_is_for_the_device_alone),
        CASE(a_wiped_device_is_given_the_same_trial),
        CASE(an_ended_trial_stays_ended),
        CASE(the_vendor_can_extend_it),
        CASE(a_trial_that_was_sold_is_no_trial_any_more),
        CASE(a_shared_system_id_refuses_no_second_computer),
        CASE(one_part_that_moved_makes_no_device),
        CASE(a_product_without_trials_says_so),
        CASE(a_device_that_cannot_be_told_from_others_gets_none),
        CASE(one_network_uses_up_its_own_share_only),
        CASE(of_an_address_its_network_counts),
        CASE(a_flood_of_devices_is_held_back_and_those_who_have_one_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
