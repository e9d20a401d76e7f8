/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing, in this order: what is known, what is not, what was told and not heard.
 */
#include "billing/reconcile.h"

#include <string.h>

#include "billing/mending.h"

enum { ROUNDS_MAX = 10000 };

/* ---- what is known ---- */

typedef struct {
    const reconcile_t *order;
    int64_t before_ms;
    subscription_t *rows;
    size_t count;
} list_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_t *list = context;

    return subscriptions_list_uncompared(tx, list->order->inbox.scope.brand_id, list->before_ms, &list->rows, &list->count);
}

static pl_err compare_page(mending_t *mending, const list_t *list)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < list->count; i++)
        err = mending_compare(mending, &list->rows[i]);
    return err;
}

/* Page by page, as long as pages get compared: in a dry run, one page that is never written would be seen for ever. */
static pl_err compare_known(mending_t *mending)
{
    const inbox_t *inbox = &mending->order->inbox;
    pl_arena arena;
    pl_err err;
    size_t rounds = 0;
    bool goes_on;

    pl_arena_init(&arena);
    do {
        tx_t about = *inbox->about;
        list_t list = {.order = mending->order, .before_ms = mending->order->before_ms};

        about.arena = &arena;
        if (!(err = store_read(inbox->store, &about, work_list, &list)))
            err = compare_page(mending, &list);
        goes_on = !err && !mending->order->is_dry_run && list.count == SUBSCRIPTIONS_PAGE_MAX && ++rounds < ROUNDS_MAX;
        pl_arena_reset(&arena);
    } while (goes_on);
    return err;
}

/* ---- what is not ---- */

static pl_err look_through(mending_t *mending, const stripe_page_t *page)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < pl_json_count(page->items); i++)
        err = mending_find(mending, pl_json_at(page->items, i));
    return err;
}

static pl_err take_events(mending_t *mending, const stripe_page_t *page)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < pl_json_count(page->items); i++)
        err = mending_take_event(mending, pl_json_at(page->items, i));
    return err;
}

typedef pl_err (*list_fn)(mending_t *mending, stripe_t *stripe, const char *after, stripe_page_t *page);
typedef pl_err (*page_fn)(mending_t *mending, const stripe_page_t *page);

static pl_err list_subscriptions(mending_t *mending, stripe_t *stripe, const char *after, stripe_page_t *page)
{
    return stripe_list_subscriptions(stripe, mending->order->begun_after_ms / 1000, after, page);
}

static pl_err list_events(mending_t *mending, stripe_t *stripe, const char *after, stripe_page_t *page)
{
    (void)mending;
    return stripe_list_undelivered_events(stripe, after, page);
}

/* Every page of a list, each in memory of its own. */
static pl_err walk(mending_t *mending, list_fn list, page_fn take)
{
    char after[STRIPE_ID_MAX + 1] = "";
    stripe_page_t page = {.has_more = true};
    pl_err err = PL_OK;

    for (size_t rounds = 0; !err && page.has_more && rounds < ROUNDS_MAX; rounds++) {
        pl_arena arena;
        stripe_t stripe;

        pl_arena_init(&arena);
        if (!(err = billing_connect(mending->order->inbox.billing, &mending->account, &arena, &stripe))) {
            err = list(mending, &stripe, *after ? after : NULL, &page);
            stripe_close(&stripe);
        }
        if (!err && page.last && strlen(page.last) <= STRIPE_ID_MAX)
            memcpy(after, page.last, strlen(page.last) + 1);
        if (!err)
            err = take(mending, &page);
        pl_arena_reset(&arena);
    }
    return err;
}

pl_err reconcile_brand(const reconcile_t *order, reconcile_report_t *report)
{
    mending_t mending = {.order = order, .report = report};
    pl_err err;

    *report = (reconcile_report_t){.compared = 0};
    if ((err = billing_find_account(order->inbox.store, order->inbox.about, &order->inbox.scope, &mending.account)))
        return err;
    if (!mending.account.secret)
        return pl_fail(PL_ERR_PAYMENTS_UNSET, "the brand has no stripe_secret_key; set it by `pospal-validator brand set`");
    if ((err = compare_known(&mending)) || order->begun_after_ms < 0)
        return err;
    if ((err = walk(&mending, list_subscriptions, look_through)))
        return err;
    return walk(&mending, list_events, take_events);
}
