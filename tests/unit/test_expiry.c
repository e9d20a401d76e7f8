/* SPDX-License-Identifier: Apache-2.0
 *
 * The watch on ends: what is told of them, when, and that it is told once.
 */
#include "licensing/expiry.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/webhooks.h"
#include "store/deliveries.h"
#include "store/expiry.h"
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

static void look(validator *v, expiry_watch_t *watch)
{
    const tx_t a = about(v);

    watch->next_ms = 0;
    assert_int_equal(expiry_watch_run(watch, instance_store(v->instance), &a), PL_OK);
}

static void ends_are_told_at_their_moments_and_once(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "license.expiring license.expired");
    const license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(40) * DAY * 1000};
    expiry_watch_t watch;
    const char *key;
    size_t told[] = {0, 1, 1, 2, 3, 3, 4, 4};
    int days[] = {5, 6, 20, 3, 5, 0, 2, 30}; /* day 5, 11, 31, 34, 39, 39, 41, 71 */

    expiry_watch_init(&watch);
    look(v, &watch);
    validator_issue(v, &order, &key);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        validator_advance(v, days[i] * DAY + 60);
        look(v, &watch);
        look(v, &watch);
        assert_int_equal(deliveries(v, &hook).count, told[i]);
    }
    assert_string_equal(deliveries(v, &hook).list[0].type, "license.expired");
    assert_non_null(strstr(deliveries(v, &hook).list[1].payload, "\"days\":1"));
    assert_non_null(strstr(deliveries(v, &hook).list[3].payload, "\"days\":30"));
}

static void a_subscription_expires_after_its_slack(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "license.expired");
    const license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1) * DAY * 1000, .renews = true};
    expiry_watch_t watch;
    const char *key;

    expiry_watch_init(&watch);
    look(v, &watch);
    validator_issue(v, &order, &key);
    validator_advance(v, DAY + 60);
    look(v, &watch);
    assert_int_equal(deliveries(v, &hook).count, 0);
    validator_advance(v, (int64_t)v->product.policy.slack_s);
    look(v, &watch);
    assert_int_equal(deliveries(v, &hook).count, 1);
}

static pl_err lengthen_slack(void *context, tx_t *tx)
{
    product_t before = ((validator *)context)->product, after = before;

    after.policy.slack_s += INT64_C(10) * DAY;
    return admin_product_change(tx, &before, &after);
}

static void many_whose_end_has_moved_silence_no_other(void **state)
{
    enum { MANY = EXPIRY_PAGE + 50 };
    validator *v = *state;
    webhook_t hook = add_hook(v, "license.expired license.updates_ended");
    license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1) * DAY * 1000, .renews = true};
    expiry_watch_t watch;
    const char *key;

    expiry_watch_init(&watch);
    look(v, &watch);
    for (int i = 0; i < MANY; i++)
        validator_issue(v, &order, &key);
    order = (license_order_t){.expires_at_ms = order.expires_at_ms + (v->product.policy.slack_s + 60) * 1000};
    validator_issue(v, &order, &key); /* due after them all */
    validator_advance(v, DAY + 60);
    look(v, &watch);
    look(v, &watch);
    assert_int_equal(validator_do(v, lengthen_slack, v), PL_OK);
    validator_advance(v, (int64_t)v->product.policy.slack_s + 60);
    for (int i = 0; i < 3; i++)
        look(v, &watch);
    assert_int_equal(outbox(v).waiting, 1);
    assert_null(strstr(deliveries(v, &hook).list->payload, "\"renews\":true"));
    validator_advance(v, INT64_C(10) * DAY);
    for (int i = 0; i < 3; i++)
        look(v, &watch);
    assert_int_equal(outbox(v).waiting, MANY + 1);
}

static pl_err renew(void *context, tx_t *tx)
{
    return admin_license_renew(tx, context, tx->now_ms + INT64_C(60) * DAY * 1000);
}

static void a_license_that_was_renewed_or_suspended_is_not_told_as_ended(void **state)
{
    validator *v = *state;
    webhook_t hook = add_hook(v, "license.expired");
    const license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1) * DAY * 1000};
    license_view_t renewed, suspended;
    expiry_watch_t watch;
    const char *key;

    expiry_watch_init(&watch);
    look(v, &watch);
    renewed = validator_issue(v, &order, &key);
    suspended = validator_issue(v, &order, &key);
    validator_change(v, suspended.license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_int_equal(validator_do(v, renew, &renewed.license), PL_OK);
    validator_advance(v, DAY + 60);
    look(v, &watch);
    assert_int_equal(deliveries(v, &hook).count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ends_are_told_at_their_moments_and_once),
        TEST(a_subscription_expires_after_its_slack),
        TEST(many_whose_end_has_moved_silence_no_other),
        TEST(a_license_that_was_renewed_or_suspended_is_not_told_as_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
