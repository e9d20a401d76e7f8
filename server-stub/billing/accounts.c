/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections and accounts.
 */
#include "billing/accounts.h"

#include "base/mem.h"
#include "billing/prices.h"
#include "licensing/settings.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    LINES_KEPT = 8,
    ROWS_MAX = 32,
    FAILURES_MAX =
        3 *
        STRIPE_ATTEMPTS, /* one after the other; then it is given a pause, so that those who wait for it do not take all threads */
    PAUSE_MS = 10 * 1000,
    ASKERS_MAX = 2 /* for a price at once: everybody may look at it, and events that tell of money need threads too */
};

struct billing {
    stripe_curl_options_t curl;
    stripe_transport_t transport; /* what opens lines */
    pl_mutex *mutex;
    pl_cond *wake;
    atomic_bool is_ending;
    stripe_line_t *lines[LINES_KEPT]; /* idle */
    size_t line_count;
    prices_t prices;
    int price_askers;
    atomic_int failures;
    atomic_int_least64_t paused_until_ms;                       /* monotonic */
    atomic_uint_least64_t counts[ROWS_MAX + 1][BILLING_COUNTS]; /* the last row: of no type that we know */
};

/* ---- lines, kept between uses ---- */

/* A line on loan knows where it goes back to. */
typedef struct {
    billing_t *billing;
    stripe_line_t *line;
} loan_t;

static stripe_line_t *take_line(billing_t *billing)
{
    stripe_line_t *line = NULL;

    pl_mutex_lock(billing->mutex);
    if (billing->line_count)
        line = billing->lines[--billing->line_count];
    pl_mutex_unlock(billing->mutex);
    return line ? line : billing->transport.open(billing->transport.context);
}

static stripe_line_t *open_loan(void *context)
{
    loan_t *loan = pl_alloc(sizeof *loan);

    if (!loan)
        return NULL;
    *loan = (loan_t){context, take_line(context)};
    if (loan->line)
        return (stripe_line_t *)(void *)loan;
    pl_free(loan);
    return NULL;
}

static void exchange_on_loan(stripe_line_t *line, const stripe_request_t *request, stripe_reply_t *reply)
{
    const loan_t *loan = (const loan_t *)(void *)line;
    billing_t *billing = loan->billing;

    if (pl_clock_monotonic_us() / 1000 < atomic_load(&billing->paused_until_ms)) {
        reply->should_retry = 0;
        (void)snprintf(reply->error, sizeof reply->error, "it failed several times and is given a pause");
        return;
    }
    billing->transport.exchange(loan->line, request, reply);
    if (reply->status && reply->status < 500)
        atomic_store(&billing->failures, 0);
    else if (atomic_fetch_add(&billing->failures, 1) + 1 >= FAILURES_MAX)
        atomic_store(&billing->paused_until_ms, pl_clock_monotonic_us() / 1000 + PAUSE_MS);
}

static void close_loan(stripe_line_t *line)
{
    loan_t *loan = (loan_t *)(void *)line;
    billing_t *billing = loan->billing;
    bool is_kept;

    pl_mutex_lock(billing->mutex);
    is_kept = billing->line_count < LINES_KEPT;
    if (is_kept)
        billing->lines[billing->line_count++] = loan->line;
    pl_mutex_unlock(billing->mutex);
    if (!is_kept)
        billing->transport.close(loan->line);
    pl_free(loan);
}

static void rest(void *context, int64_t ms)
{
    billing_t *billing = context;

    pl_mutex_lock(billing->mutex);
    if (!atomic_load(&billing->is_ending))
        (void)pl_cond_wait(billing->wake, billing->mutex, ms);
    pl_mutex_unlock(billing->mutex);
}

/* ---- accounts ---- */

pl_err billing_read_account(tx_t *tx, const billing_scope_t *scope, billing_account_t *account)
{
    const struct {
        setting_name name;
        const char **value;
    } wanted[] = {
        {SETTING_STRIPE_API, &account->api},
        {SETTING_STRIPE_SECRET_KEY, &account->secret},
        {SETTING_STRIPE_WEBHOOK_SECRETS, &account->webhook_secrets},
        {SETTING_STRIPE_PRICE, &account->price},
        {SETTING_WEBSITE, &account->website},
        {SETTING_STRIPE_PORTAL_URL, &account->portal_url},
        {SETTING_SUPPORT_EMAIL, &account->support_email},
        {SETTING_RETURN_ORIGINS, &account->return_origins},
    };
    pl_err err = PL_OK;

    *account = (billing_account_t){.api = NULL};
    for (size_t i = 0; !err && i < sizeof wanted / sizeof wanted[0]; i++)
        err = setting_read(tx, scope->keyring, scope->brand_id, wanted[i].name, wanted[i].value);
    return err;
}

typedef struct {
    const billing_scope_t *scope;
    billing_account_t *account;
} account_work_t;

static pl_err work_account(void *context, tx_t *tx)
{
    const account_work_t *work = context;

    return billing_read_account(tx, work->scope, work->account);
}

pl_err billing_find_account(store_t *store, const tx_t *about, const billing_scope_t *scope, billing_account_t *account)
{
    account_work_t work = {scope, account};

    return store_read(store, about, work_account, &work);
}

pl_err billing_connect(billing_t *billing, const billing_account_t *account, pl_arena *arena, stripe_t *stripe)
{
    const stripe_options_t options = {
        .transport = {billing, open_loan, exchange_on_loan, close_loan},
        .api = account->api,
        .secret = account->secret,
        .arena = arena,
        .pause = rest,
        .context = billing,
    };

    return stripe_open(&options, stripe);
}

static pl_err find_price(billing_t *billing, const char *id, int64_t now_ms, billing_price_t *price, bool *may_ask)
{
    pl_err err;

    pl_mutex_lock(billing->mutex);
    err = prices_find(&billing->prices, id, now_ms, PRICE_KEPT_S, price);
    *may_ask = err && billing->price_askers < ASKERS_MAX;
    billing->price_askers += *may_ask;
    pl_mutex_unlock(billing->mutex);
    return err;
}

static pl_err ask_price(billing_t *billing, const billing_account_t *account, pl_arena *arena, stripe_price_t *read)
{
    stripe_t stripe;
    pl_err err = billing_connect(billing, account, arena, &stripe);

    if (err)
        return err;
    err = stripe_fetch_price(&stripe, account->price, read);
    stripe_close(&stripe);
    return err;
}

pl_err billing_price(billing_t *billing, const billing_account_t *account, int64_t now_ms, pl_arena *arena,
                     billing_price_t *price)
{
    stripe_price_t read;
    bool may_ask;
    pl_err err;

    if (!account->price)
        return pl_fail(PL_ERR_PAYMENTS_UNSET, "the brand has no stripe_price; set it by `pospal-validator brand set`");
    if (!find_price(billing, account->price, now_ms, price, &may_ask))
        return PL_OK;
    err =
        may_ask ? ask_price(billing, account, arena, &read) : pl_fail(PL_ERR_PAYMENTS_DOWN, "others ask for the price just now");
    pl_mutex_lock(billing->mutex);
    billing->price_askers -= may_ask;
    if (!err)
        err = prices_keep(&billing->prices, &read, now_ms, price);
    else if (!prices_find(&billing->prices, account->price, now_ms, PRICE_STALE_S, price)) {
        price->freshness = PRICE_STALE;
        err = PL_OK;
    }
    pl_mutex_unlock(billing->mutex);
    return err;
}

/* ---- counted ---- */

static size_t place_of(const effect_row_t *row)
{
    return row ? (size_t)(row - effects_at(0)) : ROWS_MAX;
}

void billing_note(billing_t *billing, const effect_row_t *row, billing_count what)
{
    atomic_fetch_add_explicit(&billing->counts[place_of(row)][what], 1, memory_order_relaxed);
}

static void write_row(const billing_t *billing, size_t place, const char *type, pl_buf *out)
{
    static const char *const words[BILLING_COUNTS] = {"done", "ignored", "repeated", "failed", "refused"};

    for (int i = 0; i < BILLING_COUNTS; i++) {
        uint64_t count = atomic_load_explicit(&billing->counts[place][i], memory_order_relaxed);

        if (count)
            pl_buf_add_format(out, "pospal_payment_events_total{type=\"%s\",result=\"%s\"} %" PRIu64 "\n", type, words[i], count);
    }
}

void billing_write_metrics(const billing_t *billing, pl_buf *out)
{
    pl_buf_add_text(
        out, "# HELP pospal_payment_events_total Events of payment providers that came in, by type and what became of them.\n"
             "# TYPE pospal_payment_events_total counter\n");
    for (size_t i = 0; effects_at(i); i++)
        write_row(billing, i, effects_at(i)->type, out);
    write_row(billing, ROWS_MAX, "other", out);
}

/* ---- opening ---- */

void billing_end(billing_t *billing)
{
    if (!billing)
        return;
    atomic_store(&billing->is_ending, true);
    pl_mutex_lock(billing->mutex);
    pl_cond_wake_all(billing->wake);
    pl_mutex_unlock(billing->mutex);
}

void billing_free(billing_t *billing)
{
    if (!billing)
        return;
    while (billing->line_count)
        billing->transport.close(billing->lines[--billing->line_count]);
    pl_cond_free(billing->wake);
    pl_mutex_free(billing->mutex);
    pl_free(billing);
}

billing_t *billing_new(const billing_options_t *options)
{
    billing_t *billing = pl_alloc(sizeof *billing);

    if (!billing)
        return NULL;
    billing->curl = (stripe_curl_options_t){options->timeout_ms, options->ca_file, &billing->is_ending};
    billing->transport = options->transport ? *options->transport : stripe_curl_transport(&billing->curl);
    billing->mutex = pl_mutex_new();
    billing->wake = pl_cond_new();
    if (billing->mutex && billing->wake)
        return billing;
    billing_free(billing);
    return NULL;
}
