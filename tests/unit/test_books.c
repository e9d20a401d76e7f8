/* SPDX-License-Identifier: Apache-2.0
 *
 * Payments, refunds and disputes, in order and not; and what a comparison with the provider mends.
 */
#include "billing/books.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/taverna.h"

/* ---- money ---- */

static void a_failed_payment_suspends_at_once_and_a_good_one_brings_it_back(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(taverna_send(s, "invoice.payment_failed", 100, taverna_invoice_object(s, "2", "sub_1", false, 2 * MONTH_S)),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(taverna_send(s, "customer.subscription.updated", 100,
                                  taverna_subscription_object(s, "sub_1", "past_due", 2 * MONTH_S, false)),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(taverna_mails(s, "payment_failed"), 1);
    assert_int_equal(
        taverna_send(s, "invoice.payment_succeeded", 200, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)),
        INBOX_DONE);
    assert_string_equal(s->answer.result.outcome, "reactivated");
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "invoice.paid", 200, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)),
                     INBOX_DONE);
    assert_int_equal(taverna_mails(s, "reactivated"), 1);
    assert_int_equal(taverna_mails(s, "renewal_processed"), 0);
    assert_int_equal(taverna_look_at(s).payment_count, 2);
    assert_int_equal(taverna_look_at(s).row.failures, 0);
    taverna_close_scene(s);
}

static void a_failure_that_is_told_after_the_payment_changes_nothing(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(taverna_send(s, "invoice.paid", 200, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)),
                     INBOX_DONE);
    assert_int_equal(taverna_mails(s, "renewal_processed"), 1);
    assert_int_equal(taverna_send(s, "invoice.payment_failed", 100, taverna_invoice_object(s, "2", "sub_1", false, 2 * MONTH_S)),
                     INBOX_DONE);
    assert_int_equal(taverna_send(s, "customer.subscription.updated", 100,
                                  taverna_subscription_object(s, "sub_1", "past_due", MONTH_S, false)),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_mails(s, "payment_failed"), 0);
    assert_int_equal(taverna_look_at(s).row.period_end_ms, (s->now_s + 2 * MONTH_S) * 1000);
    taverna_close_scene(s);
}

static void of_one_second_the_provider_is_asked(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    reconcile_report_t report;
    reconcile_t order;

    taverna_buy(s);
    assert_int_equal(
        taverna_send(s, "customer.subscription.updated", 100, taverna_subscription_object(s, "sub_1", "active", MONTH_S, false)),
        INBOX_DONE);
    assert_int_equal(taverna_send(s, "customer.subscription.updated", 100,
                                  taverna_subscription_object(s, "sub_1", "past_due", MONTH_S, false)),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(taverna_look_at(s).row.compared_at_ms, 0);
    order = (reconcile_t){.inbox = taverna_inbox_of(s), .before_ms = 1, .begun_after_ms = -1};
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.compared, 1);
    assert_int_equal(report.mended, 1);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    taverna_close_scene(s);
}

static void a_full_refund_of_the_newest_suspends_and_a_part_does_not(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(taverna_send(s, "charge.refunded", 10, taverna_charge_object(s, "1", 900)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "charge.refunded", 20, taverna_charge_object(s, "1", 2900)), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND);
    assert_int_equal(taverna_send(s, "charge.refunded", 10, taverna_charge_object(s, "1", 900)), INBOX_DONE);
    assert_int_equal(taverna_look_at(s).payments[0].refunded, 2900);
    assert_int_equal(taverna_send(s, "invoice.paid", 30, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "charge.refunded", 40, taverna_charge_object(s, "1", 2900)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    taverna_close_scene(s);
}

static void a_dispute_suspends_until_it_is_won(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(taverna_send(s, "charge.dispute.created", 10, taverna_dispute_object(s, "1", "needs_response")), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    assert_int_equal(taverna_send(s, "invoice.paid", 15, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    assert_int_equal(taverna_send(s, "charge.dispute.closed", 20, taverna_dispute_object(s, "1", "won")), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "charge.dispute.created", 10, taverna_dispute_object(s, "1", "needs_response")), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_send(s, "charge.dispute.closed", 30, taverna_dispute_object(s, "2", "lost")), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    taverna_close_scene(s);
}

static void an_inquiry_suspends_nobody_and_is_told(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    assert_int_equal(taverna_send(s, "charge.dispute.created", 10, taverna_dispute_object(s, "1", "warning_needs_response")),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_mails(s, "payment_attention"), 1);
    assert_int_equal(taverna_send(s, "charge.dispute.closed", 20, taverna_dispute_object(s, "1", "warning_closed")), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_mails(s, "payment_attention"), 1);
    assert_int_equal(taverna_send(s, "charge.dispute.created", 30, taverna_dispute_object(s, "1", "needs_response")), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    taverna_close_scene(s);
}

static void an_event_that_fails_while_comparing_is_counted_and_told_once(void **state)
{
    static const char checkout[] = "{\"id\":\"cs_9\",\"mode\":\"subscription\",\"payment_status\":\"paid\"}";
    taverna_t *s = taverna_open_scene(state);
    reconcile_report_t report;
    reconcile_t order = {.inbox = taverna_inbox_of(s), .before_ms = INT64_MAX};

    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/subscriptions?", 200, "{\"data\":[],\"has_more\":false}", -1, 0, false});
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/events?", 200,
                                             pl_arena_format(&s->v->arena, "{\"data\":[%s],\"has_more\":false}",
                                                             taverna_event_text(s, "evt_bad", "checkout.session.completed",
                                                                                s->now_s, checkout)),
                                             -1, 0, false});
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reconcile_brand(&order, &report), PL_OK);
        assert_int_equal(report.failed, 1);
        assert_int_equal(report.events, 0);
        assert_int_equal(taverna_mails(s, "payment_attention"), 1);
    }
    taverna_close_scene(s);
}

static void a_refund_may_come_before_its_payment(void **state)
{
    taverna_t *s = taverna_open_scene(state);

    taverna_buy(s);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/charges/ch_2", 200, "{\"id\":\"ch_2\",\"invoice\":\"in_2\",\"amount\":2900}",
                                             -1, 0, false});
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/invoices/in_2", 200, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S),
                                             -1, 0, false});
    assert_int_equal(taverna_send(s, "charge.refunded", 300, taverna_charge_object(s, "2", 2900)), INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND);
    assert_int_equal(taverna_send(s, "invoice.paid", 200, taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)),
                     INBOX_DONE);
    taverna_expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND);
    assert_int_equal(taverna_look_at(s).payment_count, 2);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/charges/ch_9", 200, "{\"id\":\"ch_9\",\"amount\":100}", -1, 0, false});
    assert_int_equal(taverna_send(s, "charge.refunded", 300, taverna_charge_object(s, "9", 100)), INBOX_IGNORED);
    s->fake.is_down = true;
    assert_int_equal(taverna_send(s, "charge.dispute.created", 300, taverna_dispute_object(s, "8", "needs_response")),
                     INBOX_FAILED);
    taverna_close_scene(s);
}

/* ---- comparing ---- */

static void count_line(void *context, const reconcile_line_t *line)
{
    int *lines = context;

    assert_non_null(line->what);
    (*lines)++;
}

static void a_lost_purchase_is_found_and_a_dry_run_writes_nothing(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    int lines = 0;
    reconcile_report_t report;
    reconcile_t order = {
        .inbox = taverna_inbox_of(s), .is_dry_run = true, .before_ms = INT64_MAX, .tell = count_line, .context = &lines};

    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/subscriptions?", 200,
                                             pl_arena_format(&s->v->arena, "{\"data\":[%s],\"has_more\":false}",
                                                             taverna_subscription_object(s, "sub_1", "active", MONTH_S, false)),
                                             -1, 0, false});
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/events?", 200, "{\"data\":[],\"has_more\":false}", -1, 0, false});
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.found, 1);
    assert_int_equal(lines, 1);
    assert_int_equal(taverna_look_at(s).licenses.count, 0);
    order.is_dry_run = false;
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(taverna_look_at(s).payment_count, 1);
    assert_int_equal(taverna_mails(s, "welcome"), 1);
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.found, 0);
    taverna_close_scene(s);
}

static void a_lost_cancellation_and_events_nobody_took_are_mended(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    reconcile_report_t report;
    reconcile_t order;

    taverna_buy(s);
    validator_advance(s->v, 3600);
    taverna_provider_has(s, "sub_1", "active", MONTH_S, true);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/subscriptions?", 200, "{\"data\":[],\"has_more\":false}", -1, 0, false});
    fake_stripe_add(
        &s->fake, (fake_reply_t){"/v1/events?", 200,
                                 pl_arena_format(&s->v->arena, "{\"data\":[%s],\"has_more\":false}",
                                                 taverna_event_text(s, "evt_lost", "invoice.paid", s->now_s + 9,
                                                                    taverna_invoice_object(s, "2", "sub_1", true, 2 * MONTH_S))),
                                 -1, 0, false});
    order = (reconcile_t){.inbox = taverna_inbox_of(s), .before_ms = INT64_MAX};
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.mended, 1);
    assert_int_equal(report.events, 1);
    assert_true(taverna_look_at(s).row.ends_with_period);
    assert_int_equal(taverna_look_at(s).payment_count, 2);
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.mended + report.events, 0);
    s->fake.is_down = true;
    assert_int_equal(reconcile_brand(&order, &report), PL_ERR_PAYMENTS_DOWN);
    taverna_close_scene(s);
}

/* ---- a provider that is away ---- */

static void one_that_fails_again_and_again_is_given_a_pause(void **state)
{
    taverna_t *s = taverna_open_scene(state);
    inbox_t inbox = taverna_inbox_of(s);
    billing_account_t account;
    stripe_price_t price;
    stripe_t stripe;

    s->fake.is_down = true;
    assert_int_equal(billing_find_account(inbox.store, inbox.about, &inbox.scope, &account), PL_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(billing_connect(s->billing, &account, &s->v->arena, &stripe), PL_OK);
        assert_int_equal(stripe_fetch_price(&stripe, "price_1", &price), PL_ERR_PAYMENTS_DOWN);
        stripe_close(&stripe);
    }
    assert_int_equal(s->fake.asked, 3 * STRIPE_ATTEMPTS);
    taverna_close_scene(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)
        TEST(a_failed_payment_suspends_at_once_and_a_good_one_brings_it_back),
        TEST(a_failure_that_is_told_after_the_payment_changes_nothing),
        TEST(of_one_second_the_provider_is_asked),
        TEST(a_full_refund_of_the_newest_suspends_and_a_part_does_not),
        TEST(a_dispute_suspends_until_it_is_won),
        TEST(an_inquiry_suspends_nobody_and_is_told),
        TEST(an_event_that_fails_while_comparing_is_counted_and_told_once),
        TEST(a_refund_may_come_before_its_payment),
        TEST(a_lost_purchase_is_found_and_a_dry_run_writes_nothing),
        TEST(a_lost_cancellation_and_events_nobody_took_are_mended),
        TEST(one_that_fails_again_and_again_is_given_a_pause),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
