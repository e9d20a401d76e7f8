/* SPDX-License-Identifier: Apache-2.0
 *
 * Terms of subscriptions.
 */
#include "billing/terms.h"

#include "licensing/admin_licenses.h"

#include <string.h>

news_age terms_age(const subscription_t *row, int64_t told_at_ms)
{
    if (told_at_ms < row->told_at_ms || told_at_ms + TERMS_SKEW_MS < row->compared_at_ms)
        return NEWS_OLDER;
    return told_at_ms == row->told_at_ms ? NEWS_SAME : NEWS_NEWER;
}

subscription_state terms_state(const char *status)
{
    static const struct {
        const char *word;
        subscription_state state;
    } words[] = {
        {"active", SUBSCRIPTION_ACTIVE},         {"trialing", SUBSCRIPTION_TRIALING},
        {"past_due", SUBSCRIPTION_PAST_DUE},     {"unpaid", SUBSCRIPTION_PAST_DUE},
        {"paused", SUBSCRIPTION_PAUSED},         {"canceled", SUBSCRIPTION_CANCELLED},
        {"incomplete", SUBSCRIPTION_INCOMPLETE}, {"incomplete_expired", SUBSCRIPTION_INCOMPLETE},
    };

    for (size_t i = 0; status && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(status, words[i].word) == 0)
            return words[i].state;
    return (subscription_state)0;
}

bool terms_are_live(const subscription_t *row)
{
    return row->state == SUBSCRIPTION_ACTIVE || row->state == SUBSCRIPTION_TRIALING;
}

void terms_take(subscription_t *row, const stripe_subscription_t *told)
{
    subscription_state state = terms_state(told->status);

    if (state)
        row->state = state;
    if (terms_are_live(row))
        row->failures = 0;
    row->provider_subscription = told->id;
    if (told->customer)
        row->provider_customer = told->customer;
    if (told->begun_at_ms)
        row->begun_at_ms = told->begun_at_ms;
    row->ends_with_period = told->ends_with_period;
    if (told->period_end_ms) {
        row->period_start_ms = told->period_start_ms;
        row->period_end_ms = told->period_end_ms;
    }
    row->next_billing_at_ms = row->ends_with_period || row->state == SUBSCRIPTION_CANCELLED ? 0 : row->period_end_ms;
    if (told->amount >= 0)
        row->amount = told->amount;
    if (told->currency)
        row->currency = told->currency;
}

pl_err terms_apply(tx_t *tx, license_t *license, const subscription_t *row)
{
    bool renews = !row->ends_with_period && row->state != SUBSCRIPTION_CANCELLED;

    if (license_status_at(license, tx->now_ms) == LICENSE_CANCELLED || row->period_end_ms <= tx->now_ms ||
        (license->expires_at_ms == row->period_end_ms && license->renews == renews))
        return PL_OK;
    license->renews = renews;
    return admin_license_renew(tx, license, row->period_end_ms);
}
