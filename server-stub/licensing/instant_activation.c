/* SPDX-License-Identifier: Apache-2.0
 *
 * Redeeming a checkout's id.
 */
#include "licensing/instant_activation.h"

#include "store/instant_redemptions.h"

static const int64_t WINDOW_MS = (int64_t)INSTANT_ACTIVATION_S * 1000;

/* When it was bought; where that is not told, when it was heard of here. */
static int64_t bought_at_ms(const subscription_t *subscription)
{
    return subscription->begun_at_ms ? subscription->begun_at_ms : subscription->created_at_ms;
}

static pl_err redeem(tx_t *tx, const instant_order_t *order)
{
    char machine[MACHINE_HASH_TEXT_SIZE];
    const instant_redemption_t redemption = {order->facade->brand_id, order->checkout, machine};
    bool is_its;
    pl_err err;

    machine_hash(order->machine.fingerprint, machine);
    err = instant_redemptions_take(tx, &redemption, &is_its);
    return err || is_its ? err : PL_ERR_NOT_FOUND;
}

pl_err instant_activation(tx_t *tx, const instant_order_t *order, instant_t *out)
{
    subscriber_t *subscriber = &out->subscriber;
    instance_seat_t seat;
    pl_err err = subscriber_find_by_checkout(tx, order->facade, order->checkout, order->email, subscriber);

    if (err)
        return err;
    if (license_status_at(&subscriber->license, tx->now_ms) != LICENSE_ACTIVE ||
        tx->now_ms - bought_at_ms(&subscriber->subscription) > WINDOW_MS)
        return PL_ERR_NOT_FOUND;
    if ((err = redeem(tx, order)) || (err = machine_take(tx, subscriber, &order->machine, &seat, &out->change)) ||
        (err = subscriber_see(tx, subscriber, true)))
        return err;
    return admin_license_key(tx, order->machine.keyring, &subscriber->license, &out->token);
}
