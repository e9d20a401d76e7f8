/* SPDX-License-Identifier: Apache-2.0
 *
 * Licenses that must check in: when one is overdue, who sees it, that a check-in ends it, and that it is told once.
 */
#include "licensing/check_in.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/expiry.h"
#include "licensing/webhooks.h"
#include "store/deliveries.h"
#include "support/validator.h"

enum { DAY = 86400 };

typedef struct {
    validator *v;
    license_view_t view;
    license_filter_t filter;
    license_list_t list;
    sighting_t seen;
    webhook_t webhook;
    const char *secret;
    delivery_page_t page;
    delivery_t *deliveries;
    size_t count;
    product_t product;
    pl_buf file;
} job;

static pl_err show(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_show(tx, j->view.license.id, &j->view);
}

static pl_err list(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_list(tx, &j->filter, &j->list);
}

static pl_err touch(void *context, tx_t *tx)
{
    job *j = context;

    j->seen.at_ms = tx->now_ms;
    return activations_touch(tx, &j->seen, 1);
}

static pl_err hook(void *context, tx_t *tx)
{
    job *j = context;

    return webhook_add(tx, validator_keyring(j->v), &j->webhook, &j->secret);
}

static pl_err list_deliveries(void *context, tx_t *tx)
{
    job *j = context;

    return deliveries_list(tx, &j->page, &j->deliveries, &j->count);
}

static pl_err change_product(void *context, tx_t *tx)
{
    job *j = context;
    const product_t before = j->v->product;

    return admin_product_change(tx, &before, &j->product);
}

static pl_err hand_over(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_file(tx, validator_keyring(j->v), &j->view.license, NULL, &j->file);
}

static license_view_t look_at(job *j)
{
    assert_int_equal(instance_read(j->v->instance, &j->v->arena, show, j), PL_OK);
    return j->view;
}

static size_t count_with(job *j, license_condition condition)
{
    j->filter = (license_filter_t){.brand_id = j->v->made.brand_id, .condition = condition};
    assert_int_equal(instance_read(j->v->instance, &j->v->arena, list, j), PL_OK);
    return j->list.count;
}

/* A license that must check in within two days, with one seat taken. */
static till begin(validator *v, job *j)
{
    const license_order_t order = {.policy = "{\"check_in_s\":172800}"};
    const char *key;
    till t;

    *j = (job){.v = v};
    j->view = validator_issue(v, &order, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    j->seen = (sighting_t){.brand_id = v->made.brand_id, .license_id = j->view.license.id};
    assert_int_equal(pl_uuid_parse(pl_span_text(t.activation_id), &j->seen.activation_id), PL_OK);
    return t;
}

static void one_that_was_silent_is_overdue_until_it_asks(void **state)
{
    validator *v = *state;
    job j;
    till t = begin(v, &j);

    assert_true(look_at(&j).check_in_by_ms == VALIDATOR_NOW_MS + INT64_C(2000) * DAY);
    validator_advance(v, 2 * DAY - 1);
    assert_true(look_at(&j).is_in_order);
    assert_int_equal(count_with(&j, LICENSE_IS_OVERDUE), 0);
    validator_advance(v, 1);
    assert_true(look_at(&j).is_overdue);
    assert_false(j.view.is_in_order);
    assert_int_equal(j.view.status, LICENSE_ACTIVE);
    assert_int_equal(count_with(&j, LICENSE_IS_OVERDUE), 1);
    assert_int_equal(count_with(&j, LICENSE_IS_VALID), 0);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE); /* to ask is never refused */
    assert_int_equal(validator_do(v, touch, &j), PL_OK);                       /* what its reply leaves behind */
    assert_true(look_at(&j).is_in_order);
    assert_int_equal(count_with(&j, LICENSE_IS_VALID), 1);
}

static void a_license_without_seats_or_rule_is_not_waited_for(void **state)
{
    validator *v = *state;
    const license_order_t order = {.policy = "{\"check_in_s\":3600}"};
    const char *key;
    job j = {.v = v};
    job plain = {.v = v};
    till t;

    j.view = validator_issue(v, &order, &key);
    plain.view = validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 300 * DAY);
    assert_true(look_at(&j).is_in_order);
    assert_true(look_at(&plain).is_in_order);
    assert_int_equal(count_with(&j, LICENSE_IS_OVERDUE), 0);
}

static void what_is_suspended_is_not_called_overdue(void **state)
{
    validator *v = *state;
    job j;

    (void)begin(v, &j);
    validator_advance(v, 3 * DAY);
    validator_change(v, j.view.license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_false(look_at(&j).is_overdue);
    assert_int_equal(count_with(&j, LICENSE_IS_SUSPENDED), 1);
    assert_int_equal(count_with(&j, LICENSE_IS_OVERDUE), 0);
}

static void no_license_file_is_made_of_one_that_must_check_in(void **state)
{
    validator *v = *state;
    job j;

    (void)begin(v, &j);
    pl_buf_init(&j.file);
    assert_int_equal(validator_do(v, hand_over, &j), PL_ERR_STATE);
    pl_buf_reset(&j.file);
}

/* ---- the event ---- */

static void look(validator *v, expiry_watch_t *watch)
{
    const tx_t about = {.arena = &v->arena, .now_ms = instance_now_ms(v->instance), .actor = "server"};

    watch->next_ms = 0;
    assert_int_equal(expiry_watch_run(watch, instance_store(v->instance), &about), PL_OK);
}

static size_t told(job *j)
{
    j->page = (delivery_page_t){.brand_id = j->v->made.brand_id, .endpoint_id = j->webhook.id, .limit = 100};
    assert_int_equal(instance_read(j->v->instance, &j->v->arena, list_deliveries, j), PL_OK);
    return j->count;
}

static void add_hook(job *j)
{
    j->webhook =
        (webhook_t){.brand_id = j->v->made.brand_id, .url = "https://shop.example/", .events = "license.check_in_overdue"};
    assert_int_equal(validator_do(j->v, hook, j), PL_OK);
}

static void each_missed_check_in_is_told_once(void **state)
{
    validator *v = *state;
    expiry_watch_t watch;
    job j;

    (void)begin(v, &j);
    add_hook(&j);
    expiry_watch_init(&watch);
    look(v, &watch);
    assert_int_equal(told(&j), 0);
    for (int i = 0; i < 3; i++) {
        validator_advance(v, i == 0 ? 2 * DAY : 61);
        look(v, &watch);
        assert_int_equal(told(&j), 1);
    }
    assert_string_equal(j.deliveries[0].type, "license.check_in_overdue");
    assert_non_null(strstr(j.deliveries[0].payload, "\"status\":\"check_in_overdue\""));
    assert_int_equal(validator_do(v, touch, &j), PL_OK);
    validator_advance(v, 61);
    look(v, &watch);
    assert_int_equal(told(&j), 1);
    validator_advance(v, 2 * DAY);
    look(v, &watch);
    assert_int_equal(told(&j), 2);
    validator_advance(v, 200 * DAY); /* what was told is forgotten, and not told again */
    look(v, &watch);
    validator_advance(v, 61);
    look(v, &watch);
    assert_int_equal(told(&j), 2);
}

static void a_products_rule_is_watched_as_well(void **state)
{
    validator *v = *state;
    expiry_watch_t watch;
    const char *key;
    job j = {.v = v, .product = v->product};
    till t;

    j.product.policy.check_in_s = DAY;
    assert_int_equal(validator_do(v, change_product, &j), PL_OK);
    j.view = validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    add_hook(&j);
    expiry_watch_init(&watch);
    look(v, &watch);
    validator_advance(v, DAY);
    look(v, &watch);
    assert_int_equal(told(&j), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_that_was_silent_is_overdue_until_it_asks, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_license_without_seats_or_rule_is_not_waited_for, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(what_is_suspended_is_not_called_overdue, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(no_license_file_is_made_of_one_that_must_check_in, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(each_missed_check_in_is_told_once, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_products_rule_is_watched_as_well, validator_set_up, validator_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
