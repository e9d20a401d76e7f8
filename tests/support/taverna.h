/* SPDX-License-Identifier: Apache-2.0
 *
 * A brand that is paid through a provider in memory: events are sent into its inbox, and what became of license, books and mail is looked at.
 */
#ifndef TESTS_SUPPORT_TAVERNA_H
#define TESTS_SUPPORT_TAVERNA_H

#include "billing/inbox.h"
#include "billing/reconcile.h"
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
} taverna_t;

typedef struct {
    taverna_t *s;
    license_list_t licenses;
    payment_t *payments;
    size_t payment_count;
    subscription_t row;
    int64_t mails;
    const char *template;
} taverna_look_t;

void taverna_close_scene(taverna_t *s);
/* state: a validator's, by validator_set_up. */
taverna_t *taverna_open_scene(void **state);
inbox_t taverna_inbox_of(taverna_t *s);
inbox_verdict taverna_send_text(taverna_t *s, const char *text);
const char *taverna_event_text(taverna_t *s, const char *id, const char *type, int64_t created_s, const char *object);
/* An event made so many seconds after the scene began. */
inbox_verdict taverna_send(taverna_t *s, const char *type, int64_t at_s, const char *object);
const char *taverna_checkout_object(taverna_t *s, const char *subscription, const char *email, const char *status);
const char *taverna_subscription_object(taverna_t *s, const char *id, const char *status, int64_t end_s, bool ends);
const char *taverna_invoice_object(taverna_t *s, const char *id, const char *subscription, bool is_paid, int64_t end_s);
const char *taverna_charge_object(taverna_t *s, const char *invoice, int refunded);
const char *taverna_dispute_object(taverna_t *s, const char *invoice, const char *status);
/* In place of all it had. */
void taverna_provider_has(taverna_t *s, const char *id, const char *status, int64_t end_s, bool ends);
taverna_look_t taverna_look_at(taverna_t *s);
/* How many of a template were ordered. */
int64_t taverna_mails(taverna_t *s, const char *template);
/* There is one license, and it is so. */
void taverna_expect(taverna_t *s, license_status status, pl_reason reason);
/* A purchase and its first invoice. */
void taverna_buy(taverna_t *s);

#endif
