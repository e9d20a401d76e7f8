/* SPDX-License-Identifier: Apache-2.0
 *
 * What a dead server, or an endpoint that went, leaves behind of webhooks.
 */
#include "notify/webhooks.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/webhooks.h"
#include "store/deliveries.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    webhook_t webhook;
    const char *secret;
} job;

static pl_err add(void *context, tx_t *tx)
{
    job *j = context;

    return webhook_add(tx, validator_keyring(j->v), &j->webhook, &j->secret);
}

static void add_hook(validator *v)
{
    job j = {.v = v, .webhook = {.brand_id = v->made.brand_id, .url = "https://shop.example/", .events = "*"}};

    assert_int_equal(validator_do(v, add, &j), PL_OK);
}

static pl_err take(validator *v, uint8_t holder, webhook_turn_t *turn)
{
    const webhook_rules_t rules = {.holder = {{holder}}, .first_retry_ms = 5000, .lease_ms = 30000, .brand_max = 3};
    const tx_t about = {.arena = &v->arena, .now_ms = instance_now_ms(v->instance), .actor = "server"};

    return webhooks_take_turn(instance_store(v->instance), &about, &rules, turn);
}

static pl_err measure(void *context, tx_t *tx)
{
    return deliveries_measure(tx, context);
}

static int64_t waiting(validator *v)
{
    outbox_t outbox;

    assert_int_equal(instance_read(v->instance, &v->arena, measure, &outbox), PL_OK);
    return outbox.waiting;
}

static pl_err free_all(void *context, tx_t *tx)
{
    (void)context;
    return webhooks_free_all(tx);
}

static void who_begins_alone_need_not_wait_for_the_lease_of_a_dead_one(void **state)
{
    validator *v = *state;
    webhook_turn_t turn, next;
    const char *key;

    add_hook(v);
    validator_issue(v, NULL, &key);
    assert_int_equal(take(v, 1, &turn), PL_OK);
    assert_int_equal(take(v, 2, &next), PL_ERR_NOT_FOUND);
    assert_int_equal(validator_do(v, free_all, NULL), PL_OK);
    assert_int_equal(take(v, 2, &next), PL_OK);
}

/* As by a transaction that had looked for endpoints before this one was removed. */
static pl_err record_for_nobody(void *context, tx_t *tx)
{
    const validator *v = context;
    const event_row_t event = {.brand_id = v->made.brand_id, .id = store_new_id(tx), .type = "license.renewed", .payload = "{}"};
    const delivery_t delivery = {.brand_id = event.brand_id,
                                 .id = store_new_id(tx),
                                 .endpoint_id = store_new_id(tx),
                                 .event_id = event.id,
                                 .due_at_ms = tx->now_ms,
                                 .expires_at_ms = tx->now_ms + 1,
                                 .created_at_ms = tx->now_ms};
    pl_err err = events_insert(tx, &event);

    return err ? err : deliveries_insert(tx, &delivery);
}

static pl_err sweep(void *context, tx_t *tx)
{
    (void)context;
    return deliveries_sweep(tx);
}

static void what_is_for_an_endpoint_that_went_waits_no_longer(void **state)
{
    validator *v = *state;
    const char *key;

    add_hook(v);
    validator_issue(v, NULL, &key);
    assert_int_equal(validator_do(v, record_for_nobody, v), PL_OK);
    assert_int_equal(waiting(v), 2);
    assert_int_equal(validator_do(v, sweep, NULL), PL_OK);
    assert_int_equal(waiting(v), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_begins_alone_need_not_wait_for_the_lease_of_a_dead_one),
        TEST(what_is_for_an_endpoint_that_went_waits_no_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
