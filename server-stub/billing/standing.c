/* SPDX-License-Identifier: Apache-2.0
 *
 * The standing of a license.
 */
#include "billing/standing.h"

#include "licensing/admin_licenses.h"

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

/* The newest one that money moved for says whether it stayed; an open dispute counts whichever it is about. */
static standing_t by_payments(const payment_t *payments, size_t count)
{
    const payment_t *newest = NULL;

    for (size_t i = 0; i < count; i++) {
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

standing_t standing_of(subscription_state state, const payment_t *payments, size_t count)
{
    return by_state[state].status == LICENSE_ACTIVE ? by_payments(payments, count) : by_state[state];
}

/* Whether we decided its present state, so that we may decide the next. */
static bool is_ours(const license_t *license, int64_t now_ms)
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

pl_err standing_apply(tx_t *tx, const standing_order_t *order, license_t *license, bool *changed)
{
    const subscription_t *row = order->row;
    license_status now = license_status_at(license, tx->now_ms);
    standing_t to;
    payment_t *payments;
    size_t count;
    pl_err err = payments_list_by_license(tx, license->brand_id, license->id, &payments, &count);

    *changed = false;
    if (err)
        return err;
    to = standing_of(row->state, payments, count);
    if (!to.status || (to.status == now && (now == LICENSE_ACTIVE || license->reason == to.reason)) ||
        (!is_ours(license, tx->now_ms) && !(order->is_purchase && now == LICENSE_CANCELLED)) ||
        (now == LICENSE_CANCELLED && to.status == LICENSE_SUSPENDED))
        return PL_OK;
    *changed = true;
    return change(tx, order->keyring, license, to);
}
