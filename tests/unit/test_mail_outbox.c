/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the outbox over days: leases, retries, ends, limits of a recipient, what is wiped, what can be sent again; no network.
 */
#include "mail/outbox.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/settings.h"
#include "support/validator.h"

enum { HOUR = 3600, DAY = 86400, LEASE_S = 60 };

static const outbox_rules_t rules = {30000, LEASE_S * 1000};

typedef struct {
    validator *v;
    mail_order_t order;
    bool is_new;
    setting_name name;
    const char *value;
    mail_page_t page;
    mail_t *list;
    mail_attempt_t *attempts;
    size_t count;
    pl_uuid again;
    mail_queue_t queue;
} job;

static pl_err set(void *context, tx_t *tx)
{
    job *j = context;

    return setting_write(tx, validator_keyring(j->v), j->v->made.brand_id, j->name, j->value);
}

static void set_value(validator *v, setting_name name, const char *value)
{
    job j = {.v = v, .name = name, .value = value};

    assert_int_equal(validator_do(v, set, &j), PL_OK);
}

static pl_err post(void *context, tx_t *tx)
{
    job *j = context;

    return mail_order(tx, validator_keyring(j->v), &j->order, &j->is_new);
}

static void order_to(validator *v, mail_template template, const char *recipient, int number)
{
    const mail_value_t values[] = {{"license_key", "ABCD-1234"}, {"code", "123456"}, {"minutes", "15"}};
    char purpose[32];
    job j = {.v = v,
             .order = {.brand_id = v->made.brand_id,
                       .template = template,
                       .purpose = purpose,
                       .recipient = recipient,
                       .values = values,
                       .count = 3}};

    snprintf(purpose, sizeof purpose, "%d", number);
    if (template == MAIL_VERIFICATION_CODE)
        j.order.expires_at_ms = instance_now_ms(v->instance) + 15 * 60 * 1000;
    assert_int_equal(validator_do(v, post, &j), PL_OK);
}

static tx_t about(validator *v)
{
    return (tx_t){.arena = &v->arena, .now_ms = instance_now_ms(v->instance), .actor = "server"};
}

static pl_err take(validator *v, letter_t *letter)
{
    const tx_t a = about(v);

    return outbox_take(instance_store(v->instance), &a, validator_keyring(v), &rules, letter);
}

static mail_state settle(validator *v, const letter_t *letter, carrier_outcome outcome)
{
    carrier_result_t result = {.outcome = outcome, .answer = "hm"};
    const outbox_outcome_t what = {letter, &result, instance_now_ms(v->instance)};
    const tx_t a = about(v);
    mail_state became;

    assert_int_equal(outbox_settle(instance_store(v->instance), &a, &rules, &what, &became), PL_OK);
    return became;
}

static pl_err look(void *context, tx_t *tx)
{
    job *j = context;
    pl_err err = mails_list(tx, &j->page, &j->list, &j->count);

    return err ? err : mails_measure(tx, &j->queue);
}

/* The newest first. */
static job listed(validator *v)
{
    job j = {.v = v, .page = {.brand_id = v->made.brand_id, .limit = 100}};

    assert_int_equal(instance_read(v->instance, &v->arena, look, &j), PL_OK);
    return j;
}

static pl_err look_at_attempts(void *context, tx_t *tx)
{
    job *j = context;

    return mails_attempts(tx, j->list, &j->attempts, &j->count);
}

static job attempts_of(validator *v, mail_t *mail)
{
    job j = {.v = v, .list = mail};

    assert_int_equal(instance_read(v->instance, &v->arena, look_at_attempts, &j), PL_OK);
    return j;
}

static pl_err sweep(void *context, tx_t *tx)
{
    (void)context;
    return mails_sweep(tx);
}

static pl_err resend(void *context, tx_t *tx)
{
    job *j = context;

    return mail_resend(tx, validator_keyring(j->v), j->list, &j->again);
}

static int set_up(void **state)
{
    int failed = validator_set_up(state);

    if (!failed)
        set_value(*state, SETTING_MAIL_FROM, "Acme <hello@acme.example>");
    return failed;
}

/* ---- sending ---- */

static void mail_is_taken_once_and_carries_its_content(void **state)
{
    validator *v = *state;
    letter_t letter, other;
    message_t message;
    const letter_options_t how = {.now_ms = VALIDATOR_NOW_MS};

    set_value(v, SETTING_SUPPORT_EMAIL, "help@acme.example");
    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    assert_int_equal(listed(v).queue.waiting, 1);
    assert_int_equal(take(v, &letter), PL_OK);
    assert_true(outbox_is_taken(&letter, instance_now_ms(v->instance)));
    assert_int_equal(take(v, &other), PL_ERR_NOT_FOUND);
    assert_int_equal(letter_write(&v->arena, &letter, &how, &message), PL_OK);
    assert_non_null(strstr(message.text, "ABCD-1234"));
    assert_non_null(strstr(message.html, "help@acme.example"));
    assert_string_equal(message.from.address, "hello@acme.example");
    assert_null(message.unsubscribe);
    assert_int_equal(settle(v, &letter, CARRIED), MAIL_SENT);
    assert_int_equal(take(v, &other), PL_ERR_NOT_FOUND);
    assert_int_equal(listed(v).list->state, MAIL_SENT);
    assert_null(listed(v).list->error);
    assert_int_equal(listed(v).queue.waiting, 0);
    assert_int_equal(attempts_of(v, listed(v).list).count, 1);
}

static void mail_of_a_brand_without_sender_waits_for_ever(void **state)
{
    validator *v = *state;
    letter_t letter;

    set_value(v, SETTING_MAIL_FROM, NULL);
    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    validator_advance(v, 30 * DAY);
    assert_int_equal(take(v, &letter), PL_ERR_NOT_FOUND);
    assert_int_equal(validator_do(v, sweep, NULL), PL_OK);
    set_value(v, SETTING_MAIL_FROM, "hello@acme.example");
    assert_int_equal(take(v, &letter), PL_OK);
    assert_true(outbox_is_taken(&letter, instance_now_ms(v->instance)));
    assert_int_equal(settle(v, &letter, CARRIED), MAIL_SENT);
}

static void who_dies_leaves_the_mail_to_others(void **state)
{
    validator *v = *state;
    letter_t letter, again;

    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    assert_int_equal(take(v, &letter), PL_OK);
    validator_advance(v, LEASE_S - 1);
    assert_int_equal(take(v, &again), PL_ERR_NOT_FOUND);
    validator_advance(v, 2);
    assert_int_equal(take(v, &again), PL_OK);
    assert_true(pl_uuid_equal(letter.mail.id, again.mail.id));
    assert_int_equal(again.mail.attempts, 2);
    /* the first lives after all: a failure of its is of no use any more, what it sent is sent */
    (void)settle(v, &letter, REFUSED);
    assert_int_equal(listed(v).list->state, MAIL_WAITING);
    assert_int_equal(settle(v, &letter, CARRIED), MAIL_SENT);
    (void)settle(v, &again, DEFERRED);
    assert_int_equal(listed(v).list->state, MAIL_SENT);
}

static void a_refusal_is_final(void **state)
{
    validator *v = *state;
    letter_t letter;

    order_to(v, MAIL_WELCOME, "nobody@example.com", 1);
    assert_int_equal(take(v, &letter), PL_OK);
    assert_int_equal(settle(v, &letter, REFUSED), MAIL_FAILED);
    validator_advance(v, 3 * DAY);
    assert_int_equal(take(v, &letter), PL_ERR_NOT_FOUND);
    assert_string_equal(listed(v).list->error, "hm");
}

static void failures_are_tried_for_two_days(void **state)
{
    validator *v = *state;
    mail_state became = MAIL_WAITING;
    letter_t letter;
    int attempts = 0;
    int64_t began;

    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    validator_advance(v, 5 * DAY); /* no mail server was set all the while */
    began = instance_now_ms(v->instance);
    while (became == MAIL_WAITING) {
        pl_err err = take(v, &letter);

        assert_true(err == PL_OK || err == PL_ERR_NOT_FOUND);
        if (!err) {
            became = settle(v, &letter, attempts % 2 ? DEFERRED : DOWN);
            attempts++;
        }
        validator_advance(v, 30);
    }
    assert_int_equal(became, MAIL_FAILED);
    assert_in_range(attempts, 15, 30);
    assert_in_range((instance_now_ms(v->instance) - began) / 1000 / HOUR, 43, 48);
    assert_int_equal(attempts_of(v, listed(v).list).count, attempts);
}

static void a_code_is_not_sent_after_its_end(void **state)
{
    validator *v = *state;
    letter_t letter;

    order_to(v, MAIL_VERIFICATION_CODE, "ada@example.com", 1);
    validator_advance(v, 15 * 60);
    assert_int_equal(take(v, &letter), PL_OK);
    assert_false(outbox_is_taken(&letter, instance_now_ms(v->instance)));
    assert_int_equal(listed(v).list->state, MAIL_FAILED);
    assert_int_equal(listed(v).list->content.size, 0);
    /* where nobody sends, the sweep does it */
    order_to(v, MAIL_VERIFICATION_CODE, "ada@example.com", 2);
    validator_advance(v, 16 * 60);
    assert_int_equal(validator_do(v, sweep, NULL), PL_OK);
    assert_int_equal(listed(v).list->state, MAIL_FAILED);
    assert_int_equal(listed(v).list->content.size, 0);
}

/* ---- limits ---- */

/* All that can be sent now is. */
static int send_all(validator *v)
{
    letter_t letter;
    int sent = 0;

    while (take(v, &letter) == PL_OK)
        if (outbox_is_taken(&letter, instance_now_ms(v->instance)))
            sent += settle(v, &letter, CARRIED) == MAIL_SENT;
    return sent;
}

static void money_waits_and_codes_are_dropped_above_the_limit(void **state)
{
    validator *v = *state;

    for (int i = 0; i < MAIL_PER_HOUR; i++)
        order_to(v, MAIL_PAYMENT_FAILED, i % 2 ? "ADA@example.com" : "ada@example.com", i);
    assert_int_equal(send_all(v), MAIL_PER_HOUR);
    order_to(v, MAIL_LICENSE_RECOVERY, "ada@Example.com", 1);
    order_to(v, MAIL_VERIFICATION_CODE, "ada@example.com", 1);
    order_to(v, MAIL_WELCOME, "eve@example.com", 1);
    assert_int_equal(send_all(v), 1); /* Eve's */
    assert_int_equal(listed(v).list[0].state, MAIL_SENT);
    assert_int_equal(listed(v).list[1].state, MAIL_SUPPRESSED);
    assert_int_equal(listed(v).list[1].content.size, 0);
    assert_int_equal(listed(v).list[2].state, MAIL_WAITING);
    assert_int_equal(listed(v).list[2].attempts, 0);
    validator_advance(v, HOUR + 1);
    assert_int_equal(send_all(v), 1);
    assert_int_equal(listed(v).list[2].state, MAIL_SENT);
}

/* Anybody may have codes mailed to her. */
static void codes_hold_back_no_mail_about_money(void **state)
{
    validator *v = *state;

    for (int i = 0; i < MAIL_PER_HOUR + 3; i++)
        order_to(v, MAIL_VERIFICATION_CODE, "ada@example.com", i);
    assert_int_equal(send_all(v), MAIL_PER_HOUR);
    order_to(v, MAIL_PAYMENT_FAILED, "ada@example.com", 1);
    assert_int_equal(send_all(v), 1);
}

static void no_one_gets_more_than_twenty_a_day(void **state)
{
    validator *v = *state;
    int sent = 0;

    for (int i = 0; i < 40; i++)
        order_to(v, MAIL_PAYMENT_FAILED, "ada@example.com", i);
    for (int hour = 0; hour < 23; hour++) {
        sent += send_all(v);
        assert_true(sent <= MAIL_PER_DAY);
        validator_advance(v, HOUR);
    }
    assert_int_equal(sent, MAIL_PER_DAY);
    for (int hour = 0; hour < 24; hour++) {
        sent += send_all(v);
        validator_advance(v, HOUR);
    }
    assert_int_equal(sent, 40);
}

static void the_brands_own_address_has_no_limit(void **state)
{
    validator *v = *state;

    set_value(v, SETTING_SUPPORT_EMAIL, "help@acme.example");
    for (int i = 0; i < 3 * MAIL_PER_DAY; i++)
        order_to(v, MAIL_WEBHOOK_DISABLED, "Help@acme.example", i);
    assert_int_equal(send_all(v), 3 * MAIL_PER_DAY);
}

/* ---- afterwards ---- */

static void content_is_kept_for_thirty_days_and_that_of_codes_not_at_all(void **state)
{
    validator *v = *state;

    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    order_to(v, MAIL_VERIFICATION_CODE, "ada@example.com", 1);
    assert_int_equal(send_all(v), 2);
    assert_int_equal(listed(v).list[0].content.size, 0);
    assert_int_not_equal(listed(v).list[1].content.size, 0);
    validator_advance(v, 29 * DAY);
    assert_int_equal(validator_do(v, sweep, NULL), PL_OK);
    assert_int_not_equal(listed(v).list[1].content.size, 0);
    validator_advance(v, DAY);
    assert_int_equal(validator_do(v, sweep, NULL), PL_OK);
    assert_int_equal(listed(v).list[1].content.size, 0);
}

static void mail_is_sent_again_as_another(void **state)
{
    validator *v = *state;
    message_t message;
    const letter_options_t how = {.now_ms = VALIDATOR_NOW_MS};
    letter_t letter;
    job j = {.v = v};

    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    assert_int_equal(send_all(v), 1);
    j.list = listed(v).list;
    assert_int_equal(validator_do(v, resend, &j), PL_OK);
    assert_false(pl_uuid_equal(j.again, j.list->id));
    assert_int_equal(take(v, &letter), PL_OK);
    assert_true(pl_uuid_equal(letter.mail.id, j.again));
    assert_int_equal(letter_write(&v->arena, &letter, &how, &message), PL_OK);
    assert_non_null(strstr(message.text, "ABCD-1234"));
    assert_int_equal(validator_do(v, resend, &(job){.v = v, .list = &letter.mail}), PL_ERR_STATE); /* it is under way */
    assert_int_equal(settle(v, &letter, DEFERRED), MAIL_WAITING);
    assert_int_equal(take(v, &letter), PL_ERR_NOT_FOUND);
    j.list = listed(v).list;
    assert_int_equal(validator_do(v, resend, &j), PL_OK); /* it waits: at once */
    assert_true(pl_uuid_equal(j.again, j.list->id));
    assert_int_equal(take(v, &letter), PL_OK);
    order_to(v, MAIL_VERIFICATION_CODE, "eve@example.com", 1);
    assert_int_equal(send_all(v), 1);
    j.list = listed(v).list;
    assert_int_equal(validator_do(v, resend, &j), PL_ERR_STATE); /* a code is never sent twice */
}

static void a_brands_content_opens_for_no_other_mail(void **state)
{
    validator *v = *state;
    mail_t *list;
    letter_t letter;
    pl_span json;
    tx_t tx = about(v);

    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    order_to(v, MAIL_WELCOME, "eve@example.com", 2);
    list = listed(v).list;
    assert_int_equal(mail_content(&tx, validator_keyring(v), &list[0], &json), PL_OK);
    list[0].content = list[1].content;
    assert_int_not_equal(mail_content(&tx, validator_keyring(v), &list[0], &json), PL_OK);
    assert_int_equal(take(v, &letter), PL_OK);
}

static void one_that_cannot_be_opened_is_in_nobodys_way(void **state)
{
    validator *v = *state;
    letter_t letter;

    order_to(v, MAIL_WELCOME, "ada@example.com", 1);
    order_to(v, MAIL_WELCOME, "eve@example.com", 2);
    assert_int_equal(pl_db_script(store_db(instance_store(v->instance)),
                                  "UPDATE mail SET content = (SELECT m.content FROM mail m WHERE m.recipient = 'eve@example.com')"
                                  " WHERE recipient = 'ada@example.com'"),
                     PL_OK);
    for (int i = 0; i < 2; i++)
        if (take(v, &letter) == PL_OK && outbox_is_taken(&letter, instance_now_ms(v->instance)))
            assert_int_equal(settle(v, &letter, CARRIED), MAIL_SENT);
    assert_int_equal(listed(v).list[0].state, MAIL_SENT);
    assert_int_equal(listed(v).list[1].state, MAIL_FAILED);
    assert_non_null(strstr(listed(v).list[1].error, "opened"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mail_is_taken_once_and_carries_its_content, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(mail_of_a_brand_without_sender_waits_for_ever, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(who_dies_leaves_the_mail_to_others, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_is_final, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(failures_are_tried_for_two_days, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_code_is_not_sent_after_its_end, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(money_waits_and_codes_are_dropped_above_the_limit, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(codes_hold_back_no_mail_about_money, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(no_one_gets_more_than_twenty_a_day, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(the_brands_own_address_has_no_limit, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(content_is_kept_for_thirty_days_and_that_of_codes_not_at_all, set_up,
                                        validator_tear_down),
        cmocka_unit_test_setup_teardown(mail_is_sent_again_as_another, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(one_that_cannot_be_opened_is_in_nobodys_way, set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_brands_content_opens_for_no_other_mail, set_up, validator_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
