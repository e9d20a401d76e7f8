/* SPDX-License-Identifier: Apache-2.0
 *
 * The taverna's purchases, payments and quarrels.
 */
#include "support/taverna.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/settings.h"

/* ---- the scene ---- */

static pl_err work_settings(void *context, tx_t *tx)
{
    const taverna_t *s = context;
    const keyring_t *keyring = validator_keyring(s->v);
    pl_err err;

    if ((err = setting_write(tx, keyring, s->v->made.brand_id, SETTING_STRIPE_SECRET_KEY, "sk_test_1234567")) ||
        (err = setting_write(tx, keyring, s->v->made.brand_id, SETTING_SUPPORT_EMAIL, "help@example.com")))
        return err;
    return setting_write(tx, keyring, s->v->made.brand_id, SETTING_STRIPE_PRICE, "price_1");
}

void taverna_close_scene(taverna_t *s)
{
    billing_free(s->billing);
    assert_int_equal(s->fake.lines, 0);
    test_free(s);
}

taverna_t *taverna_open_scene(void **state)
{
    taverna_t *s = test_calloc(1, sizeof *s);
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

inbox_t taverna_inbox_of(taverna_t *s)
{
    s->about = (tx_t){.arena = &s->v->arena, .now_ms = instance_now_ms(s->v->instance), .actor = "stripe"};
    return (inbox_t){
        s->billing, instance_store(s->v->instance), &s->about, {s->v->made.brand_id, s->v->product.id, validator_keyring(s->v)}};
}

inbox_verdict taverna_send_text(taverna_t *s, const char *text)
{
    const inbox_t inbox = taverna_inbox_of(s);

    assert_int_equal(inbox_take(&inbox, pl_span_text(text), &s->answer), PL_OK);
    return s->answer.verdict;
}

const char *taverna_event_text(taverna_t *s, const char *id, const char *type, int64_t created_s, const char *object)
{
    return pl_arena_format(
        &s->v->arena, "{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"created\":%" PRId64 ",\"data\":{\"object\":%s}}", id,
        type, created_s, object);
}

inbox_verdict taverna_send(taverna_t *s, const char *type, int64_t at_s, const char *object)
{
    const char *id = pl_arena_format(&s->v->arena, "evt_%d", ++s->events);

    return taverna_send_text(s, taverna_event_text(s, id, type, s->now_s + at_s, object));
}

/* ---- objects ---- */

const char *taverna_checkout_object(taverna_t *s, const char *subscription, const char *email, const char *status)
{
    char brand[PL_UUID_TEXT_SIZE];

    pl_uuid_format(s->v->made.brand_id, brand);
    return pl_arena_format(
        &s->v->arena,
        "{\"id\":\"cs_%s\",\"mode\":\"subscription\",\"customer\":\"cus_1\",\"subscription\":\"%s\",\"payment_status\":\"%s\","
        "\"customer_details\":{\"email\":\"%s\",\"name\":\"Ada\"},\"currency\":\"eur\",\"amount_total\":2900,"
        "\"metadata\":{\"pospal_brand\":\"%s\"}}",
        subscription, subscription, status, email, brand);
}

const char *taverna_subscription_object(taverna_t *s, const char *id, const char *status, int64_t end_s, bool ends)
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

const char *taverna_invoice_object(taverna_t *s, const char *id, const char *subscription, bool is_paid, int64_t end_s)
{
    return pl_arena_format(&s->v->arena,
                           "{\"id\":\"in_%s\",\"customer\":\"cus_1\",\"subscription\":\"%s\",\"status\":\"%s\",\"amount_paid\":%"
                           "d,\"amount_due\":2900,"
                           "\"currency\":\"eur\",\"charge\":\"ch_%s\",\"billing_reason\":\"%s\",\"attempt_count\":1,"
                           "\"lines\":{\"data\":[{\"period\":{\"start\":%" PRId64 ",\"end\":%" PRId64 "}}]}}",
                           id, subscription, is_paid ? "paid" : "open", is_paid ? 2900 : 0, id,
                           strcmp(id, "1") == 0 ? "subscription_create" : "subscription_cycle", s->now_s, s->now_s + end_s);
}

const char *taverna_charge_object(taverna_t *s, const char *invoice, int refunded)
{
    return pl_arena_format(
        &s->v->arena, "{\"id\":\"ch_%s\",\"customer\":\"cus_1\",\"amount\":2900,\"amount_refunded\":%d,\"currency\":\"eur\"}",
        invoice, refunded);
}

const char *taverna_dispute_object(taverna_t *s, const char *invoice, const char *status)
{
    return pl_arena_format(&s->v->arena, "{\"id\":\"dp_1\",\"charge\":\"ch_%s\",\"status\":\"%s\",\"amount\":2900}", invoice,
                           status);
}

void taverna_provider_has(taverna_t *s, const char *id, const char *status, int64_t end_s, bool ends)
{
    s->fake.count = 0;
    fake_stripe_add(&s->fake, (fake_reply_t){pl_arena_format(&s->v->arena, "/v1/subscriptions/%s", id), 200,
                                             taverna_subscription_object(s, id, status, end_s, ends), -1, 0, false});
}

/* ---- what is seen ---- */

static pl_err work_look(void *context, tx_t *tx)
{
    taverna_look_t *look = context;
    const license_filter_t filter = {.brand_id = look->s->v->made.brand_id, .email = "ada@example.com"};
    pl_err err = admin_license_list(tx, &filter, &look->licenses);

    if (err || !look->licenses.count)
        return err;
    if ((err = subscriptions_find_by_license(tx, filter.brand_id, look->licenses.items[0].license.id, &look->row)))
        return err;
    return payments_list_by_license(tx, filter.brand_id, look->licenses.items[0].license.id, &look->payments,
                                    &look->payment_count);
}

taverna_look_t taverna_look_at(taverna_t *s)
{
    taverna_look_t look = {.s = s};

    assert_int_equal(instance_read(s->v->instance, &s->v->arena, work_look, &look), PL_OK);
    return look;
}

int64_t taverna_mails(taverna_t *s, const char *template)
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

void taverna_expect(taverna_t *s, license_status status, pl_reason reason)
{
    taverna_look_t look = taverna_look_at(s);

    assert_int_equal(look.licenses.count, 1);
    assert_int_equal(look.licenses.items[0].status, status);
    assert_int_equal(look.licenses.items[0].reason, reason);
}

void taverna_buy(taverna_t *s)
{
    taverna_provider_has(s, "sub_1", "active", MONTH_S, false);
    assert_int_equal(
        taverna_send(s, "checkout.session.completed", 1, taverna_checkout_object(s, "sub_1", "ada@example.com", "paid")),
        INBOX_DONE);
    assert_int_equal(taverna_send(s, "invoice.paid", 1, taverna_invoice_object(s, "1", "sub_1", true, MONTH_S)), INBOX_DONE);
    taverna_expect(s, LICENSE_ACTIVE, PL_REASON_NONE);
}
