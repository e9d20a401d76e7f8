/* SPDX-License-Identifier: Apache-2.0
 *
 * The standing of a license.
 */
#include "billing/standing.h"

#include "billing/attention.h"
#include "billing/terms.h"
#include "licensing/admin_licenses.h"

#include <string.h>

/* What each state of a subscription comes to, before its payments are looked at. */
static const standing_t by_state[] = {
    [SUBSCRIPTION_NONE] = {(license_status)0, PL_REASON_NONE},
    [SUBSCRIPTION_ACTIVE] = {LICENSE_ACTIVE, PL_REASON_NONE},
    [SUBSCRIPTION_TRIALING] = {LICENSE_ACTIVE, PL_REASON_NONE},
    [SUBSCRIPTION_PAST_DUE] = {LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED},
    [SUBSCRIPTION_PAUSED] = {LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED},
    [SUBSCRIPTION_CANCELLED] = {LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED},
    [SUBSCRIPTION_INCOMPLETE] = {LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED},
};

static bool is_of(const payment_t *payment, const subscription_t *row)
{
    return payment->provider_subscription && row->provider_subscription &&
           strcmp(payment->provider_subscription, row->provider_subscription) == 0;
}

/* The newest one that money moved for says whether it stayed; an open dispute counts whichever it is about. */
static standing_t by_payments(const subscription_t *row, const payment_t *payments, size_t count)
{
    const payment_t *newest = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!is_of(&payments[i], row))
            continue;
        if (payments[i].state == PAYMENT_DISPUTED)
            return (standing_t){LICENSE_SUSPENDED, PL_REASON_DISPUTE};
        if (!newest && payments[i].state != PAYMENT_FAILED && payments[i].amount > 0)
            newest = &payments[i];
    }
    if (newest && newest->state == PAYMENT_LOST)
        return (standing_t){LICENSE_SUSPENDED, PL_REASON_DISPUTE};
    if (newest && newest->state == PAYMENT_REFUNDED)
        return (standing_t){LICENSE_SUSPENDED, PL_REASON_REFUND};
    return (standing_t){LICENSE_ACTIVE, PL_REASON_NONE};
}

standing_t standing_of(const subscription_t *row, const payment_t *payments, size_t count)
{
    return by_state[row->state].status == LICENSE_ACTIVE ? by_payments(row, payments, count) : by_state[row->state];
}

/* ---- which of several ---- */

typedef struct {
    payment_t *list; /* of the license, the newest first */
    size_t count;
} paid_t;

static bool serves_now(const tx_t *tx, const subscription_t *row, const paid_t *paid)
{
    return standing_of(row, paid->list, paid->count).status == LICENSE_ACTIVE &&
           (!row->period_end_ms || row->period_end_ms > tx->now_ms);
}

pl_err standing_serves(tx_t *tx, const subscription_t *row, bool *serves)
{
    paid_t paid;
    pl_err err = payments_list_by_license(tx, row->brand_id, row->license_id, &paid.list, &paid.count);

    *serves = !err && serves_now(tx, row, &paid);
    return err;
}

/* *row becomes the other, which is what the license is paid for by from now on. */
static pl_err replace(tx_t *tx, subscription_t *row, subscription_t *by)
{
    const audit_t entry = {.brand_id = row->brand_id, .action = AUDIT_SUBSCRIPTION_BEGUN, .target = row->license_id};
    const billing_word_t words[] = {{"subscription", by->provider_subscription}, {"was", row->provider_subscription}};
    pl_err err;

    row->is_beside = true;
    by->is_beside = false;
    if ((err = subscriptions_change(tx, row)) || (err = subscriptions_change(tx, by)))
        return err;
    *row = *by;
    return billing_audit(tx, &entry, words, sizeof(words) / sizeof(words[0]));
}

static pl_err choose(tx_t *tx, const paid_t *paid, subscription_t *row)
{
    subscription_t *beside;
    size_t count;
    pl_err err;

    if (serves_now(tx, row, paid))
        return PL_OK;
    if ((err = subscriptions_list_beside(tx, row->brand_id, row->license_id, &beside, &count)))
        return err;
    for (size_t i = 0; i < count; i++)
        if (serves_now(tx, &beside[i], paid))
            return replace(tx, row, &beside[i]);
    return PL_OK;
}

/* ---- the license ---- */

bool standing_is_ours(const license_t *license, int64_t now_ms)
{
    switch ((int)license_reason_at(license, now_ms)) {
    case PL_REASON_PAYMENT_FAILED:
    case PL_REASON_REFUND:
    case PL_REASON_DISPUTE:
    case PL_REASON_LICENSE_ENDED:
        return true;
    default:
        return license_status_at(license, now_ms) == LICENSE_ACTIVE;
    }
}

static pl_err change(tx_t *tx, const keyring_t *keyring, license_t *license, standing_t to)
{
    license_status now = license_status_at(license, tx->now_ms);
    const license_cause_t cause = {.reason = to.status == LICENSE_ACTIVE ? PL_REASON_NONE : to.reason};

    switch (to.status) {
    case LICENSE_ACTIVE:
        if (now == LICENSE_CANCELLED)
            return admin_license_reactivate(tx, keyring, license, &cause);
        return admin_license_change(tx, license, LICENSE_RESUME, &cause);
    case LICENSE_SUSPENDED:
        return admin_license_change(tx, license, LICENSE_SUSPEND, &cause);
    case LICENSE_CANCELLED:
        break;
    }
    return admin_license_change(tx, license, LICENSE_CANCEL, &cause);
}

static pl_err judge(tx_t *tx, const standing_order_t *order, license_t *license, standing_t to, bool *changed)
{
    license_status now = license_status_at(license, tx->now_ms);

    if (!to.status || (to.status == now && (now == LICENSE_ACTIVE || license->reason == to.reason)) ||
        (!standing_is_ours(license, tx->now_ms) && !(order->is_purchase && now == LICENSE_CANCELLED)) ||
        (now == LICENSE_CANCELLED && to.status == LICENSE_SUSPENDED))
        return PL_OK;
    *changed = true;
    return change(tx, order->keyring, license, to);
}

pl_err standing_apply(tx_t *tx, const standing_order_t *order, license_t *license, subscription_t *row, bool *changed)
{
    paid_t paid;
    pl_err err;

    *changed = false;
    *row = (subscription_t){.state = SUBSCRIPTION_NONE};
    err = subscriptions_find_by_license(tx, license->brand_id, license->id, row);
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if ((err = payments_list_by_license(tx, license->brand_id, license->id, &paid.list, &paid.count)) ||
        (err = choose(tx, &paid, row)) || (err = judge(tx, order, license, standing_of(row, paid.list, paid.count), changed)))
        return err;
    return terms_apply(tx, license, row);
}
