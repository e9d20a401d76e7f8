/* SPDX-License-Identifier: Apache-2.0
 *
 * Which changes of a license are told, what an end is by its product's policy, and stops that were foreseen.
 */
#include "licensing/events.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/admin_customers.h"
#include "licensing/expiry.h"
#include "licensing/webhooks.h"
#include "store/audit_search.h"
#include "store/deliveries.h"
#include "store/sessions.h"
#include "support/validator.h"

enum { DAY = 86400 };

typedef struct {
    validator *v;
    webhook_t webhook;
    const char *secret;
    product_t product;
    license_view_t view;
    license_t license; /* as it is to be */
    customer_t customer;
    delivery_t *list;
    size_t count;
    audit_search_t search;
    audit_t *rows;
    expiry_watch_t watch;
    session_t session;
} job;

static pl_err add_hook(void *context, tx_t *tx)
{
    job *j = context;

    return webhook_add(tx, validator_keyring(j->v), &j->webhook, &j->secret);
}

static pl_err list(void *context, tx_t *tx)
{
    job *j = context;
    const delivery_page_t page = {.brand_id = j->webhook.brand_id, .endpoint_id = j->webhook.id, .limit = 100};

    return deliveries_list(tx, &page, &j->list, &j->count);
}

static job begin(validator *v, const char *events)
{
    job j = {.v = v,
             .webhook = {.brand_id = v->made.brand_id, .url = "https://shop.example/", .events = events},
             .product = v->product};

    assert_int_equal(validator_do(v, add_hook, &j), PL_OK);
    expiry_watch_init(&j.watch);
    return j;
}

/* How many events came, and the newest of them. */
static size_t told(job *j)
{
    assert_int_equal(instance_read(j->v->instance, &j->v->arena, list, j), PL_OK);
    return j->count;
}

static void look(job *j)
{
    const tx_t about = {.arena = &j->v->arena, .now_ms = instance_now_ms(j->v->instance), .actor = "server"};

    j->watch.next_ms = 0;
    assert_int_equal(expiry_watch_run(&j->watch, instance_store(j->v->instance), &about), PL_OK);
}

/* The process ends, and another one looks on. */
static void restart(job *j)
{
    j->watch.is_ending = true;
    look(j);
    validator_reopen(j->v);
    expiry_watch_init(&j->watch);
}

static pl_err edit(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_edit(tx, validator_keyring(j->v), &j->view, &j->license);
}

static pl_err transfer(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_transfer(tx, &j->license, &j->customer);
}

static pl_err show(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_show(tx, j->view.license.id, &j->view);
}

static pl_err change_product(void *context, tx_t *tx)
{
    job *j = context;
    product_t before;
    pl_err err = products_find(tx, j->product.brand_id, j->product.id, &before);

    j->product.version = before.version;
    return err ? err : admin_product_change(tx, &before, &j->product);
}

static pl_err add_customer(void *context, tx_t *tx)
{
    job *j = context;

    return admin_customer_add(tx, &j->customer);
}

static pl_err change_customer(void *context, tx_t *tx)
{
    job *j = context;
    customer_t changed = j->customer;

    changed.email = "grace@example.com";
    return admin_customer_change(tx, &j->customer, &changed);
}

static pl_err search(void *context, tx_t *tx)
{
    job *j = context;
    audit_page_t page;
    pl_err err = audit_search(tx, &j->search, &page);

    j->rows = page.entries;
    j->count = page.count;
    return err;
}

/* The newest row of an action. */
static audit_t row_of(job *j, audit_action action)
{
    j->search = (audit_search_t){.brand_id = j->v->made.brand_id, .action = action, .limit = 1};
    assert_int_equal(instance_read(j->v->instance, &j->v->arena, search, j), PL_OK);
    assert_int_equal(j->count, 1);
    return j->rows[0];
}

static const char *issue(job *j, const license_order_t *order)
{
    const char *key;

    j->view = validator_issue(j->v, order, &key);
    j->license = j->view.license;
    return key;
}

/* Foreseen in so many days; 0: not. */
static void foresee(job *j, int suspend_days, int cancel_days)
{
    int64_t now_ms = instance_now_ms(j->v->instance);

    assert_int_equal(instance_read(j->v->instance, &j->v->arena, show, j), PL_OK);
    j->license = j->view.license;
    j->license.suspend_at_ms = suspend_days ? now_ms + suspend_days * INT64_C(1000) * DAY : 0;
    j->license.cancel_at_ms = cancel_days ? now_ms + cancel_days * INT64_C(1000) * DAY : 0;
    assert_int_equal(validator_do(j->v, edit, j), PL_OK);
}

/* ---- changes ---- */

static void what_the_vendor_changes_is_told_under_its_name(void **state)
{
    job j = begin(*state, "license.changed license.transferred license.reactivated");

    issue(&j, NULL);
    j.license.plan = "gold";
    j.license.metadata = "{\"note\":\"of Ada's\"}";
    assert_int_equal(validator_do(j.v, edit, &j), PL_OK);
    assert_int_equal(told(&j), 1);
    assert_string_equal(j.list[0].type, "license.changed");
    assert_non_null(strstr(j.list[0].payload, "\"changed\":[\"plan\",\"metadata\"]"));
    assert_null(strstr(j.list[0].payload, "Ada"));
    j.customer.email = "grace@example.com";
    assert_int_equal(validator_do(j.v, transfer, &j), PL_OK);
    assert_int_equal(told(&j), 2);
    assert_string_equal(j.list[0].type, "license.transferred");
    assert_null(strstr(j.list[0].payload, "grace"));
    validator_change(j.v, j.license.id, LICENSE_CANCEL, PL_REASON_VENDOR);
    assert_int_equal(told(&j), 2); /* not wanted */
    validator_change(j.v, j.license.id, LICENSE_REACTIVATE, PL_REASON_NONE);
    assert_int_equal(told(&j), 3);
    assert_string_equal(j.list[0].type, "license.reactivated");
}

static void a_change_of_nothing_and_one_of_a_product_are_not_told(void **state)
{
    job j = begin(*state, "*");

    issue(&j, NULL);
    assert_int_equal(told(&j), 1); /* license.provisioned */
    assert_int_equal(validator_do(j.v, edit, &j), PL_OK);
    j.product.policy.seats = 7;
    assert_int_equal(validator_do(j.v, change_product, &j), PL_OK);
    assert_int_equal(told(&j), 1);
}

static void a_silent_seat_that_is_freed_is_told_as_released(void **state)
{
    job j = begin(*state, "activation.released");
    const char *key;
    till first, second, third;

    j.product.policy.free_after_days = 20;
    assert_int_equal(validator_do(j.v, change_product, &j), PL_OK);
    key = issue(&j, NULL);
    first = till_make(1, key);
    second = till_make(2, key);
    third = till_make(3, key);
    assert_int_equal(till_verdict(j.v, &first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(j.v, 1);
    assert_int_equal(till_verdict(j.v, &second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(till_verdict(j.v, &third, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(told(&j), 0);
    validator_advance(j.v, 20 * DAY);
    assert_int_equal(till_verdict(j.v, &third, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(told(&j), 1);
    assert_non_null(strstr(j.list[0].payload, first.activation_id));
    assert_non_null(strstr(j.list[0].payload, "\"reason\":\"silent\""));
}

static pl_err take_session(void *context, tx_t *tx)
{
    job *j = context;
    const session_limit_t limit = {5, tx->now_ms};
    bool taken = false;
    pl_err err = sessions_take(tx, &j->session, &limit, &taken);

    assert_true(taken);
    return err;
}

static pl_err end_session(void *context, tx_t *tx)
{
    job *j = context;
    session_t ended;

    return admin_session_end(tx, &j->license, j->session.id, &ended);
}

static void a_session_that_the_vendor_ends_is_told_once(void **state)
{
    job j = begin(*state, "session.ended");
    till device = till_make(1, issue(&j, NULL));

    assert_int_equal(till_verdict(j.v, &device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    j.session = (session_t){.brand_id = j.license.brand_id,
                            .license_id = j.license.id,
                            .id = {{7}},
                            .lease_ms = 60000,
                            .beat_ms = 20000,
                            .started_at_ms = VALIDATOR_NOW_MS,
                            .lease_until_ms = VALIDATOR_NOW_MS + 60000};
    assert_int_equal(pl_uuid_parse(pl_span_text(device.activation_id), &j.session.activation_id), PL_OK);
    assert_int_equal(validator_do(j.v, take_session, &j), PL_OK);
    assert_int_equal(told(&j), 0);
    assert_int_equal(validator_do(j.v, end_session, &j), PL_OK);
    assert_int_equal(validator_do(j.v, end_session, &j), PL_OK);
    assert_int_equal(told(&j), 1);
    assert_non_null(strstr(j.list[0].payload, device.activation_id));
    assert_non_null(strstr(j.list[0].payload, "\"session_id\":\"07000000-0000-0000-0000-000000000000\""));
}

/* ---- the audit ---- */

static void a_change_is_audited_before_and_after(void **state)
{
    job j = begin(*state, "webhook.test");
    audit_t row;

    issue(&j, NULL);
    j.license.seats = 5;
    j.license.plan = "gold";
    j.license.suspend_at_ms = VALIDATOR_NOW_MS + INT64_C(1000) * DAY;
    assert_int_equal(validator_do(j.v, edit, &j), PL_OK);
    row = row_of(&j, AUDIT_LICENSE_CHANGED);
    assert_string_equal(row.before, "{\"max_seats\":0,\"plan\":null,\"suspend_at\":null}");
    assert_string_equal(row.after, "{\"max_seats\":5,\"plan\":\"gold\",\"suspend_at\":\"2025-10-10T08:53:20Z\"}");
    assert_false(row.has_salt);
    j.product.policy.takeover = TAKEOVER_NEVER;
    j.product.policy.overage = 2;
    assert_int_equal(validator_do(j.v, change_product, &j), PL_OK);
    row = row_of(&j, AUDIT_PRODUCT_CHANGED);
    assert_string_equal(row.before, "{\"takeover\":\"any\",\"overage\":0}");
    assert_string_equal(row.after, "{\"takeover\":\"never\",\"overage\":2}");
}

static void of_a_customer_there_are_commitments_alone(void **state)
{
    job j = begin(*state, "webhook.test");
    char wanted[128];
    audit_t row;

    j.customer = (customer_t){.brand_id = j.v->made.brand_id, .email = "ada.l@example.com", .name = "Ada"};
    assert_int_equal(validator_do(j.v, add_customer, &j), PL_OK);
    assert_int_equal(validator_do(j.v, change_customer, &j), PL_OK);
    row = row_of(&j, AUDIT_CUSTOMER_CHANGED);
    assert_true(row.has_salt);
    assert_null(strstr(row.before, "ada"));
    assert_null(strstr(row.after, "grace"));
    snprintf(wanted, sizeof wanted, "{\"email\":\"%s\"}", audit_commit(&j.v->arena, &row, "ada.l@example.com"));
    assert_string_equal(row.before, wanted);
    snprintf(wanted, sizeof wanted, "{\"email\":\"%s\"}", audit_commit(&j.v->arena, &row, "grace@example.com"));
    assert_string_equal(row.after, wanted);
}

/* ---- ends ---- */

static void the_end_of_a_license_that_works_on_is_that_of_its_updates(void **state)
{
    job j = begin(*state, "license.expired license.updates_ended");
    license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1000) * DAY, .plan = "gold"};

    j.product.policy.effect = EXPIRY_KEEPS;
    assert_int_equal(validator_do(j.v, change_product, &j), PL_OK);
    look(&j);
    issue(&j, &order);
    validator_advance(j.v, DAY - 1);
    look(&j);
    assert_int_equal(told(&j), 0);
    validator_advance(j.v, 2);
    look(&j);
    look(&j);
    assert_int_equal(told(&j), 1);
    assert_string_equal(j.list[0].type, "license.updates_ended");
    assert_non_null(strstr(j.list[0].payload, "\"status\":\"valid\""));
}

static void a_trial_expires_whatever_the_product_keeps(void **state)
{
    job j = begin(*state, "license.expired license.updates_ended");
    const license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1000) * DAY, .plan = "trial"};

    j.product.policy.effect = EXPIRY_KEEPS;
    assert_int_equal(validator_do(j.v, change_product, &j), PL_OK);
    look(&j);
    issue(&j, &order);
    validator_advance(j.v, DAY + 1);
    look(&j);
    assert_int_equal(told(&j), 1);
    assert_string_equal(j.list[0].type, "license.expired");
}

/* ---- what was foreseen ---- */

static void stops_that_come_by_themselves_are_told_once_each(void **state)
{
    job j = begin(*state, "license.suspended license.cancelled");

    look(&j);
    issue(&j, NULL);
    foresee(&j, 1, 2);
    validator_advance(j.v, DAY - 1);
    look(&j);
    assert_int_equal(told(&j), 0);
    validator_advance(j.v, 1);
    look(&j);
    restart(&j);
    look(&j);
    assert_int_equal(told(&j), 1);
    assert_string_equal(j.list[0].type, "license.suspended");
    assert_non_null(strstr(j.list[0].payload, "\"status\":\"suspended\""));
    assert_non_null(strstr(j.list[0].payload, "\"foreseen\":true"));
    restart(&j);
    validator_advance(j.v, DAY); /* while nobody looks */
    look(&j);
    look(&j);
    assert_int_equal(told(&j), 2);
    assert_string_equal(j.list[0].type, "license.cancelled");
    assert_non_null(strstr(j.list[0].payload, "\"status\":\"cancelled\""));
}

static void a_stop_that_was_moved_or_undone_is_not_told(void **state)
{
    job j = begin(*state, "license.suspended license.cancelled");

    look(&j);
    issue(&j, NULL);
    foresee(&j, 1, 0);
    foresee(&j, 3, 0);
    validator_advance(j.v, 2 * DAY);
    look(&j);
    assert_int_equal(told(&j), 0);
    foresee(&j, 0, 0);
    validator_advance(j.v, 2 * DAY);
    look(&j);
    assert_int_equal(told(&j), 0);
    foresee(&j, 1, 1); /* both at once: cancelled it is */
    validator_advance(j.v, 2 * DAY);
    look(&j);
    assert_int_equal(told(&j), 1);
    assert_string_equal(j.list[0].type, "license.cancelled");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_vendor_changes_is_told_under_its_name),
        TEST(a_change_of_nothing_and_one_of_a_product_are_not_told),
        TEST(a_silent_seat_that_is_freed_is_told_as_released),
        TEST(a_session_that_the_vendor_ends_is_told_once),
        TEST(a_change_is_audited_before_and_after),
        TEST(of_a_customer_there_are_commitments_alone),
        TEST(the_end_of_a_license_that_works_on_is_that_of_its_updates),
        TEST(a_trial_expires_whatever_the_product_keeps),
        TEST(stops_that_come_by_themselves_are_told_once_each),
        TEST(a_stop_that_was_moved_or_undone_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
