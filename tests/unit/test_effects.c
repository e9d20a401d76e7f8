/* SPDX-License-Identifier: Apache-2.0
 *
 * What each event does to license, books and mail: row by row of the table, in order, out of order and twice; the provider is there, or not.
 */
#include "billing/effects.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "billing/inbox.h"
#include "billing/reconcile.h"
#include "licensing/settings.h"
#include "store/payments.h"
#include "support/fake_stripe.h"
#include "support/validator.h"

#define MONTH_S (30 * 86400)

typedef struct {
    validator *v;
    fake_stripe_t fake;
    billing_t *billing;
    tx_t about;
    int64_t now_s;
    int events;
    inbox_answer_t answer;
} scene_t;

/* ---- the scene ---- */

static pl_err work_settings(void *context, tx_t *tx)
{
    const scene_t *s = context;
    const keyring_t *keyring = validator_keyring(s->v);
    pl_err err;

    if ((err = setting_write(tx, keyring, s->v->made.brand_id, SETTING_STRIPE_SECRET_KEY, "sk_test_1234567")))
        return err;
    return setting_write(tx, keyring, s->v->made.brand_id, SETTING_STRIPE_PRICE, "price_1");
}

static void close_scene(scene_t *s)
{
    billing_free(s->billing);
    assert_int_equal(s->fake.lines, 0);
    test_free(s);
}

static scene_t *open_scene(void **state)
{
    scene_t *s = test_calloc(1, sizeof *s);
    stripe_transport_t transport = fake_stripe_transport(&s->fake);
    const billing_options_t options = {.timeout_ms = 1000, .transport = &transport};

    s->v = *state;
    s->billing = billing_new(&options);
    assert_non_null(s->billing);
    assert_int_equal(validator_do(s->v, work_settings, s), PL_OK);
    s->now_s = instance_now_ms(s->v->instance) / 1000;
    billing_end(s->billing); /* nobody pauses */
    return s;
}

static inbox_t inbox_of(scene_t *s)
{
    s->about = (tx_t){.arena = &s->v->arena, .now_ms = instance_now_ms(s->v->instance), .actor = "stripe"};
    return (inbox_t){
        s->billing, instance_store(s->v->instance), &s->about, {s->v->made.brand_id, s->v->product.id, validator_keyring(s->v)}};
}

static inbox_verdict send_text(scene_t *s, const char *text)
{
    const inbox_t inbox = inbox_of(s);

    assert_int_equal(inbox_take(&inbox, pl_span_text(text), &s->answer), PL_OK);
    return s->answer.verdict;
}

static const char *event_text(scene_t *s, const char *id, const char *type, int64_t created_s, const char *object)
{
    return pl_arena_format(
        &s->v->arena, "{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"created\":%" PRId64 ",\"data\":{\"object\":%s}}", id,
        type, created_s, object);
}

/* An event made so many seconds after the scene began. */
static inbox_verdict send(scene_t *s, const char *type, int64_t at_s, const char *object)
{
    const char *id = pl_arena_format(&s->v->arena, "evt_%d", ++s->events);

    return send_text(s, event_text(s, id, type, s->now_s + at_s, object));
}

/* ---- objects ---- */

static const char *checkout_object(scene_t *s, const char *subscription, const char *email, const char *status)
{
    return pl_arena_format(
        &s->v->arena,
        "{\"id\":\"cs_%s\",\"mode\":\"subscription\",\"customer\":\"cus_1\",\"subscription\":\"%s\",\"payment_status\":\"%s\","
        "\"customer_details\":{\"email\":\"%s\",\"name\":\"Ada\"},\"currency\":\"eur\",\"amount_total\":2900}",
        subscription, subscription, status, email);
}

static const char *subscription_object(scene_t *s, const char *id, const char *status, int64_t end_s, bool ends)
{
    return pl_arena_format(
        &s->v->arena,
        "{\"id\":\"%s\",\"customer\":{\"id\":\"cus_1\",\"email\":\"ada@example.com\",\"name\":\"Ada\"},\"status\":\"%s\","
        "\"created\":%" PRId64 ",\"current_period_start\":%" PRId64 ",\"current_period_end\":%" PRId64
        ",\"cancel_at_period_end\":%s,\"currency\":\"eur\",\"items\":{\"data\":[{\"price\":{\"id\":\"price_1\","
        "\"unit_amount\":2900},\"quantity\":1}]},\"latest_invoice\":{\"id\":\"in_1\",\"status\":\"paid\",\"amount_paid\":2900,"
        "\"currency\":\"eur\",\"charge\":\"ch_1\",\"subscription\":\"%s\"}}",
        id, status, s->now_s, s->now_s, s->now_s + end_s, ends ? "true" : "false", id);
}

static const char *invoice_object(scene_t *s, const char *id, const char *subscription, bool is_paid, int64_t end_s)
{
    return pl_arena_format(&s->v->arena,
                           "{\"id\":\"in_%s\",\"customer\":\"cus_1\",\"subscription\":\"%s\",\"status\":\"%s\",\"amount_paid\":%"
                           "d,\"amount_due\":2900,"
                           "\"currency\":\"eur\",\"charge\":\"ch_%s\",\"billing_reason\":\"%s\",\"attempt_count\":1,"
                           "\"lines\":{\"data\":[{\"period\":{\"start\":%" PRId64 ",\"end\":%" PRId64 "}}]}}",
                           id, subscription, is_paid ? "paid" : "open", is_paid ? 2900 : 0, id,
                           strcmp(id, "1") == 0 ? "subscription_create" : "subscription_cycle", s->now_s, s->now_s + end_s);
}

static const char *charge_object(scene_t *s, const char *invoice, int refunded)
{
    return pl_arena_format(
        &s->v->arena, "{\"id\":\"ch_%s\",\"customer\":\"cus_1\",\"amount\":2900,\"amount_refunded\":%d,\"currency\":\"eur\"}",
        invoice, refunded);
}

static const char *dispute_object(scene_t *s, const char *invoice, const char *status)
{
    return pl_arena_format(&s->v->arena, "{\"id\":\"dp_1\",\"charge\":\"ch_%s\",\"status\":\"%s\",\"amount\":2900}", invoice,
                           status);
}

static void provider_has(scene_t *s, const char *id, const char *status, int64_t end_s, bool ends)
{
    s->fake.count = 0;
    fake_stripe_add(&s->fake, (fake_reply_t){pl_arena_format(&s->v->arena, "/v1/subscriptions/%s", id), 200,
                                             subscription_object(s, id, status, end_s, ends), -1, 0, false});
}

/* ---- what is seen ---- */

typedef struct {
    scene_t *s;
    license_list_t licenses;
    payment_t *payments;
    size_t payment_count;
    subscription_t row;
    int64_t mails;
    const char *template;
} look_t;

static pl_err work_look(void *context, tx_t *tx)
{
    look_t *look = context;
    const license_filter_t filter = {.brand_id = look->s->v->made.brand_id, .email = "ada@example.com"};
    pl_err err = admin_license_list(tx, &filter, &look->licenses);

    if (err || !look->licenses.count)
        return err;
    if ((err = subscriptions_find_by_license(tx, filter.brand_id, look->licenses.items[0].license.id, &look->row)))
        return err;
    return payments_list_by_license(tx, filter.brand_id, look->licenses.items[0].license.id, &look->payments,
                                    &look->payment_count);
}

static look_t look_at(scene_t *s)
{
    look_t look = {.s = s};

    assert_int_equal(instance_read(s->v->instance, &s->v->arena, work_look, &look), PL_OK);
    return look;
}

static int64_t mails(scene_t *s, const char *template)
{
    const char *sql = pl_arena_format(&s->v->arena, "SELECT count(*) FROM mail WHERE template = '%s'", template);
    pl_db_statement *count;
    int64_t number;

    assert_int_equal(pl_db_prepare(store_db(instance_store(s->v->instance)), sql, &count), PL_OK);
    assert_int_equal(pl_db_step(count), DB_ROW);
    number = pl_db_column_int(count, 0);
    pl_db_reset(count);
    return number;
}

static void expect(scene_t *s, license_status status, pl_reason reason)
{
    look_t look = look_at(s);

    assert_int_equal(look.licenses.count, 1);
    assert_int_equal(look.licenses.items[0].status, status);
    assert_int_equal(look.licenses.items[0].reason, reason);
}

static void buy(scene_t *s)
{
    provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(send(s, "checkout.session.completed", 1, checkout_object(s, "sub_1", "ada@example.com", "paid")),
                     INBOX_DONE);
    assert_int_equal(send(s, "invoice.paid", 1, invoice_object(s, "1", "sub_1", true, MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
}

/* ---- purchases ---- */

static void a_purchase_issues_one_license_and_welcomes_once(void **state)
{
    scene_t *s = open_scene(state);
    look_t look;

    buy(s);
    look = look_at(s);
    assert_int_equal(look.licenses.items[0].license.expires_at_ms, (s->now_s + MONTH_S) * 1000);
    assert_true(look.licenses.items[0].license.renews);
    assert_string_equal(look.row.provider_checkout, "cs_sub_1");
    assert_int_equal(look.payment_count, 1);
    assert_int_equal(look.payments[0].amount, 2900);
    assert_int_equal(mails(s, "welcome"), 1);
    assert_int_equal(mails(s, "renewal_processed"), 0);
    close_scene(s);
}

static void an_event_that_comes_twice_does_nothing_twice(void **state)
{
    scene_t *s = open_scene(state);
    const char *event =
        event_text(s, "evt_same", "checkout.session.completed", s->now_s, checkout_object(s, "sub_1", "ada@example.com", "paid"));

    provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(send_text(s, event), INBOX_DONE);
    assert_int_equal(send_text(s, event), INBOX_WAS_DONE);
    assert_int_equal(s->answer.settled_at_ms, instance_now_ms(s->v->instance));
    assert_int_equal(look_at(s).licenses.count, 1);
    assert_int_equal(mails(s, "welcome"), 1);
    close_scene(s);
}

static void a_purchase_counts_while_the_provider_is_away(void **state)
{
    scene_t *s = open_scene(state);
    look_t look;

    s->fake.is_down = true;
    assert_int_equal(send(s, "checkout.session.completed", 0, checkout_object(s, "sub_1", "ada@example.com", "paid")),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    look = look_at(s);
    assert_int_equal(look.row.compared_at_ms, 0);
    assert_int_equal(look.row.period_end_ms, instance_now_ms(s->v->instance) + TERMS_PROVISIONAL_DAYS * INT64_C(86400000));
    close_scene(s);
}

static void what_is_paid_later_is_active_later(void **state)
{
    scene_t *s = open_scene(state);

    provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(send(s, "checkout.session.completed", 0, checkout_object(s, "sub_1", "ada@example.com", "unpaid")),
                     INBOX_DONE);
    assert_int_equal(look_at(s).licenses.count, 0);
    assert_int_equal(
        send(s, "checkout.session.async_payment_succeeded", 9, checkout_object(s, "sub_1", "ada@example.com", "paid")),
        INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(
        send(s, "checkout.session.async_payment_failed", 9, checkout_object(s, "sub_9", "eve@example.com", "unpaid")),
        INBOX_DONE);
    assert_int_equal(look_at(s).licenses.count, 1);
    close_scene(s);
}

static void the_invoice_may_come_before_its_purchase(void **state)
{
    scene_t *s = open_scene(state);

    provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(send(s, "customer.subscription.created", 0, subscription_object(s, "sub_1", "incomplete", MONTH_S, false)),
                     INBOX_DONE);
    assert_int_equal(send(s, "customer.subscription.updated", 1, subscription_object(s, "sub_1", "active", MONTH_S, false)),
                     INBOX_DONE);
    assert_int_equal(look_at(s).licenses.count, 0);
    assert_int_equal(send(s, "invoice.paid", 1, invoice_object(s, "1", "sub_1", true, MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "checkout.session.completed", 1, checkout_object(s, "sub_1", "ADA@example.com", "paid")),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(look_at(s).payment_count, 1);
    assert_int_equal(mails(s, "welcome"), 1);
    assert_string_equal(look_at(s).row.provider_checkout, "cs_sub_1");
    close_scene(s);
}

static void an_invoice_of_something_unknown_waits_for_the_provider(void **state)
{
    scene_t *s = open_scene(state);
    inbox_t inbox;
    size_t count;

    s->fake.is_down = true;
    assert_int_equal(send(s, "invoice.paid", 1, invoice_object(s, "1", "sub_1", true, MONTH_S)), INBOX_FAILED);
    assert_int_equal(look_at(s).licenses.count, 0);
    s->fake.is_down = false;
    provider_has(s, "sub_1", "active", MONTH_S, false);
    validator_advance(s->v, 31);
    inbox = inbox_of(s);
    assert_int_equal(inbox_work_due(&inbox, &count), PL_OK);
    assert_int_equal(count, 1);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(inbox_work_due(&inbox, &count), PL_OK);
    assert_int_equal(count, 0);
    close_scene(s);
}

static void what_nobody_knows_is_404_and_what_is_another_ones_is_left_alone(void **state)
{
    scene_t *s = open_scene(state);

    fake_stripe_add(&s->fake, (fake_reply_t){"sub_404", 404, "{\"error\":{\"message\":\"No such subscription\"}}", -1, 0, false});
    assert_int_equal(send(s, "invoice.paid", 1, invoice_object(s, "2", "sub_404", true, MONTH_S)), INBOX_UNKNOWN);
    assert_int_equal(send(s, "invoice.payment_failed", 1, invoice_object(s, "2", "sub_404", false, MONTH_S)), INBOX_UNKNOWN);
    assert_int_equal(send(s, "invoice.payment_failed", 1, invoice_object(s, "1", "sub_404", false, MONTH_S)), INBOX_IGNORED);
    fake_stripe_add(
        &s->fake,
        (fake_reply_t){"sub_other", 200,
                       "{\"id\":\"sub_other\",\"status\":\"active\",\"items\":{\"data\":[{\"price\":{\"id\":\"price_2\"}}]}}", -1,
                       0, false});
    assert_int_equal(send(s, "invoice.paid", 1, invoice_object(s, "2", "sub_other", true, MONTH_S)), INBOX_IGNORED);
    assert_int_equal(send(s, "invoice.paid", 1, "{\"id\":\"in_9\",\"status\":\"paid\",\"amount_paid\":100}"), INBOX_IGNORED);
    assert_int_equal(
        send(s, "checkout.session.completed", 1, "{\"id\":\"cs_9\",\"mode\":\"payment\",\"payment_status\":\"paid\"}"),
        INBOX_IGNORED);
    assert_int_equal(
        send(s, "checkout.session.completed", 1, "{\"id\":\"cs_9\",\"mode\":\"subscription\",\"payment_status\":\"paid\"}"),
        INBOX_INVALID);
    assert_int_equal(send(s, "product.created", 1, "{\"id\":\"prod_1\"}"), INBOX_IGNORED);
    assert_null(s->answer.row);
    assert_int_equal(look_at(s).licenses.count, 0);
    close_scene(s);
}

static void who_comes_back_keeps_the_key(void **state)
{
    scene_t *s = open_scene(state);
    pl_uuid id;

    buy(s);
    id = look_at(s).licenses.items[0].license.id;
    assert_int_equal(send(s, "customer.subscription.deleted", 5, subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    assert_int_equal(mails(s, "subscription_cancelled"), 1);
    provider_has(s, "sub_2", "active", 2 * MONTH_S, false);
    assert_int_equal(send(s, "checkout.session.completed", 9, checkout_object(s, "sub_2", "Ada@Example.com", "paid")),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_true(pl_uuid_equal(look_at(s).licenses.items[0].license.id, id));
    assert_int_equal(look_at(s).licenses.items[0].license.expires_at_ms, (s->now_s + 2 * MONTH_S) * 1000);
    assert_int_equal(mails(s, "welcome"), 2);
    close_scene(s);
}

static void a_second_purchase_takes_the_place_of_the_first(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    provider_has(s, "sub_2", "active", MONTH_S, false);
    assert_int_equal(send(s, "checkout.session.completed", 9, checkout_object(s, "sub_2", "ada@example.com", "paid")),
                     INBOX_DONE);
    assert_string_equal(s->answer.result.outcome, "duplicate");
    assert_string_equal(look_at(s).row.provider_subscription, "sub_2");
    assert_int_equal(mails(s, "welcome"), 1);
    provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(send(s, "invoice.paid", 99, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    assert_string_equal(look_at(s).row.provider_subscription, "sub_2"); /* and what the other one pays is booked */
    assert_int_equal(look_at(s).payment_count, 2);
    assert_int_equal(send(s, "customer.subscription.deleted", 100, subscription_object(s, "sub_1", "canceled", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    close_scene(s);
}

/* ---- money ---- */

static void a_failed_payment_suspends_at_once_and_a_good_one_brings_it_back(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "invoice.payment_failed", 100, invoice_object(s, "2", "sub_1", false, 2 * MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(
        send(s, "customer.subscription.updated", 100, subscription_object(s, "sub_1", "past_due", 2 * MONTH_S, false)),
        INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(mails(s, "payment_failed"), 1);
    assert_int_equal(send(s, "invoice.payment_succeeded", 200, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    assert_string_equal(s->answer.result.outcome, "reactivated");
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "invoice.paid", 200, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    assert_int_equal(mails(s, "reactivated"), 1);
    assert_int_equal(mails(s, "renewal_processed"), 0);
    assert_int_equal(look_at(s).payment_count, 2);
    assert_int_equal(look_at(s).row.failures, 0);
    close_scene(s);
}

static void a_failure_that_is_told_after_the_payment_changes_nothing(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "invoice.paid", 200, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    assert_int_equal(mails(s, "renewal_processed"), 1);
    assert_int_equal(send(s, "invoice.payment_failed", 100, invoice_object(s, "2", "sub_1", false, 2 * MONTH_S)), INBOX_DONE);
    assert_int_equal(send(s, "customer.subscription.updated", 100, subscription_object(s, "sub_1", "past_due", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(mails(s, "payment_failed"), 0);
    assert_int_equal(look_at(s).row.period_end_ms, (s->now_s + 2 * MONTH_S) * 1000);
    close_scene(s);
}

static void of_one_second_the_provider_is_asked(void **state)
{
    scene_t *s = open_scene(state);
    reconcile_report_t report;
    reconcile_t order;

    buy(s);
    assert_int_equal(send(s, "customer.subscription.updated", 100, subscription_object(s, "sub_1", "active", MONTH_S, false)),
                     INBOX_DONE);
    assert_int_equal(send(s, "customer.subscription.updated", 100, subscription_object(s, "sub_1", "past_due", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(look_at(s).row.compared_at_ms, 0);
    order = (reconcile_t){.inbox = inbox_of(s), .before_ms = 1, .begun_after_ms = -1};
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.compared, 1);
    assert_int_equal(report.mended, 1);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    close_scene(s);
}

static void a_full_refund_of_the_newest_suspends_and_a_part_does_not(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "charge.refunded", 10, charge_object(s, "1", 900)), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "charge.refunded", 20, charge_object(s, "1", 2900)), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND);
    assert_int_equal(send(s, "charge.refunded", 10, charge_object(s, "1", 900)), INBOX_DONE);
    assert_int_equal(look_at(s).payments[0].refunded, 2900);
    assert_int_equal(send(s, "invoice.paid", 30, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "charge.refunded", 40, charge_object(s, "1", 2900)), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    close_scene(s);
}

static void a_dispute_suspends_until_it_is_won(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "charge.dispute.created", 10, dispute_object(s, "1", "needs_response")), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    assert_int_equal(send(s, "invoice.paid", 15, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    assert_int_equal(send(s, "charge.dispute.closed", 20, dispute_object(s, "1", "won")), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "charge.dispute.created", 10, dispute_object(s, "1", "needs_response")), INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "charge.dispute.closed", 30, dispute_object(s, "2", "lost")), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_DISPUTE);
    close_scene(s);
}

static void a_refund_may_come_before_its_payment(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/charges/ch_2", 200, "{\"id\":\"ch_2\",\"invoice\":\"in_2\",\"amount\":2900}",
                                             -1, 0, false});
    fake_stripe_add(&s->fake,
                    (fake_reply_t){"/v1/invoices/in_2", 200, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S), -1, 0, false});
    assert_int_equal(send(s, "charge.refunded", 300, charge_object(s, "2", 2900)), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND);
    assert_int_equal(send(s, "invoice.paid", 200, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_REFUND);
    assert_int_equal(look_at(s).payment_count, 2);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/charges/ch_9", 200, "{\"id\":\"ch_9\",\"amount\":100}", -1, 0, false});
    assert_int_equal(send(s, "charge.refunded", 300, charge_object(s, "9", 100)), INBOX_IGNORED);
    s->fake.is_down = true;
    assert_int_equal(send(s, "charge.dispute.created", 300, dispute_object(s, "8", "needs_response")), INBOX_FAILED);
    close_scene(s);
}

/* ---- subscriptions ---- */

static void a_cancellation_is_announced_taken_back_and_comes(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "customer.subscription.updated", 10, subscription_object(s, "sub_1", "active", MONTH_S, true)),
                     INBOX_DONE);
    assert_true(s->answer.result.is_cancellation_told);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_false(look_at(s).licenses.items[0].license.renews);
    assert_int_equal(send(s, "customer.subscription.updated", 11, subscription_object(s, "sub_1", "active", MONTH_S, true)),
                     INBOX_DONE);
    assert_false(s->answer.result.is_cancellation_told);
    assert_int_equal(send(s, "customer.subscription.updated", 20, subscription_object(s, "sub_1", "active", MONTH_S, false)),
                     INBOX_DONE);
    assert_true(s->answer.result.is_reversal_told);
    assert_true(look_at(s).licenses.items[0].license.renews);
    assert_int_equal(mails(s, "cancellation_reversed"), 1);
    assert_int_equal(send(s, "customer.subscription.updated", 30, subscription_object(s, "sub_1", "active", MONTH_S, true)),
                     INBOX_DONE);
    assert_int_equal(send(s, "customer.subscription.deleted", 40, subscription_object(s, "sub_1", "canceled", MONTH_S, true)),
                     INBOX_DONE);
    expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    assert_int_equal(mails(s, "subscription_cancelled"), 3);
    assert_int_equal(send(s, "customer.subscription.updated", 50, subscription_object(s, "sub_1", "active", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED);
    close_scene(s);
}

static void a_pause_suspends_and_its_end_resumes(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "customer.subscription.paused", 10, subscription_object(s, "sub_1", "paused", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(send(s, "customer.subscription.resumed", 20, subscription_object(s, "sub_1", "active", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(send(s, "customer.subscription.created", 0, subscription_object(s, "sub_1", "incomplete", MONTH_S, false)),
                     INBOX_DONE);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(
        send(s, "customer.subscription.trial_will_end", 30, subscription_object(s, "sub_1", "trialing", MONTH_S, false)),
        INBOX_DONE);
    assert_int_equal(mails(s, "trial_ending"), 1);
    assert_int_equal(send(s, "customer.subscription.updated", 40, subscription_object(s, "sub_9", "active", MONTH_S, false)),
                     INBOX_DONE);
    close_scene(s);
}

static void what_the_vendor_decided_stands(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    validator_change(s->v, look_at(s).licenses.items[0].license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_int_equal(send(s, "invoice.payment_failed", 10, invoice_object(s, "2", "sub_1", false, 2 * MONTH_S)), INBOX_DONE);
    assert_int_equal(send(s, "invoice.paid", 20, invoice_object(s, "2", "sub_1", true, 2 * MONTH_S)), INBOX_DONE);
    expect(s, LICENSE_SUSPENDED, PL_REASON_VENDOR);
    close_scene(s);
}

static void what_is_only_noted_changes_a_name_at_most(void **state)
{
    scene_t *s = open_scene(state);

    buy(s);
    assert_int_equal(send(s, "customer.updated", 10, "{\"id\":\"cus_1\",\"name\":\"Countess\",\"email\":\"eve@example.com\"}"),
                     INBOX_DONE);
    assert_string_equal(look_at(s).licenses.items[0].customer.name, "Countess");
    assert_string_equal(look_at(s).licenses.items[0].customer.email, "ada@example.com");
    assert_int_equal(send(s, "payment_method.attached", 10, "{\"id\":\"pm_1\",\"customer\":\"cus_1\"}"), INBOX_DONE);
    assert_int_equal(send(s, "setup_intent.succeeded", 10, "{\"id\":\"seti_1\",\"customer\":\"cus_9\"}"), INBOX_DONE);
    assert_true(s->answer.row->is_note);
    close_scene(s);
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
    scene_t *s = open_scene(state);
    int lines = 0;
    reconcile_report_t report;
    reconcile_t order = {.inbox = inbox_of(s), .is_dry_run = true, .before_ms = INT64_MAX, .tell = count_line, .context = &lines};

    provider_has(s, "sub_1", "active", MONTH_S, false);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/subscriptions?", 200,
                                             pl_arena_format(&s->v->arena, "{\"data\":[%s],\"has_more\":false}",
                                                             subscription_object(s, "sub_1", "active", MONTH_S, false)),
                                             -1, 0, false});
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/events?", 200, "{\"data\":[],\"has_more\":false}", -1, 0, false});
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.found, 1);
    assert_int_equal(lines, 1);
    assert_int_equal(look_at(s).licenses.count, 0);
    order.is_dry_run = false;
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
    assert_int_equal(look_at(s).payment_count, 1);
    assert_int_equal(mails(s, "welcome"), 1);
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.found, 0);
    close_scene(s);
}

static void a_lost_cancellation_and_events_nobody_took_are_mended(void **state)
{
    scene_t *s = open_scene(state);
    reconcile_report_t report;
    reconcile_t order;

    buy(s);
    validator_advance(s->v, 3600);
    provider_has(s, "sub_1", "active", MONTH_S, true);
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/subscriptions?", 200, "{\"data\":[],\"has_more\":false}", -1, 0, false});
    fake_stripe_add(&s->fake, (fake_reply_t){"/v1/events?", 200,
                                             pl_arena_format(&s->v->arena, "{\"data\":[%s],\"has_more\":false}",
                                                             event_text(s, "evt_lost", "invoice.paid", s->now_s + 9,
                                                                        invoice_object(s, "2", "sub_1", true, 2 * MONTH_S))),
                                             -1, 0, false});
    order = (reconcile_t){.inbox = inbox_of(s), .before_ms = INT64_MAX};
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.mended, 1);
    assert_int_equal(report.events, 1);
    assert_true(look_at(s).row.ends_with_period);
    assert_int_equal(look_at(s).payment_count, 2);
    assert_int_equal(reconcile_brand(&order, &report), PL_OK);
    assert_int_equal(report.mended + report.events, 0);
    s->fake.is_down = true;
    assert_int_equal(reconcile_brand(&order, &report), PL_ERR_PAYMENTS_DOWN);
    close_scene(s);
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
        TEST(a_second_purchase_takes_the_place_of_the_first),
        TEST(a_failed_payment_suspends_at_once_and_a_good_one_brings_it_back),
        TEST(a_failure_that_is_told_after_the_payment_changes_nothing),
        TEST(of_one_second_the_provider_is_asked),
        TEST(a_full_refund_of_the_newest_suspends_and_a_part_does_not),
        TEST(a_dispute_suspends_until_it_is_won),
        TEST(a_refund_may_come_before_its_payment),
        TEST(a_cancellation_is_announced_taken_back_and_comes),
        TEST(a_pause_suspends_and_its_end_resumes),
        TEST(what_the_vendor_decided_stands),
        TEST(what_is_only_noted_changes_a_name_at_most),
        TEST(a_lost_purchase_is_found_and_a_dry_run_writes_nothing),
        TEST(a_lost_cancellation_and_events_nobody_took_are_mended),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
