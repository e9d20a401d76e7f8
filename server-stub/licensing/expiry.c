/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking through licenses in the order of their ends: what a cursor passes becomes a notice, what of these is due becomes an event.
 */
#include "licensing/expiry.h"

#include "crypto/crypto.h"
#include "licensing/admin_licenses.h"
#include "licensing/check_in_watch.h"
#include "licensing/events.h"
#include "licensing/license_term.h"
#include "store/expiry.h"
#include "store/leases.h"
#include "store/webhooks.h"

#include <string.h>

#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum { LOOK_MS = 5000, LEASE_MS = 12000, LATE_DAYS = 3 /* what is later than that after an outage is told no more */ };

/* Each with the moment that takes its place: after an outage only the nearest is told. */
static const struct {
    int64_t days;
    int64_t until_days;
} moments[] = {{30, 7}, {7, 1}, {1, 0}, {0, -LATE_DAYS}, {EXPIRY_SUSPENDS, -LATE_DAYS}, {EXPIRY_CANCELS, -LATE_DAYS}};

enum { MOMENTS = sizeof(moments) / sizeof(moments[0]) };

#define CHECK_IN_EVENT "license.check_in_overdue"

static const char *const names[] = {"license.expiring",
                                    "license.expired",
                                    "license.updates_ended",
                                    "license.suspended",
                                    "license.cancelled",
                                    CHECK_IN_EVENT,
                                    NULL};

/* ---- what passes ---- */

/* How long before its time a notice is due. */
static int64_t ahead_ms(int64_t days)
{
    return days > 0 ? days * DAY_MS : 0;
}

static pl_err place_cursor(tx_t *tx, expiry_cursor_t *cursor)
{
    int64_t now_end = tx->now_ms + ahead_ms(cursor->days);
    pl_err err = expiry_cursor_find(tx, cursor);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err || cursor->expires_at_ms < now_end - LATE_DAYS * DAY_MS || cursor->expires_at_ms > now_end) {
        /* one beyond now is of a clock that was ahead; a notice of what it passed is there, and is not made twice */
        cursor->expires_at_ms = err || cursor->expires_at_ms > now_end ? now_end : now_end - LATE_DAYS * DAY_MS;
        memset(cursor->license_id.bytes, 0xff, sizeof(cursor->license_id.bytes));
        return expiry_cursor_put(tx, cursor);
    }
    return PL_OK;
}

static pl_err note_passed(tx_t *tx, expiry_cursor_t *cursor, const expiring_t *license)
{
    const expiry_notice_t notice = {cursor->brand_id, license->license_id, license->expires_at_ms, cursor->days, tx->now_ms};

    cursor->expires_at_ms = license->expires_at_ms;
    cursor->license_id = license->license_id;
    return expiry_notice_add(tx, &notice);
}

static pl_err look_through(tx_t *tx, pl_uuid brand_id, int64_t days)
{
    expiry_cursor_t cursor = {.brand_id = brand_id, .days = days};
    expiring_t *licenses;
    size_t count;
    pl_err err;

    if ((err = place_cursor(tx, &cursor)) || (err = expiry_scan(tx, &cursor, tx->now_ms + ahead_ms(days), &licenses, &count)) ||
        count == 0)
        return err;
    for (size_t i = 0; !err && i < count; i++)
        err = note_passed(tx, &cursor, &licenses[i]);
    return err ? err : expiry_cursor_put(tx, &cursor);
}

static bool wants_any(const webhook_t *webhook)
{
    for (size_t i = 0; webhook->state == WEBHOOK_ON && names[i]; i++)
        if (event_is_wanted(webhook->events, names[i]))
            return true;
    return false;
}

static bool wants_check_ins(const webhook_t *webhook)
{
    return webhook->state == WEBHOOK_ON && event_is_wanted(webhook->events, CHECK_IN_EVENT);
}

static pl_err look_at_brand(tx_t *tx, pl_uuid brand_id)
{
    webhook_t *webhooks;
    size_t count;
    bool is_wanted = false;
    bool is_check_in_wanted = false;
    pl_err err = webhooks_list(tx, brand_id, &webhooks, &count);

    for (size_t i = 0; !err && i < count; i++) {
        is_wanted |= wants_any(&webhooks[i]);
        is_check_in_wanted |= wants_check_ins(&webhooks[i]);
    }
    if (!err && is_check_in_wanted)
        err = check_in_look(tx, brand_id);
    for (size_t i = 0; !err && is_wanted && i < MOMENTS; i++)
        err = look_through(tx, brand_id, moments[i].days);
    return err;
}

/* ---- what is due ---- */

/* The time that the notice is about, as the license has it now. */
static int64_t time_of(const license_view_t *view, int64_t days)
{
    switch (days) {
    case EXPIRY_SUSPENDS:
        return view->license.suspend_at_ms;
    case EXPIRY_CANCELS:
        return view->license.cancel_at_ms;
    case EXPIRY_CHECK_IN:
        return view->is_overdue ? view->check_in_by_ms : 0;
    default:
        return view->license.expires_at_ms;
    }
}

/* A license that was suspended or cancelled meanwhile does not end, and a cancelled one is not suspended. */
static license_status status_for(int64_t days)
{
    return days == EXPIRY_SUSPENDS ? LICENSE_SUSPENDED : days == EXPIRY_CANCELS ? LICENSE_CANCELLED : LICENSE_ACTIVE;
}

static bool is_of_interest(const tx_t *tx, const expiry_notice_t *notice, const license_view_t *view)
{
    int64_t until_ms = notice->expires_at_ms;

    for (size_t i = 0; i < MOMENTS; i++)
        if (moments[i].days == notice->days)
            until_ms -= moments[i].until_days * DAY_MS;
    if (notice->days <= 0) /* the renewal slack is in its due time, once that was postponed */
        until_ms = notice->due_at_ms + LATE_DAYS * DAY_MS;
    return time_of(view, notice->days) == notice->expires_at_ms && view->status == status_for(notice->days) &&
           tx->now_ms < until_ms;
}

/* By the product's effect of an end: a license that works on has come to the end of its updates. */
static event_t event_of(const expiry_notice_t *notice, const license_view_t *view)
{
    bool is_kept = license_term_keeps(&view->license, &view->product.policy);
    event_t event = {.brand_id = notice->brand_id, .license_id = notice->license_id};

    switch (notice->days) {
    case 0:
        event.type = is_kept ? "license.updates_ended" : "license.expired";
        break;
    case EXPIRY_SUSPENDS:
    case EXPIRY_CANCELS:
        event.type = notice->days == EXPIRY_SUSPENDS ? "license.suspended" : "license.cancelled";
        event.details = "{\"reason\":\"vendor\",\"foreseen\":true}";
        break;
    case EXPIRY_CHECK_IN:
        event.type = CHECK_IN_EVENT;
        break;
    default:
        event.type = "license.expiring";
        event.days = notice->days;
        event.details = is_kept ? "{\"expiry_effect\":\"keep\"}" : NULL;
    }
    return event;
}

static pl_err tell(tx_t *tx, const expiry_notice_t *notice)
{
    license_view_t view;
    event_t event;
    pl_err err = admin_license_find(tx, notice->brand_id, notice->license_id, &view);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (!err && is_of_interest(tx, notice, &view)) {
        int64_t end_ms = license_term_end_ms(&view.license, &view.product.policy);

        if (notice->days == 0 && tx->now_ms < end_ms) /* it renews, and has its slack */
            return expiry_notice_postpone(tx, notice, end_ms);
        event = event_of(notice, &view);
        if ((err = events_record(tx, &event)))
            return err;
    }
    return expiry_notice_told(tx, notice);
}

/* ---- both ---- */

typedef struct {
    const expiry_watch_t *watch;
    pl_uuid *brands;
    size_t count;
} look_t;

static pl_err work_brands(void *context, tx_t *tx)
{
    look_t *look = context;
    const pl_uuid after = look->count ? look->brands[look->count - 1] : (pl_uuid){{0}};

    return webhooks_brands(tx, after, &look->brands, &look->count);
}

static pl_err work_look(void *context, tx_t *tx)
{
    const look_t *look = context;
    expiry_notice_t *due;
    size_t count;
    bool held;
    pl_err err = leases_claim(tx, "expiry", look->watch->id, look->watch->is_ending ? 0 : LEASE_MS, &held);

    if (err || !held)
        return err;
    for (size_t i = 0; !err && i < look->count; i++)
        err = look_at_brand(tx, look->brands[i]);
    if (err || (err = expiry_notices_due(tx, &due, &count)))
        return err;
    for (size_t i = 0; !err && i < count; i++)
        err = tell(tx, &due[i]);
    return err ? err : expiry_sweep(tx);
}

void expiry_watch_init(expiry_watch_t *watch)
{
    uint8_t random[16];

    pl_random(random, sizeof(random));
    *watch = (expiry_watch_t){.id = pl_uuid_v4(random)};
}

pl_err expiry_watch_run(expiry_watch_t *watch, store_t *store, const tx_t *about)
{
    look_t look = {watch, NULL, 0};
    pl_err err = PL_OK;

    if (about->now_ms < watch->next_ms && watch->next_ms - about->now_ms <= LOOK_MS && !watch->is_ending)
        return PL_OK;
    watch->next_ms = about->now_ms + LOOK_MS;
    do {
        if ((err = store_read(store, about, work_brands, &look)) || look.count == 0)
            return err;
    } while (!(err = store_write(store, about, work_look, &look)));
    return err;
}
