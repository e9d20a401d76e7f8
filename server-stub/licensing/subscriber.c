/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding subscribers, and what they are worth.
 */
#include "licensing/subscriber.h"

#include "licensing/judge.h"
#include "licensing/license_policy.h"

#include <string.h>

/* ---- what is known of one ---- */

/* Stable, positive, and exact in a double, which is what those programs read numbers as. */
static int64_t number_of(pl_uuid id)
{
    uint8_t digest[PL_DIGEST_SIZE];
    uint64_t number = 0;

    pl_digest(pl_span_of(id.bytes, sizeof(id.bytes)), digest);
    for (size_t i = 0; i < 7; i++)
        number = number << 8 | digest[i];
    number &= (UINT64_C(1) << 53) - 1;
    return number ? (int64_t)number : 1;
}

static void judge(const tx_t *tx, subscriber_t *subscriber)
{
    pl_reason reason;

    subscriber->is_period_over = false;
    switch ((int)judge_license(&subscriber->license, &subscriber->product.policy, tx->now_ms, &reason)) {
    case PL_VERDICT_ACTIVE:
        subscriber->status = "active";
        break;
    case PL_VERDICT_EXPIRED:
        subscriber->status = "expired";
        subscriber->is_period_over = true;
        break;
    case PL_VERDICT_REVOKED:
        subscriber->status = "cancelled";
        break;
    default:
        subscriber->status = "inactive";
        break;
    }
    subscriber->is_active = strcmp(subscriber->status, "active") == 0;
}

static pl_err find_subscription(tx_t *tx, subscriber_t *subscriber)
{
    const license_t *license = &subscriber->license;
    pl_err err = subscriptions_find_by_license(tx, license->brand_id, license->id, &subscriber->subscription);

    subscriber->has_subscription = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

/* The rest, once license and customer are there. */
static pl_err complete(tx_t *tx, subscriber_t *subscriber)
{
    const license_t *license = &subscriber->license;
    pl_err err;

    subscriber->seen = (license_seen_t){.brand_id = license->brand_id, .license_id = license->id};
    if ((err = license_policy_product(tx, license, &subscriber->product)) || (err = find_subscription(tx, subscriber)) ||
        (err = license_seen_find(tx, &subscriber->seen)))
        return err;
    subscriber->number = subscriber->seen.number ? subscriber->seen.number : number_of(subscriber->customer.id);
    judge(tx, subscriber);
    return PL_OK;
}

/* ---- finding ---- */

static bool is_address(tx_t *tx, const customer_t *customer, const char *email)
{
    const char *own = customers_fold_email(tx->arena, customer->email);
    const char *given = customers_fold_email(tx->arena, email);

    return own && given && strcmp(own, given) == 0;
}

/* The customer of the license, if the address is its. */
static pl_err check_customer(tx_t *tx, subscriber_t *subscriber, const char *email)
{
    const license_t *license = &subscriber->license;
    pl_err err;

    if (pl_uuid_is_nil(license->customer_id))
        return PL_ERR_NOT_FOUND;
    if ((err = customers_find(tx, license->brand_id, license->customer_id, &subscriber->customer)))
        return err;
    return is_address(tx, &subscriber->customer, email) ? PL_OK : PL_ERR_NOT_FOUND;
}

pl_err subscriber_find(tx_t *tx, const subscriber_question_t *question, subscriber_t *subscriber)
{
    license_t wanted = {.brand_id = question->facade->brand_id, .product_id = question->facade->product_id};
    pl_err err;

    *subscriber = (subscriber_t){.number = 0};
    if (keyring_hash_key(question->keyring, pl_span_text(question->token), wanted.key_hash)) { /* a text that no key can be */
        pl_err_clear();
        return PL_ERR_NOT_FOUND;
    }
    if ((err = licenses_find_by_key(tx, &wanted, &subscriber->license)) ||
        (err = check_customer(tx, subscriber, question->email)))
        return err;
    return complete(tx, subscriber);
}

static pl_err choose(tx_t *tx, const customer_t *customer, const facade_t *facade, pl_uuid *license_id)
{
    const license_page_t page = {
        .brand_id = facade->brand_id, .product_id = facade->product_id, .customer_id = customer->id, .limit = LICENSE_PAGE_MAX};
    license_t *licenses;
    bool is_active = false;
    size_t count;
    pl_err err = licenses_list(tx, &page, &licenses, &count);

    if (err)
        return err;
    for (size_t i = 0; i < count; i++) {
        bool this_is_active = license_status_at(&licenses[i], tx->now_ms) == LICENSE_ACTIVE;

        if (this_is_active || !is_active)
            *license_id = licenses[i].id;
        is_active = is_active || this_is_active;
    }
    return count ? PL_OK : PL_ERR_NOT_FOUND;
}

pl_err subscriber_find_by_email(tx_t *tx, const facade_t *facade, const char *email, subscriber_t *subscriber)
{
    pl_uuid license_id;
    pl_err err;

    *subscriber = (subscriber_t){.number = 0};
    if ((err = customers_find_by_email(tx, facade->brand_id, email, &subscriber->customer)) ||
        (err = choose(tx, &subscriber->customer, facade, &license_id)) ||
        (err = licenses_find(tx, facade->brand_id, license_id, &subscriber->license)))
        return err;
    return complete(tx, subscriber);
}

pl_err subscriber_find_by_checkout(tx_t *tx, const facade_t *facade, const char *checkout, const char *email,
                                   subscriber_t *subscriber)
{
    subscription_t paid;
    pl_err err;

    *subscriber = (subscriber_t){.number = 0};
    if ((err = subscriptions_find_by_checkout(tx, facade->brand_id, "stripe", checkout, &paid)) ||
        (err = licenses_find(tx, facade->brand_id, paid.license_id, &subscriber->license)) ||
        (err = check_customer(tx, subscriber, email)))
        return err;
    if (!pl_uuid_equal(subscriber->license.product_id, facade->product_id))
        return PL_ERR_NOT_FOUND;
    return complete(tx, subscriber);
}

/* ---- the rest ---- */

pl_err subscriber_see(tx_t *tx, const subscriber_t *subscriber, bool is_validated)
{
    return license_seen_touch(tx, &subscriber->seen, is_validated);
}

int64_t subscriber_period_end_ms(const subscriber_t *subscriber)
{
    if (subscriber->has_subscription && subscriber->subscription.period_end_ms)
        return subscriber->subscription.period_end_ms;
    return subscriber->license.expires_at_ms;
}
