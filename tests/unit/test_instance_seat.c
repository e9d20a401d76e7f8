/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats by identifier: taken once, shared with those of devices, never more than there are.
 */
#include "licensing/instance_seat.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"
#include "support/validator.h"

enum { CONTENDERS = 64 };

typedef struct {
    key_question_t question;
    instance_identifier_t instance;
    const char *metadata;
    pl_uuid id; /* of a seat, for release */
    seat_outcome_t out;
    pl_err err;
} call;

static void ask_key(validator *v, const char *key, call *c)
{
    assert_int_equal(keyring_hash_key(validator_keyring(v), pl_span_text(key), c->question.hash), PL_OK);
}

static call call_of(validator *v, const char *key, seat_kind kind, const char *identifier)
{
    call c = {.question = {.product = NULL}};

    ask_key(v, key, &c);
    if (identifier)
        assert_int_equal(instance_identifier_read(kind, identifier, &c.instance), PL_OK);
    return c;
}

static pl_err activate(void *context, tx_t *tx)
{
    call *c = context;
    key_access_t key;
    pl_err err = key_access_find(tx, &c->question, &key);

    return err ? err : instance_seat_activate(tx, &key, &c->instance, c->metadata, &c->out);
}

static pl_err release(void *context, tx_t *tx)
{
    call *c = context;
    const seat_name_t name = {c->id, &c->instance, 1};
    key_access_t key;
    pl_err err = key_access_find(tx, &c->question, &key);

    return err ? err : instance_seat_release(tx, &key, &name, &c->out);
}

static void a_seat_is_taken_once_however_its_address_is_spelled(void **state)
{
    validator *v = *state;
    const char *key;
    call c, again, other;

    validator_issue(v, NULL, &key); /* two seats */
    c = call_of(v, key, SEAT_URL, "https://shop.example");
    c.metadata = "{\"wp\":\"6.7\"}";
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    assert_true(c.out.is_new);
    assert_int_equal(c.out.view.seats_taken, 1);
    again = call_of(v, key, SEAT_URL, "HTTPS://Shop.Example:443/");
    assert_int_equal(validator_do(v, activate, &again), PL_OK);
    assert_false(again.out.is_new);
    assert_true(pl_uuid_equal(c.out.seat.id, again.out.seat.id));
    assert_string_equal(again.out.seat.metadata, c.metadata); /* kept where none are given */
    assert_int_equal(again.out.view.seats_taken, 1);
    other = call_of(v, key, SEAT_HOSTNAME, "shop.example"); /* another kind is another seat */
    assert_int_equal(validator_do(v, activate, &other), PL_OK);
    assert_true(other.out.is_new);
    assert_int_equal(validator_do(v, activate, &again), PL_OK); /* a full license gives back what is held */
    other = call_of(v, key, SEAT_MACHINE_ID, "shop.example");
    assert_int_equal(validator_do(v, activate, &other), PL_ERR_SEATS_TAKEN);
}

static void a_released_seat_is_free_and_released_again_by_its_id(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key;
    call c, other;

    validator_issue(v, &one_seat, &key);
    c = call_of(v, key, SEAT_URL, "https://a.example");
    other = call_of(v, key, SEAT_URL, "https://b.example");
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    assert_int_equal(validator_do(v, activate, &other), PL_ERR_SEATS_TAKEN);
    assert_int_equal(validator_do(v, release, &other), PL_ERR_NO_ACTIVATION);
    c.id = c.out.seat.id;
    assert_int_equal(validator_do(v, release, &c), PL_OK);
    assert_int_equal(c.out.view.seats_taken, 0);
    assert_int_equal(validator_do(v, release, &c), PL_OK);
    memset(&c.id, 0, sizeof c.id);
    assert_int_equal(validator_do(v, release, &c), PL_ERR_NO_ACTIVATION);
    assert_int_equal(validator_do(v, activate, &other), PL_OK);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_SEATS_TAKEN);
}

static void devices_and_instances_share_the_seats(void **state)
{
    validator *v = *state;
    const char *key;
    till first, second;
    call c, other;

    validator_issue(v, NULL, &key); /* two seats */
    first = till_make(1, key);
    second = till_make(2, key);
    c = call_of(v, key, SEAT_MACHINE_ID, "m-1");
    other = call_of(v, key, SEAT_MACHINE_ID, "m-2");
    assert_int_equal(till_verdict(v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    assert_int_equal(validator_do(v, activate, &other), PL_ERR_SEATS_TAKEN);
    assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(till_verdict(v, &first, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(validator_do(v, release, &c), PL_OK);
    assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void no_device_gets_the_seat_of_an_instance_nor_the_other_way(void **state)
{
    validator *v = *state;
    const char *key;
    device_call_t device;
    outcome_t outcome;
    till t;
    call c;

    validator_issue(v, NULL, &key);
    c = call_of(v, key, SEAT_MACHINE_ID, "m-1");
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    t = till_make(1, key);
    pl_uuid_format(c.out.seat.id, t.activation_id); /* it says that the instance's seat is its own */
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &device, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    memset(t.public_key, 0, sizeof t.public_key);
    assert_int_equal(till_call(v, &t, PL_ACT_DEACTIVATE, &device, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_uuid_parse(pl_span_text(t.activation_id), &c.id), PL_OK);
    assert_int_equal(validator_do(v, release, &c), PL_ERR_NO_ACTIVATION);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static void a_license_that_is_not_in_order_gives_no_seat(void **state)
{
    validator *v = *state;
    const license_order_t later = {.starts_at_ms = VALIDATOR_NOW_MS + 86400000};
    const license_order_t shortly = {.expires_at_ms = VALIDATOR_NOW_MS + 86400000};
    license_view_t made;
    const char *key;
    call c;

    validator_issue(v, &later, &key);
    c = call_of(v, key, SEAT_MACHINE_ID, "m");
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_LICENSE_NOT_STARTED);
    made = validator_issue(v, &shortly, &key);
    c = call_of(v, key, SEAT_MACHINE_ID, "m");
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    validator_change(v, made.license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_LICENSE_SUSPENDED);
    validator_change(v, made.license.id, LICENSE_RESUME, PL_REASON_NONE);
    validator_advance(v, 2 * 86400);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_LICENSE_EXPIRED);
    assert_int_equal(validator_do(v, release, &c), PL_OK); /* a seat may be given back whatever the license is worth */
    validator_change(v, made.license.id, LICENSE_CANCEL, PL_REASON_VENDOR);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_LICENSE_CANCELLED);
}

static void a_key_is_found_in_its_brand_and_in_no_other(void **state)
{
    validator *v = *state;
    const license_order_t imported = {.key = "OLD-KEY-1", .is_imported = true};
    brand_made_t rival;
    license_order_t theirs = imported;
    call c;
    const char *key;

    validator_issue(v, &imported, &key);
    validator_add_brand(v, "rival", &rival);
    c = call_of(v, "old key 1", SEAT_MACHINE_ID, "m");
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    assert_true(pl_uuid_equal(c.out.seat.brand_id, v->made.brand_id));
    theirs.brand_id = rival.brand.id;
    theirs.product = "till";
    validator_issue(v, &theirs, &key);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_CONFLICT); /* now two brands have that key and that product */
    c.question.brand = "rival";
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    assert_true(pl_uuid_equal(c.out.seat.brand_id, rival.brand.id));
    c.question.brand = "no-such";
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_UNKNOWN_KEY);
    c.question.brand = NULL;
    c.question.product = "no-such";
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_NO_LICENSE);
    memset(c.question.hash, 0, sizeof c.question.hash);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_UNKNOWN_KEY);
}

static pl_err set_policy(void *context, tx_t *tx)
{
    return products_change(tx, context);
}

static void a_seat_that_was_silent_gives_way_where_the_policy_says_so(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    product_t product = v->product;
    const char *key;
    call c, other;

    validator_issue(v, &one_seat, &key);
    c = call_of(v, key, SEAT_MACHINE_ID, "m-1");
    other = call_of(v, key, SEAT_MACHINE_ID, "m-2");
    assert_int_equal(validator_do(v, activate, &c), PL_OK);
    validator_advance(v, 40 * 86400);
    assert_int_equal(validator_do(v, activate, &other), PL_ERR_SEATS_TAKEN);
    product.policy.free_after_days = 30;
    assert_int_equal(validator_do(v, set_policy, &product), PL_OK);
    assert_int_equal(validator_do(v, activate, &other), PL_OK);
    assert_int_equal(other.out.view.seats_taken, 1);
    assert_int_equal(validator_do(v, activate, &c), PL_ERR_SEATS_TAKEN); /* the other one was seen today */
}

/* ---- many at once ---- */

typedef struct {
    validator *v;
    call call;
    pl_arena arena;
} contender;

static void contend(void *context)
{
    contender *c = context;
    tx_t about = {.arena = &c->arena, .now_ms = VALIDATOR_NOW_MS, .actor = "product"};
    store_t *store;

    if ((c->call.err = instance_open_store(c->v->instance, DB_READ_WRITE, &store)))
        return;
    do {
        c->call.err = store_write(store, &about, activate, &c->call);
    } while (c->call.err == PL_ERR_BUSY); /* a slow machine is no failure */
    store_close(store);
}

/* names: how many different ones. Returns how many seats were taken anew; *held: how many contenders hold one. */
static int run_contenders(validator *v, const char *key, int names, int *held)
{
    static contender contenders[CONTENDERS];
    pl_thread *threads[CONTENDERS];
    int taken = 0;

    for (int i = 0; i < CONTENDERS; i++) {
        memset(&contenders[i], 0, sizeof contenders[i]);
        pl_arena_init(&contenders[i].arena);
        contenders[i].v = v;
        contenders[i].call = call_of(v, key, SEAT_URL, pl_arena_format(&v->arena, "https://s%d.example", i % names));
    }
    for (int i = 0; i < CONTENDERS; i++)
        assert_int_equal(pl_thread_start(contend, &contenders[i], &threads[i]), PL_OK);
    for (int i = 0; i < CONTENDERS; i++) {
        pl_thread_join(threads[i]);
        if (contenders[i].call.err)
            assert_int_equal(contenders[i].call.err, PL_ERR_SEATS_TAKEN);
        *held += contenders[i].call.err == PL_OK;
        taken += contenders[i].call.err == PL_OK && contenders[i].call.out.is_new;
        pl_arena_reset(&contenders[i].arena);
    }
    return taken;
}

static void of_64_instances_at_once_as_many_get_a_seat_as_there_are(void **state)
{
    validator *v = *state;
    const license_order_t three_seats = {.seats = 3};
    const char *key;
    int held = 0;

    validator_issue(v, &three_seats, &key);
    assert_int_equal(run_contenders(v, key, CONTENDERS, &held), 3);
    assert_int_equal(held, 3);
}

static void one_instance_that_asks_64_times_at_once_has_one_seat(void **state)
{
    validator *v = *state;
    const license_order_t three_seats = {.seats = 3};
    const char *key;
    int held = 0;

    validator_issue(v, &three_seats, &key);
    assert_int_equal(run_contenders(v, key, 1, &held), 1);
    assert_int_equal(held, CONTENDERS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_seat_is_taken_once_however_its_address_is_spelled),
        TEST(a_released_seat_is_free_and_released_again_by_its_id),
        TEST(devices_and_instances_share_the_seats),
        TEST(no_device_gets_the_seat_of_an_instance_nor_the_other_way),
        TEST(a_license_that_is_not_in_order_gives_no_seat),
        TEST(a_key_is_found_in_its_brand_and_in_no_other),
        TEST(a_seat_that_was_silent_gives_way_where_the_policy_says_so),
        TEST(of_64_instances_at_once_as_many_get_a_seat_as_there_are),
        TEST(one_instance_that_asks_64_times_at_once_has_one_seat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
