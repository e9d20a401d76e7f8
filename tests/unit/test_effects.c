/* SPDX-License-Identifier: Apache-2.0
 *
 * What each event about purchases and subscriptions does to license, books and mail: row by row of the table, in order, out of order and
 * twice; the provider is there, or not. Those about money, and comparing with the provider, are in test_books.c.
 */
#include "billing/effects.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/taverna.h"

/* ---- purchases ---- */

static void a_purchase_issues_one_license_and_welcomes_once(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    taverna_look_t look;

    taverna_buy(s);
    look = taverna_look_at(s);
    assert_int_equal(look.licenses.items[0].license.expires_at_ms, (s->now_s + MONTH_S) * 1000);
    assert_true(look.licenses.items[0].license.renews);
    assert_string_equal(look.row.provider_checkout, "cs_sub_1");
    assert_int_equal(look.payment_count, 1);
    assert_int_equal(look.payments[0].amount, 2900);
    assert_int_equal(taverna_mails(s, "welcome"), 1);
    assert_int_equal(taverna_mails(s, "renewal_processed"), 0);
    taverna_close_scene(s);
}

static void an_event_that_comes_twice_does_nothing_twice(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    const char *event = taverna_event_text(s, "evt_same", "checkout.session.completed", s->now_s,
                                           taverna_checkout_object(s, "sub_1", "ada@example.com", "paid"));

    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(taverna_send_text(s, event), INBOX_DONE);
    assert_int_equal(taverna_send_text(s, event), INBOX_WAS_DONE);
    assert_int_equal(s->answer.settled_at_ms, instance_now_ms(s->v->instance));
    assert_int_equal(taverna_look_at(s).licenses.count, 1);
    assert_int_equal(taverna_mails(s, "welcome"), 1);
    taverna_close_scene(s);
}

static void a_purchase_counts_while_the_provider_is_away(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    taverna_look_t look;

    s->fake.is_down = true;
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 0, taverna_checkout_object(s, "sub_1", "ada@example.com", "paid")),
        INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    look = taverna_look_at(s);
    assert_int_equal(look.row.compared_at_ms, 0);
    assert_int_equal(look.row.period_end_ms, instance_now_ms(s->v->instance) + TERMS_PROVISIONAL_DAYS * INT64_C(86400000));
    taverna_close_scene(s);
}

static void what_is_paid_later_is_active_later(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 0, taverna_checkout_object(s, "sub_1", "ada@example.com", "unpaid")),
        INBOX_DONE);
    assert_int_equal(taverna_look_at(s).licenses.count, 0);
    assert_int_equal(taverna_send(s, "checkout.session.async_payment_succeeded", 9,
                                  taverna_checkout_object(s, "sub_1", "ada@example.com", "paid")),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "checkout.session.async_payment_failed", 9,
                                  taverna_checkout_object(s, "sub_9", "eve@example.com", "unpaid")),
                     INBOX_DONE);
    assert_int_equal(taverna_look_at(s).licenses.count, 1);
    taverna_close_scene(s);
}

static void the_invoice_may_come_before_its_purchase(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(taverna_send(s, "customer.subscription.created", 0,
                                  taverna_subscription_object(s, "sub_1", "incomplete", MONTH_S, false)),
                     INBOX_DONE);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 1, taverna_subscription_object(s, "sub_1", "active", MONTH_S, false)),
        INBOX_DONE);
    assert_int_equal(taverna_look_at(s).licenses.count, 0);
    assert_int_equal(taverna_send(s, "invoice.paid", 1, taverna_invoice_object(s, "1", "sub_1", true, MONTH_S)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 1, taverna_checkout_object(s, "sub_1", "ADA@example.com", "paid")),
        INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_look_at(s).payment_count, 1);
    assert_int_equal(taverna_mails(s, "welcome"), 1);
    assert_string_equal(taverna_look_at(s).row.provider_checkout, "cs_sub_1");
    taverna_close_scene(s);
}

static void an_invoice_of_something_unknown_waits_for_the_provider(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    inbox_t inbox;
    size_t count;

    s->fake.is_down = true;
    assert_int_equal(taverna_send(s, "invoice.paid", 1, taverna_invoice_object(s, "1", "sub_1", true, MONTH_S)), INBOX_FAILED);
    assert_int_equal(taverna_look_at(s).licenses.count, 0);
    s->fake.is_down = false;
    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    validator_advance(s->v, 31);
    inbox = taverna_inbox_of(s);
    assert_int_equal(inbox_work_due(&inbox, &count), PL_OK);
    assert_int_equal(count, 1);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(inbox_work_due(&inbox, &count), PL_OK);
    assert_int_equal(count, 0);
    taverna_close_scene(s);
}

static void what_nobody_knows_is_404_and_what_is_another_ones_is_left_alone(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    fake_stripe_add(&s->fake, (fake_reply_t){"sub_404", 404, "{\"error\":{\"message\":\"No such subscription\"}}", -1, 0, false});
    assert_int_equal(taverna_send(s, "invoice.paid", 1, taverna_invoice_object(s, "2", "sub_404", true, MONTH_S)), INBOX_UNKNOWN);
    assert_int_equal(taverna_send(s, "invoice.payment_failed", 1, taverna_invoice_object(s, "2", "sub_404", false, MONTH_S)),
                     INBOX_UNKNOWN);
    assert_int_equal(taverna_send(s, "invoice.payment_failed", 1, taverna_invoice_object(s, "1", "sub_404", false, MONTH_S)),
                     INBOX_IGNORED);
    fake_stripe_add(
        &s->fake,
        (fake_reply_t){"sub_other", 200,
                       "{\"id\":\"sub_other\",\"status\":\"active\",\"items\":{\"data\":[{\"price\":{\"id\":\"price_2\"}}]}}", -1,
                       0, false});
    assert_int_equal(taverna_send(s, "invoice.paid", 1, taverna_invoice_object(s, "2", "sub_other", true, MONTH_S)),
                     INBOX_IGNORED);
    assert_int_equal(taverna_send(s, "invoice.paid", 1, "{\"id\":\"in_9\",\"status\":\"paid\",\"amount_paid\":100}"),
                     INBOX_IGNORED);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 1, "{\"id\":\"cs_9\",\"mode\":\"payment\",\"payment_status\":\"paid\"}"),
        INBOX_IGNORED);
    assert_int_equal(taverna_send(s, "checkout.session.completed", 1,
                                  "{\"id\":\"cs_9\",\"mode\":\"subscription\",\"payment_status\":\"paid\"}"),
                     INBOX_INVALID);
    assert_int_equal(taverna_send(s, "product.created", 1, "{\"id\":\"prod_1\"}"), INBOX_IGNORED);
    assert_null(s->answer.row);
    assert_int_equal(taverna_look_at(s).licenses.count, 0);
    taverna_close_scene(s);
}

static void who_comes_back_keeps_the_key(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    pl_uuid id;

    taverna_buy(s);
    id = taverna_look_at(s).licenses.items[0].license.id;
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 5, taverna_subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    assert_int_equal(taverna_mails(s, "subscription_cancelled"), 1);
    taverna_provider_has(s, "sub_2", "active", 2 * MONTH_S, false);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 9, taverna_checkout_object(s, "sub_2", "Ada@Example.com", "paid")),
        INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_true(pl_uuid_equal(taverna_look_at(s).licenses.items[0].license.id, id));
    assert_int_equal(taverna_look_at(s).licenses.items[0].license.expires_at_ms, (s->now_s + 2 * MONTH_S) * 1000);
    assert_int_equal(taverna_mails(s, "welcome"), 2);
    taverna_close_scene(s);
}

static void second_purchase(taverna_t *s)
{
    taverna_buy(s);
    taverna_provider_has(s, "sub_2", "active", MONTH_S, false);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 9, taverna_checkout_object(s, "sub_2", "ada@example.com", "paid")),
        INBOX_DONE);
    assert_string_equal(s->answer.result.outcome, "duplicate");
    assert_int_equal(taverna_send(s, "invoice.paid", 9, taverna_invoice_object(s, "2", "sub_2", true, MONTH_S)), INBOX_DONE);
    assert_string_equal(taverna_look_at(s).row.provider_subscription, "sub_1");
    assert_int_equal(taverna_mails(s, "welcome"), 1);
    assert_int_equal(taverna_mails(s, "payment_attention"), 1);
}

static void a_second_purchase_is_put_beside_and_its_end_changes_nothing(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    second_purchase(s);
    assert_int_equal(taverna_send(s, "charge.refunded", 20, taverna_charge_object(s, "2", 2900)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 30, taverna_subscription_object(s, "sub_2", "canceled", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_mails(s, "subscription_cancelled"), 0);
    assert_string_equal(taverna_look_at(s).row.provider_subscription, "sub_1");
    assert_int_equal(taverna_send(s, "charge.refunded", 40, taverna_charge_object(s, "1", 2900)), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND); /* nothing beside serves any more */
    taverna_close_scene(s);
}

static void what_is_beside_takes_the_place_of_what_ends(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    second_purchase(s);
    assert_int_equal(taverna_send(s, "charge.refunded", 20, taverna_charge_object(s, "1", 2900)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_string_equal(taverna_look_at(s).row.provider_subscription, "sub_2");
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 30, taverna_subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_mails(s, "subscription_cancelled"), 0);
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 40, taverna_subscription_object(s, "sub_2", "canceled", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    taverna_close_scene(s);
}

static const char *foreign_subscription(taverna_t *s, const char *price)
{
    return pl_arena_format(&s->v->arena,
                           "{\"id\":\"sub_7\",\"status\":\"active\",\"items\":{\"data\":[{\"price\":{\"id\":\"%s\"}}]}}", price);
}

static void a_checkout_that_we_did_not_make_counts_by_its_price(void **state)
{
    static const char checkout[] =
        "{\"id\":\"cs_7\",\"mode\":\"subscription\",\"payment_status\":\"paid\",\"subscription\":\"sub_7\","
        "\"customer_details\":{\"email\":\"ada@example.com\"}}";
    taverna_t *s = taverna_open_scene(state);

    s->fake.is_down = true; /* then it waits */
    assert_int_equal(taverna_send(s, "checkout.session.completed", 1, checkout), INBOX_FAILED);
    s->fake.is_down = false;
    fake_stripe_add(&s->fake,
                    (fake_reply_t){"/v1/subscriptions/sub_7", 200, foreign_subscription(s, "price_of_a_mug"), -1, 0, false});
    assert_int_equal(taverna_send(s, "checkout.session.completed", 1, checkout), INBOX_IGNORED);
    assert_int_equal(taverna_look_at(s).licenses.count, 0);
    s->fake.count = 0;
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/subscriptions/sub_7", 200, foreign_subscription(s, "price_1"), -1, 0, false});
    assert_int_equal(taverna_send(s, "checkout.session.completed", 1, checkout), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_null(taverna_look_at(s).row.provider_checkout); /* by which a key is told */
    taverna_close_scene(s);
}

static void who_comes_back_after_a_refund_is_let_in_without_a_payment(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(taverna_send(s, "charge.refunded", 5, taverna_charge_object(s, "1", 2900)), INBOX_DONE);
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 6, taverna_subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
        INBOX_DONE);
    taverna_provider_has(s, "sub_2", "trialing", 2 * MONTH_S, false);
    assert_int_equal(taverna_send(s, "checkout.session.completed", 9,
                                  taverna_checkout_object(s, "sub_2", "ada@example.com", "no_payment_required")),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_mails(s, "welcome"), 2);
    taverna_close_scene(s);
}

static pl_err work_find_given(void *context, tx_t *tx)
{
    license_view_t *given = context;

    return admin_license_find(tx, given->license.brand_id, given->license.id, given);
}

static void a_license_for_good_is_not_put_under_a_subscription(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    const license_order_t order = {.brand_id = s->v->made.brand_id, .product = s->v->product.slug, .email = "ada@example.com"};
    license_view_t given;
    const char *key;

    given = validator_issue(s->v, &order, &key);
    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 1, taverna_checkout_object(s, "sub_1", "ada@example.com", "paid")),
        INBOX_DONE);
    assert_string_equal(s->answer.result.outcome, "new license");
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 5, taverna_subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
        INBOX_DONE);
    assert_int_equal(validator_do(s->v, work_find_given, &given), PL_OK);
    assert_int_equal(given.status, LICENSE_ACTIVE);
    assert_int_equal(given.license.expires_at_ms, 0);
    taverna_close_scene(s);
}

static void who_was_stopped_by_the_vendor_is_not_welcomed(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    validator_change(s->v, taverna_look_at(s).licenses.items[0].license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 5, taverna_subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
        INBOX_DONE);
    taverna_provider_has(s, "sub_2", "active", MONTH_S, false);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 9, taverna_checkout_object(s, "sub_2", "ada@example.com", "paid")),
        INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_VENDOR);
    assert_int_equal(taverna_mails(s, "welcome"), 1);
    assert_int_equal(taverna_mails(s, "payment_attention"), 1);
    taverna_close_scene(s);
}

/* ---- subscriptions ---- */

static void a_cancellation_is_announced_taken_back_and_comes(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 10, taverna_subscription_object(s, "sub_1", "active", MONTH_S, true)),
        INBOX_DONE);
    assert_true(s->answer.result.is_cancellation_told);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_false(taverna_look_at(s).licenses.items[0].license.renews);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 11, taverna_subscription_object(s, "sub_1", "active", MONTH_S, true)),
        INBOX_DONE);
    assert_false(s->answer.result.is_cancellation_told);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 20, taverna_subscription_object(s, "sub_1", "active", MONTH_S, false)),
        INBOX_DONE);
    assert_true(s->answer.result.is_reversal_told);
    assert_true(taverna_look_at(s).licenses.items[0].license.renews);
    assert_int_equal(taverna_mails(s, "cancellation_reversed"), 1);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 30, taverna_subscription_object(s, "sub_1", "active", MONTH_S, true)),
        INBOX_DONE);
    assert_int_equal(
        taverna_send(s, "customer.subscription.deleted", 40, taverna_subscription_object(s, "sub_1", "canceled", MONTH_S, true)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    assert_int_equal(taverna_mails(s, "subscription_cancelled"), 3);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 50, taverna_subscription_object(s, "sub_1", "active", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    taverna_close_scene(s);
}

static void a_pause_suspends_and_its_end_resumes(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(
        taverna_send(s, "customer.subscription.paused", 10, taverna_subscription_object(s, "sub_1", "paused", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(
        taverna_send(s, "customer.subscription.resumed", 20, taverna_subscription_object(s, "sub_1", "active", MONTH_S, false)),
        INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "customer.subscription.created", 0,
                                  taverna_subscription_object(s, "sub_1", "incomplete", MONTH_S, false)),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "customer.subscription.trial_will_end", 30,
                                  taverna_subscription_object(s, "sub_1", "trialing", MONTH_S, false)),
                     INBOX_DONE);
    assert_int_equal(taverna_mails(s, "trial_ending"), 1);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 40, taverna_subscription_object(s, "sub_9", "active", MONTH_S, false)),
        INBOX_DONE);
    taverna_close_scene(s);
}

static void what_the_vendor_decided_stands(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    validator_change(s->v, taverna_look_at(s).licenses.items[0].license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_int_equal(taverna_send(s, "invoice.payment_failed", 10, taverna_invoice_object(s, "2", "sub_1", false, 2 * MONTH_S)),
                     INBOX_DONE);
    assert_int_equal(taverna_send(s, "invoice.paid", 20, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_VENDOR);
    taverna_close_scene(s);
}

static void what_is_only_noted_changes_a_name_at_most(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(
        taverna_send(s, "customer.updated", 10, "{\"id\":\"cus_1\",\"name\":\"Countess\",\"email\":\"eve@example.com\"}"),
        INBOX_DONE);
    assert_string_equal(taverna_look_at(s).licenses.items[0].customer.name, "Countess");
    assert_string_equal(taverna_look_at(s).licenses.items[0].customer.email, "ada@example.com");
    assert_int_equal(taverna_send(s, "payment_method.attached", 10, "{\"id\":\"pm_1\",\"customer\":\"cus_1\"}"), INBOX_DONE);
    assert_int_equal(taverna_send(s, "setup_intent.succeeded", 10, "{\"id\":\"seti_1\",\"customer\":\"cus_9\"}"), INBOX_DONE);
    assert_true(s->answer.row->is_note);
    taverna_close_scene(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)
        TEST(a_purchase_issues_one_license_and_welcomes_once),
        TEST(an_event_that_comes_twice_does_nothing_twice),
        TEST(a_purchase_counts_while_the_provider_is_away),
        TEST(what_is_paid_later_is_active_later),
        TEST(the_invoice_may_come_before_its_purchase),
        TEST(an_invoice_of_something_unknown_waits_for_the_provider),
        TEST(what_nobody_knows_is_404_and_what_is_another_ones_is_left_alone),
        TEST(who_comes_back_keeps_the_key),
        TEST(a_second_purchase_is_put_beside_and_its_end_changes_nothing),
        TEST(what_is_beside_takes_the_place_of_what_ends),
        TEST(a_checkout_that_we_did_not_make_counts_by_its_price),
        TEST(who_comes_back_after_a_refund_is_let_in_without_a_payment),
        TEST(a_license_for_good_is_not_put_under_a_subscription),
        TEST(who_was_stopped_by_the_vendor_is_not_welcomed),
        TEST(a_cancellation_is_announced_taken_back_and_comes),
        TEST(a_pause_suspends_and_its_end_resumes),
        TEST(what_the_vendor_decided_stands),
        TEST(what_is_only_noted_changes_a_name_at_most),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
