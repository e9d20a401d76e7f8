/* SPDX-License-Identifier: Apache-2.0
 *
 * Events recorded with the change, turns of sending by lease, and what becomes of failures over days; no network.
 */
#include "notify/webhooks.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/events.h"
#include "licensing/webhooks.h"
#include "support/validator.h"

enum { DAY = 86400 };

typedef struct {
    validator *v;
    webhook_t webhook;
    const char *secret;
    delivery_page_t page;
    delivery_t *list;
    size_t count;
} job;

static pl_err add(void *context, tx_t *tx)
{
    job *j = context;

    return webhook_add(tx, validator_keyring(j->v), &j->webhook, &j->secret);
}

static webhook_t add_hook(validator *v, const char *events)
{
    job j = {.v = v, .webhook = {.brand_id = v->made.brand_id, .url = "https://shop.example/", .events = events}};

    assert_int_equal(validator_do(v, add, &j), PL_OK);
    return j.webhook;
}

static pl_err list(void *context, tx_t *tx)
{
    job *j = context;

    return deliveries_list(tx, &j->page, &j->list, &j->count);
}

/* The deliveries of an endpoint, the newest first. */
static job deliveries(validator *v, const webhook_t *webhook)
{
    job j = {.v = v, .page = {.brand_id = webhook->brand_id, .endpoint_id = webhook->id, .limit = 100}};

    assert_int_equal(instance_read(v->instance, &v->arena, list, &j), PL_OK);
    return j;
}

static tx_t about(validator *v)
{
    return (tx_t){.arena = &v->arena, .now_ms = instance_now_ms(v->instance), .actor = "server"};
}

static webhook_rules_t rules(uint8_t holder)
{
    return (webhook_rules_t){.holder = {{holder}}, .first_retry_ms = 5000, .lease_ms = 30000, .brand_max = 3};
}

static pl_err take(validator *v, uint8_t holder, webhook_turn_t *turn)
{
    const webhook_rules_t r = rules(holder);
    const tx_t a = about(v);

    return webhooks_take_turn(instance_store(v->instance), &a, &r, turn);
}

/* One attempt at the first of a turn, by a receiver that answers so. */
static bool settle(validator *v, uint8_t holder, webhook_turn_t *turn, int status)
{
    const post_result_t result = {.status = status, .duration_ms = 7, .answer = "hm"};
    const webhook_outcome_t outcome = {turn, &turn->deliveries[0], &result, instance_now_ms(v->instance), turn->count == 1};
    const webhook_rules_t r = rules(holder);
    const tx_t a = about(v);
    bool goes_on = false;

    assert_int_equal(webhooks_settle_one(instance_store(v->instance), &a, &r, &outcome, &goes_on), PL_OK);
    return goes_on;
}

/* ---- recording ---- */

static void an_event_is_recorded_only_for_who_wants_it(void **state)
{
    validator *v = *state;
    webhook_t all, some, other;
    const char *key;

    validator_issue(v, NULL, &key); /* before there is an endpoint */
    all = add_hook(v, "*");
    some = add_hook(v, "license.renewed license.provisioned");
    other = add_hook(v, "license.renew");
    validator_issue(v, NULL, &key);
    assert_int_equal(deliveries(v, &all).count, 1);
    assert_int_equal(deliveries(v, &some).count, 1);
    assert_int_equal(deliveries(v, &other).count, 0);
    assert_true(pl_uuid_equal(deliveries(v, &all).list->event_id, deliveries(v, &some).list->event_id));
    assert_null(strstr(deliveries(v, &all).list->payload, key));
    assert_null(strstr(deliveries(v, &all).list->payload, "ada@example.com"));
}

static pl_err issue_then_fail(void *context, tx_t *tx)
{
    validator *v = context;
    const license_order_t order = {.brand_id = v->made.brand_id, .product = "till", .email = "ada@example.com"};
    license_view_t view;
    const char *key;

    assert_int_equal(admin_license_issue(tx, validator_keyring(v), &order, &view, &key), PL_OK);
    return PL_ERR_STATE;
}

static void a_change_that_is_rolled_back_has_no_event(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");

    assert_int_equal(validator_do(v, issue_then_fail, v), PL_ERR_STATE);
    assert_int_equal(deliveries(v, &hook).count, 0);
}

static void the_first_device_activates_the_license_and_no_other(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "license.activated activation.created activation.released");
    const char *key;
    till first, second;

    validator_issue(v, NULL, &key);
    first = till_make(1, key);
    second = till_make(2, key);
    assert_int_equal(till_verdict(v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(deliveries(v, &hook).count, 2);
    assert_int_equal(till_verdict(v, &second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(deliveries(v, &hook).count, 3);
    assert_int_equal(till_verdict(v, &first, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_string_equal(deliveries(v, &hook).list[0].type, "activation.released");
    assert_non_null(strstr(deliveries(v, &hook).list[0].payload, "\"sequence\":4"));
    assert_non_null(strstr(deliveries(v, &hook).list[0].payload, first.activation_id));
}

static void names_are_told_apart(void **state)
{
    (void)state;
    assert_true(event_is_wanted("*", "license.renewed"));
    assert_true(event_is_wanted("a license.renewed b", "license.renewed"));
    assert_false(event_is_wanted("license.renewed2", "license.renewed"));
    assert_false(event_is_wanted("license.rene", "license.renewed"));
    assert_false(event_is_wanted("", "license.renewed"));
    assert_true(event_is_name("license.expired"));
    assert_false(event_is_name("*"));
}

/* ---- sending ---- */

static void one_thread_at_a_time_serves_an_endpoint(void **state)
{
    validator *v = *state;
    webhook_turn_t turn, other;
    const char *key;

    add_hook(v, "*");
    assert_int_equal(take(v, 1, &turn), PL_ERR_NOT_FOUND);
    validator_issue(v, NULL, &key);
    validator_issue(v, NULL, &key);
    assert_int_equal(take(v, 1, &turn), PL_OK);
    assert_int_equal(turn.count, 2);
    assert_int_equal(take(v, 2, &other), PL_ERR_NOT_FOUND);
    validator_advance(v, 31); /* the first is dead: its lease runs out */
    assert_int_equal(take(v, 2, &other), PL_OK);
    assert_true(pl_uuid_equal(other.deliveries[0].event_id, turn.deliveries[0].event_id));
    assert_false(settle(v, 1, &turn, 200)); /* and was only slow: what it knows comes too late */
    assert_true(settle(v, 2, &other, 200));
}

static void a_brand_leaves_one_sender_to_the_others(void **state)
{
    validator *v = *state;
    webhook_turn_t turns[3], turn;
    const char *key;

    for (int i = 0; i < 4; i++)
        add_hook(v, "*");
    validator_issue(v, NULL, &key);
    for (uint8_t i = 0; i < 3; i++)
        assert_int_equal(take(v, i + 1, &turns[i]), PL_OK);
    assert_int_equal(take(v, 4, &turn), PL_ERR_NOT_FOUND);
    assert_false(settle(v, 1, &turns[0], 200));
    assert_int_equal(take(v, 4, &turn), PL_OK);
}

static void a_turn_ends_after_its_time_whatever_is_left(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");
    webhook_turn_t turn;
    const char *key;

    for (int i = 0; i < 3; i++)
        validator_issue(v, NULL, &key);
    assert_int_equal(take(v, 1, &turn), PL_OK);
    validator_advance(v, 4);
    assert_true(settle(v, 1, &turn, 200));
    turn.deliveries++;
    turn.count--;
    validator_advance(v, 1);
    assert_false(settle(v, 1, &turn, 200));
    assert_int_equal(deliveries(v, &hook).list[0].state, DELIVERY_WAITING);
    assert_int_equal(take(v, 2, &turn), PL_OK); /* its lease was given back */
    assert_int_equal(turn.count, 1);
}

static void a_success_ends_a_delivery(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");
    webhook_turn_t turn;
    const char *key;

    validator_issue(v, NULL, &key);
    assert_int_equal(take(v, 1, &turn), PL_OK);
    settle(v, 1, &turn, 204);
    assert_int_equal(deliveries(v, &hook).list->state, DELIVERY_DONE);
    validator_advance(v, 3600);
    assert_int_equal(take(v, 1, &turn), PL_ERR_NOT_FOUND);
}

static pl_err measure(void *context, tx_t *tx)
{
    return deliveries_measure(tx, context);
}

static outbox_t outbox(validator *v)
{
    outbox_t found;

    assert_int_equal(instance_read(v->instance, &v->arena, measure, &found), PL_OK);
    return found;
}

static void the_outbox_is_as_old_as_the_oldest_that_waits(void **state)
{
    validator *v = *state;
    webhook_turn_t turn;
    const char *key;

    add_hook(v, "*");
    assert_int_equal(outbox(v).waiting, 0);
    assert_int_equal(outbox(v).lag_ms, 0);
    validator_issue(v, NULL, &key);
    validator_advance(v, 60);
    validator_issue(v, NULL, &key);
    validator_advance(v, 10);
    assert_int_equal(outbox(v).waiting, 2);
    assert_int_equal(outbox(v).lag_ms, 70000);
    assert_int_equal(take(v, 1, &turn), PL_OK);
    assert_true(settle(v, 1, &turn, 200));
    assert_int_equal(outbox(v).waiting, 1);
    assert_int_equal(outbox(v).lag_ms, 10000);
}

static void a_failure_is_tried_for_two_days_and_then_dead(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");
    int64_t began_ms = instance_now_ms(v->instance);
    webhook_turn_t turn;
    const char *key;
    int attempts = 0;

    validator_issue(v, NULL, &key);
    while (deliveries(v, &hook).list->state == DELIVERY_WAITING) {
        if (take(v, 1, &turn)) {
            validator_advance(v, 60);
            continue;
        }
        assert_false(settle(v, 1, &turn, 302));
        attempts++;
    }
    assert_int_equal(deliveries(v, &hook).list->state, DELIVERY_DEAD);
    assert_in_range(attempts, 15, 30);
    assert_in_range(instance_now_ms(v->instance) - began_ms, INT64_C(40) * 3600 * 1000, INT64_C(48) * 3600 * 1000);
}

static pl_err find_hook(void *context, tx_t *tx)
{
    webhook_t *hook = context;

    return webhooks_find(tx, hook->brand_id, hook->id, hook);
}

static void who_fails_for_five_days_is_disabled(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");
    webhook_turn_t turn;
    const char *key;

    for (int day = 0; day < 6 && hook.state == WEBHOOK_ON; day++) {
        validator_issue(v, NULL, &key);
        while (take(v, 1, &turn) == PL_OK)
            settle(v, 1, &turn, 0);
        assert_int_equal(instance_read(v->instance, &v->arena, find_hook, &hook), PL_OK);
        assert_int_equal(hook.state, day < 5 ? WEBHOOK_ON : WEBHOOK_FAILED);
        validator_advance(v, DAY);
    }
    assert_int_equal(hook.state, WEBHOOK_FAILED);
    assert_int_equal(deliveries(v, &hook).list->state, DELIVERY_DEAD);
    validator_issue(v, NULL, &key);
    assert_int_equal(deliveries(v, &hook).count, 6); /* it hears of nothing more */
}

static void a_success_in_between_starts_the_days_anew(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");
    webhook_turn_t turn;
    const char *key;

    for (int day = 0; day < 12; day++, validator_advance(v, DAY)) {
        validator_issue(v, NULL, &key);
        while (take(v, 1, &turn) == PL_OK)
            settle(v, 1, &turn, day == 4 || day == 8 ? 200 : 500);
    }
    assert_int_equal(instance_read(v->instance, &v->arena, find_hook, &hook), PL_OK);
    assert_int_equal(hook.state, WEBHOOK_ON);
}

static pl_err switch_hook(void *context, tx_t *tx)
{
    webhook_t *asked = context, hook = *asked;
    pl_err err = webhooks_find(tx, hook.brand_id, hook.id, &hook);

    hook.state = asked->state;
    return err ? err : webhook_change(tx, &hook);
}

static void who_switches_an_endpoint_off_is_not_overruled_by_the_attempt_under_way(void **state)
{
    static const int statuses[] = {0, 204, 410};
    validator *v = *state;

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        webhook_t hook = add_hook(v, "*");
        webhook_turn_t turn;
        const char *key;

        validator_issue(v, NULL, &key);
        validator_issue(v, NULL, &key);
        assert_int_equal(take(v, 1, &turn), PL_OK);
        hook.state = WEBHOOK_OFF;
        assert_int_equal(validator_do(v, switch_hook, &hook), PL_OK);
        assert_false(settle(v, 1, &turn, statuses[i]));
        assert_int_equal(instance_read(v->instance, &v->arena, find_hook, &hook), PL_OK);
        assert_int_equal(hook.state, WEBHOOK_OFF);
        assert_int_equal(hook.failures, 0);
        assert_int_equal(deliveries(v, &hook).list[0].state, DELIVERY_DEAD);
        assert_int_equal(deliveries(v, &hook).list[1].state, statuses[i] == 204 ? DELIVERY_DONE : DELIVERY_DEAD);
        assert_int_equal(deliveries(v, &hook).list[1].attempts, 1);
    }
}

static pl_err redeliver(void *context, tx_t *tx)
{
    delivery_t copy = *(const delivery_t *)context;

    return webhook_redeliver(tx, &copy);
}

static void a_mended_endpoint_is_not_judged_by_the_attempt_under_way(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "*");
    webhook_turn_t turn;
    const char *key;

    validator_issue(v, NULL, &key);
    assert_int_equal(take(v, 1, &turn), PL_OK);
    hook.state = WEBHOOK_OFF;
    assert_int_equal(validator_do(v, switch_hook, &hook), PL_OK);
    hook.state = WEBHOOK_ON;
    assert_int_equal(validator_do(v, switch_hook, &hook), PL_OK);
    assert_int_equal(validator_do(v, redeliver, deliveries(v, &hook).list), PL_OK);
    assert_int_equal(validator_do(v, redeliver, deliveries(v, &hook).list), PL_ERR_STATE);
    assert_false(settle(v, 1, &turn, 410));
    assert_int_equal(instance_read(v->instance, &v->arena, find_hook, &hook), PL_OK);
    assert_int_equal(hook.state, WEBHOOK_ON);
    assert_int_equal(hook.paused_until_ms, 0);
    validator_advance(v, 10);
    assert_int_equal(take(v, 2, &turn), PL_OK);
    settle(v, 2, &turn, 200);
    assert_int_equal(deliveries(v, &hook).list->state, DELIVERY_DONE);
    assert_int_equal(deliveries(v, &hook).list->attempts, 2);
}

/* ---- secrets ---- */

static pl_err rotate(void *context, tx_t *tx)
{
    job *j = context;

    return webhook_rotate(tx, validator_keyring(j->v), &j->webhook, 2, &j->secret);
}

static void the_old_secret_signs_until_the_overlap_ends(void **state)
{
    validator *v = *state;
    job j = {.v = v, .webhook = add_hook(v, "*")};
    uint8_t first[2][WEBHOOK_SECRET_SIZE], both[2][WEBHOOK_SECRET_SIZE], after[2][WEBHOOK_SECRET_SIZE];
    int64_t now_ms = instance_now_ms(v->instance);
    size_t count;

    assert_int_equal(webhook_secrets(validator_keyring(v), now_ms, &j.webhook, first, &count), PL_OK);
    assert_int_equal(count, 1);
    assert_int_equal(validator_do(v, rotate, &j), PL_OK);
    assert_int_equal(webhook_secrets(validator_keyring(v), now_ms, &j.webhook, both, &count), PL_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(both[1], first[0], WEBHOOK_SECRET_SIZE);
    assert_memory_not_equal(both[0], first[0], WEBHOOK_SECRET_SIZE);
    assert_int_equal(webhook_secrets(validator_keyring(v), now_ms + 7200001, &j.webhook, after, &count), PL_OK);
    assert_int_equal(count, 1);
    assert_memory_equal(after[0], both[0], WEBHOOK_SECRET_SIZE);
    j.webhook.id.bytes[0] ^= 1; /* a sealed secret moved to another endpoint opens no more */
    assert_int_equal(webhook_secrets(validator_keyring(v), now_ms, &j.webhook, after, &count), PL_ERR_SIGNATURE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_is_recorded_only_for_who_wants_it),
        TEST(a_change_that_is_rolled_back_has_no_event),
        TEST(the_first_device_activates_the_license_and_no_other),
        cmocka_unit_test(names_are_told_apart),
        TEST(one_thread_at_a_time_serves_an_endpoint),
        TEST(a_brand_leaves_one_sender_to_the_others),
        TEST(a_turn_ends_after_its_time_whatever_is_left),
        TEST(a_success_ends_a_delivery),
        TEST(the_outbox_is_as_old_as_the_oldest_that_waits),
        TEST(a_failure_is_tried_for_two_days_and_then_dead),
        TEST(who_fails_for_five_days_is_disabled),
        TEST(a_success_in_between_starts_the_days_anew),
        TEST(who_switches_an_endpoint_off_is_not_overruled_by_the_attempt_under_way),
        TEST(a_mended_endpoint_is_not_judged_by_the_attempt_under_way),
        TEST(the_old_secret_signs_until_the_overlap_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
