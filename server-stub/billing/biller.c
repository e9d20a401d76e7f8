/* SPDX-License-Identifier: Apache-2.0
 *
 * Going on by itself.
 */
#include "billing/biller.h"

#include "base/mem.h"
#include "billing/reminders.h"
#include "platform/thread.h"
#include "store/brands.h"
#include "store/facades.h"
#include "store/leases.h"

#include <inttypes.h>

enum {
    LOOK_MS = 1000,
    PENDING_MS = 20 * 1000, /* those that must be compared are, so often */
    LEASE_MS = 10 * 60 * 1000,
    SWEEP_MS = 3600 * 1000
};

static const int64_t LOST_MS = INT64_C(7) * 24 * 3600 * 1000; /* purchases that are looked for by the timer */

struct biller {
    biller_options_t options;
    pl_uuid holder;
    pl_thread *thread;
    pl_mutex *mutex;
    pl_cond *wake;
    bool is_ending;
    int64_t next_pending_ms;
    int64_t next_compare_ms;
    int64_t next_sweep_ms;
    pl_err failed; /* the last time */
};

pl_err billing_find_product(tx_t *tx, pl_uuid brand_id, pl_uuid *product_id)
{
    facade_t *facades;
    size_t count;
    pl_err err = facades_list(tx, &facades, &count);

    *product_id = (pl_uuid){{0}};
    for (size_t i = 0; !err && i < count; i++) {
        if (!pl_uuid_equal(facades[i].brand_id, brand_id))
            continue;
        if (!pl_uuid_is_nil(*product_id) && !pl_uuid_equal(*product_id, facades[i].product_id)) {
            *product_id = (pl_uuid){{0}};
            return PL_OK;
        }
        *product_id = facades[i].product_id;
    }
    return err;
}

/* ---- comparing ---- */

typedef struct {
    biller_t *biller;
    bool is_ours; /* the lease */
    brand_t *brands;
    pl_uuid *products;
    size_t count;
} round_t;

static pl_err work_claim(void *context, tx_t *tx)
{
    round_t *round = context;

    return leases_claim(tx, "billing", round->biller->holder, LEASE_MS, &round->is_ours);
}

static pl_err work_brands(void *context, tx_t *tx)
{
    round_t *round = context;
    pl_err err = brands_list(tx, &round->brands, &round->count);

    if (err || !round->count)
        return err;
    if (!(round->products = pl_arena_take(tx->arena, round->count * sizeof *round->products)))
        return PL_ERR_MEMORY;
    for (size_t i = 0; !err && i < round->count; i++)
        err = billing_find_product(tx, round->brands[i].id, &round->products[i]);
    return err;
}

static void tell(const biller_t *biller, const brand_t *brand, const reconcile_report_t *report)
{
    if (report->mended + report->found + report->events)
        pl_log_write(&biller->options.log, PL_LOG_WARN,
                     "compared with the payment provider, %s: %" PRId64 " subscriptions mended, %" PRId64
                     " purchases and %" PRId64 " events found that had not been heard of",
                     brand->slug, report->mended, report->found, report->events);
}

/* A brand without an account at the provider has nothing to compare; one whose provider is away is compared the next time. */
static pl_err compare_brand(biller_t *biller, const inbox_t *inbox, const brand_t *brand, bool is_full)
{
    const reconcile_t order = {
        .inbox = *inbox,
        .before_ms = is_full ? inbox->about->now_ms - biller->options.compare_ms / 2 : 1,
        .begun_after_ms = is_full ? inbox->about->now_ms - LOST_MS : -1,
    };
    reconcile_report_t report;
    pl_err err = reconcile_brand(&order, &report);

    tell(biller, brand, &report);
    if (err == PL_ERR_PAYMENTS_UNSET)
        return PL_OK;
    if (err == PL_ERR_PAYMENTS_DOWN || err == PL_ERR_PAYMENTS_REFUSED) {
        pl_log_write(&biller->options.log, PL_LOG_WARN, "subscriptions of %s are not compared: %s", brand->slug, pl_err_detail());
        return PL_OK;
    }
    return err;
}

static pl_err work_remind(void *context, tx_t *tx)
{
    return reminders_order(tx, context);
}

static pl_err compare(biller_t *biller, inbox_t *inbox, bool is_full)
{
    round_t round = {.biller = biller};
    pl_err err = store_write(inbox->store, inbox->about, work_claim, &round);

    if (err || !round.is_ours || (err = store_read(inbox->store, inbox->about, work_brands, &round)))
        return err;
    for (size_t i = 0; !err && i < round.count; i++) {
        inbox->scope.brand_id = round.brands[i].id;
        inbox->scope.product_id = round.products[i];
        if (!(err = store_write(inbox->store, inbox->about, work_remind, &inbox->scope)))
            err = compare_brand(biller, inbox, &round.brands[i], is_full);
    }
    return err;
}

/* ---- one look ---- */

static pl_err work_sweep(void *context, tx_t *tx)
{
    (void)context;
    return inbound_events_sweep(tx);
}

static pl_err look(biller_t *biller, pl_arena *arena)
{
    tx_t about = {.arena = arena, .actor = "stripe"};
    inbox_t inbox = {biller->options.billing, biller->options.store, &about, {.keyring = keys_pin(biller->options.keys, arena)}};
    size_t count;
    bool is_full;
    pl_err err;

    if (!inbox.scope.keyring)
        return PL_ERR_MEMORY;
    if ((err = biller->options.now(biller->options.context, &about.now_ms)) || (err = inbox_work_due(&inbox, &count)))
        return err;
    if (about.now_ms >= biller->next_sweep_ms) {
        biller->next_sweep_ms = about.now_ms + SWEEP_MS;
        if ((err = store_write(inbox.store, &about, work_sweep, NULL)))
            return err;
    }
    if (about.now_ms < biller->next_pending_ms)
        return PL_OK;
    biller->next_pending_ms = about.now_ms + PENDING_MS;
    is_full = biller->options.compare_ms && about.now_ms >= biller->next_compare_ms;
    if (is_full)
        biller->next_compare_ms = about.now_ms + biller->options.compare_ms;
    return compare(biller, &inbox, is_full);
}

/* ---- the thread ---- */

static void note(biller_t *biller, pl_err err)
{
    if (err && err != PL_ERR_CLOCK && err != biller->failed)
        pl_log_write(&biller->options.log, PL_LOG_ERROR, "events of payment providers wait: %s: %s", pl_err_code(err),
                     pl_err_detail());
    biller->failed = err;
}

static bool rest(biller_t *biller)
{
    bool is_ending;

    pl_mutex_lock(biller->mutex);
    if (!biller->is_ending)
        (void)pl_cond_wait(biller->wake, biller->mutex, LOOK_MS);
    is_ending = biller->is_ending;
    pl_mutex_unlock(biller->mutex);
    return !is_ending;
}

static void run(void *context)
{
    biller_t *biller = context;
    pl_arena arena;

    pl_arena_init(&arena);
    do {
        note(biller, look(biller, &arena));
        pl_arena_reset(&arena);
    } while (rest(biller));
}

void biller_stop(biller_t *biller)
{
    if (!biller)
        return;
    if (biller->mutex && biller->wake) {
        pl_mutex_lock(biller->mutex);
        biller->is_ending = true;
        pl_cond_wake_all(biller->wake);
        pl_mutex_unlock(biller->mutex);
    }
    if (biller->thread)
        pl_thread_join(biller->thread);
    pl_cond_free(biller->wake);
    pl_mutex_free(biller->mutex);
    pl_free(biller);
}

static pl_err work_release(void *context, tx_t *tx)
{
    (void)context;
    return inbound_events_release(tx);
}

/* Alone with its database, a server that died held what nobody holds now. */
static pl_err release(const biller_options_t *options)
{
    tx_t about = {.actor = "server"};
    pl_arena arena;
    pl_err err;

    if (store_is_shared(options->store) || options->now(options->context, &about.now_ms))
        return PL_OK;
    pl_arena_init(&arena);
    about.arena = &arena;
    err = store_write(options->store, &about, work_release, NULL);
    pl_arena_reset(&arena);
    return err;
}

pl_err biller_start(const biller_options_t *options, biller_t **biller)
{
    biller_t *made = pl_alloc(sizeof *made);
    uint8_t random[16];
    pl_err err;

    if (!made)
        return PL_ERR_MEMORY;
    pl_random(random, sizeof random);
    made->options = *options;
    made->holder = pl_uuid_v4(random);
    made->mutex = pl_mutex_new();
    made->wake = pl_cond_new();
    err = made->mutex && made->wake ? release(options) : PL_ERR_MEMORY;
    if (!err)
        err = pl_thread_start(run, made, &made->thread);
    if (err)
        biller_stop(made);
    else
        *biller = made;
    return err;
}
