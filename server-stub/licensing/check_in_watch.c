/* SPDX-License-Identifier: Apache-2.0
 *
 * The watch on check-ins.
 */
#include "licensing/check_in_watch.h"

#include "licensing/check_in.h"
#include "licensing/judge.h"
#include "store/expiry.h"

enum { ROUND_MS = 60 * 1000 /* from the end of the list to its begin */ };

/* Who is overdue for longer was told, and that is forgotten by now. */
static const int64_t KEPT_MS = (int64_t)EXPIRY_KEPT_DAYS * 24 * 3600 * 1000;

/* Whether a product of the brand asks for it: then each of its licenses may be meant, else only those with rules of their own. */
static pl_err asks_all(tx_t *tx, pl_uuid brand_id, bool *asks)
{
    product_t *products;
    size_t count;
    pl_err err = products_list(tx, brand_id, &products, &count);

    *asks = false;
    for (size_t i = 0; !err && i < count; i++)
        *asks |= products[i].policy.check_in_s > 0;
    return err;
}

static pl_err list(tx_t *tx, const license_page_t *page, license_t **licenses, size_t *count)
{
    bool asks;
    pl_err err = asks_all(tx, page->brand_id, &asks);

    if (err)
        return err;
    return asks ? licenses_list(tx, page, licenses, count) : licenses_list_own_policy(tx, page, licenses, count);
}

static pl_err look_at(tx_t *tx, const license_t *license)
{
    expiry_notice_t notice = {
        .brand_id = license->brand_id, .license_id = license->id, .days = EXPIRY_CHECK_IN, .due_at_ms = tx->now_ms};
    product_t product;
    pl_reason reason;
    pl_err err;

    if ((err = license_policy_product(tx, license, &product)) ||
        (err = check_in_by(tx, license, &product.policy, &notice.expires_at_ms)))
        return err;
    if (!notice.expires_at_ms || notice.expires_at_ms > tx->now_ms || notice.expires_at_ms < tx->now_ms - KEPT_MS ||
        judge_license(license, &product.policy, tx->now_ms, &reason) != PL_VERDICT_ACTIVE)
        return PL_OK;
    return expiry_notice_add(tx, &notice);
}

/* expires_at of the cursor: when the next round may begin; 0: one is under way. */
static pl_err move_on(tx_t *tx, expiry_cursor_t *cursor, const license_t *licenses, size_t count)
{
    pl_uuid before = cursor->license_id;

    if (count == LICENSE_PAGE_MAX) {
        cursor->license_id = licenses[count - 1].id;
        cursor->expires_at_ms = 0;
        return expiry_cursor_put(tx, cursor);
    }
    if (count == 0 && pl_uuid_is_nil(before))
        return PL_OK; /* there is nothing to look at, so nothing to write down */
    cursor->license_id = (pl_uuid){{0}};
    cursor->expires_at_ms = tx->now_ms + ROUND_MS;
    return expiry_cursor_put(tx, cursor);
}

/* What is more than a round away was written while the clock was ahead. */
static bool is_yet_to_come(const expiry_cursor_t *cursor, int64_t now_ms)
{
    return cursor->expires_at_ms > now_ms && cursor->expires_at_ms - now_ms <= ROUND_MS;
}

pl_err check_in_look(tx_t *tx, pl_uuid brand_id)
{
    expiry_cursor_t cursor = {.brand_id = brand_id, .days = EXPIRY_CHECK_IN};
    license_page_t page = {.brand_id = brand_id, .limit = LICENSE_PAGE_MAX};
    license_t *licenses;
    size_t count;
    pl_err err = expiry_cursor_find(tx, &cursor);

    if ((err && err != PL_ERR_NOT_FOUND) || is_yet_to_come(&cursor, tx->now_ms))
        return err;
    page.after = cursor.license_id;
    if ((err = list(tx, &page, &licenses, &count)))
        return err;
    for (size_t i = 0; !err && i < count; i++)
        err = look_at(tx, &licenses[i]);
    return err ? err : move_on(tx, &cursor, licenses, count);
}
