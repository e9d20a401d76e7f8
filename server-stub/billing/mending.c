/* SPDX-License-Identifier: Apache-2.0
 *
 * Mending one.
 */
#include "billing/mending.h"

#include <string.h>

#include "billing/attention.h"
#include "billing/books.h"
#include "billing/origin.h"
#include "billing/purchase.h"
#include "billing/standing.h"
#include "billing/welcome.h"

static void tell(const mending_t *mending, const char *what, const char *subscription, pl_uuid license_id, const char *detail)
{
    const reconcile_line_t line = {what, subscription, license_id, detail};

    if (mending->order->tell)
        mending->order->tell(mending->order->context, &line);
}

static const char *state_text(subscription_state state)
{
    static const char *const words[] = {
        [SUBSCRIPTION_NONE] = "none",
        [SUBSCRIPTION_ACTIVE] = "active",
        [SUBSCRIPTION_TRIALING] = "trialing",
        [SUBSCRIPTION_PAST_DUE] = "past_due",
        [SUBSCRIPTION_PAUSED] = "paused",
        [SUBSCRIPTION_CANCELLED] = "cancelled",
        [SUBSCRIPTION_INCOMPLETE] = "incomplete",
    };

    return words[state];
}

/* What is looked at together: a row, and what the provider says. */
typedef struct {
    const mending_t *mending;
    billing_scope_t scope;
    int64_t version; /* of the row when it was asked for */
    stripe_subscription_t told;
    stripe_invoice_t invoice;
    bool has_invoice;
    bool is_missing; /* at the provider */
    bool is_mended;
    bool is_stopped; /* paid for, and the vendor's word holds */
    const char *detail;
    pl_uuid license_id;
} case_t;

static void read_invoice(case_t *c, const pl_json *json)
{
    const pl_json *invoice = pl_json_get(json, "latest_invoice");

    c->has_invoice = invoice && pl_json_is_object(invoice) && !stripe_read_invoice(invoice, &c->invoice) && c->invoice.is_paid;
    if (c->has_invoice && !c->invoice.subscription)
        c->invoice.subscription = c->told.id;
    pl_err_clear();
}

static bool differs(const subscription_t *a, const subscription_t *b)
{
    return a->state != b->state || a->ends_with_period != b->ends_with_period || a->period_end_ms != b->period_end_ms;
}

static pl_err describe(case_t *c, tx_t *tx, const subscription_t *was, const subscription_t *row)
{
    const audit_t entry = {.brand_id = row->brand_id, .action = AUDIT_BILLING_MENDED, .target = row->license_id};
    const billing_word_t words[] = {
        {"subscription", c->told.id}, {"was", state_text(was->state)}, {"is", state_text(row->state)}};

    c->detail = pl_arena_format(tx->arena, "%s -> %s", state_text(was->state), state_text(row->state));
    if (!c->detail)
        return PL_ERR_MEMORY;
    return c->mending->order->is_dry_run ? PL_OK : billing_audit(tx, &entry, words, sizeof(words) / sizeof(words[0]));
}

/* ---- a row of ours ---- */

static pl_err write(case_t *c, tx_t *tx, purchase_t *known)
{
    const standing_order_t standing = {c->scope.keyring, false};
    subscription_t current;
    const booking_t booking = {c->scope.brand_id, known->row.license_id, known->row.customer_id,
                               c->invoice.paid_at_ms ? c->invoice.paid_at_ms : tx->now_ms};
    bool is_news = false, was_failing, changed;
    pl_err err = subscriptions_change(tx, &known->row);

    if (err || (c->has_invoice && (err = books_paid(tx, &booking, &c->invoice, &is_news, &was_failing))) ||
        (err = standing_apply(tx, &standing, &known->view.license, &current, &changed)))
        return err;
    c->is_mended |= is_news || changed;
    c->is_stopped = pl_uuid_equal(current.id, known->row.id) && terms_are_live(&current) &&
                    !standing_is_ours(&known->view.license, tx->now_ms);
    return PL_OK;
}

/* In a dry run in a transaction that reads: it is compared and not written. */
static pl_err work_compare(void *context, tx_t *tx)
{
    case_t *c = context;
    purchase_t known;
    subscription_t was;
    pl_err err = purchase_find(tx, &c->scope, c->told.id, &known);

    c->is_mended = false;
    if (err || known.row.version != c->version) /* an event was faster: the next time */
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    c->license_id = known.row.license_id;
    was = known.row;
    if (!c->is_missing) {
        terms_take(&known.row, &c->told);
        c->is_mended = differs(&was, &known.row);
    }
    known.row.compared_at_ms = tx->now_ms;
    if (c->is_mended && (err = describe(c, tx, &was, &known.row)))
        return err;
    if (c->mending->order->is_dry_run)
        return PL_OK;
    return c->is_missing ? subscriptions_change(tx, &known.row) : write(c, tx, &known);
}

static pl_err settle(case_t *c)
{
    const inbox_t *inbox = &c->mending->order->inbox;
    bool is_dry_run = c->mending->order->is_dry_run;

    return (is_dry_run ? store_read : store_write)(inbox->store, inbox->about, work_compare, c);
}

static pl_err fetch(mending_t *mending, pl_arena *arena, const char *id, case_t *c)
{
    const pl_json *json = NULL;
    stripe_t stripe;
    pl_err err = billing_connect(mending->order->inbox.billing, &mending->account, arena, &stripe);

    if (err)
        return err;
    err = stripe_fetch_subscription(&stripe, id, &c->told, &json);
    stripe_close(&stripe);
    c->is_missing = err == PL_ERR_NOT_FOUND;
    if (c->is_missing)
        c->told = (stripe_subscription_t){.id = id, .amount = -1};
    else if (!err)
        read_invoice(c, json);
    return c->is_missing ? PL_OK : err;
}

static pl_err work_skip(void *context, tx_t *tx)
{
    subscription_t row = *(const subscription_t *)context;

    row.compared_at_ms = tx->now_ms;
    return subscriptions_change(tx, &row);
}

/* Without a subscription at the provider there is nothing to compare. */
static pl_err skip(mending_t *mending, const subscription_t *row)
{
    const inbox_t *inbox = &mending->order->inbox;
    subscription_t copy = *row;
    pl_err err = mending->order->is_dry_run ? PL_OK : store_write(inbox->store, inbox->about, work_skip, &copy);

    return err == PL_ERR_CHANGED ? PL_OK : err;
}

/* Not of the account, the provider or the database. */
static bool is_of_this_one(pl_err err)
{
    return err == PL_ERR_NOT_FOUND || err == PL_ERR_INVALID || err == PL_ERR_STATE || err == PL_ERR_CONFLICT ||
           err == PL_ERR_CHANGED;
}

pl_err mending_compare(mending_t *mending, const subscription_t *row)
{
    case_t c = {.mending = mending, .scope = mending->order->inbox.scope, .version = row->version};
    pl_arena arena;
    pl_err err;

    if (!row->provider_subscription || strcmp(row->provider, "stripe") != 0)
        return skip(mending, row);
    pl_arena_init(&arena);
    err = fetch(mending, &arena, row->provider_subscription, &c);
    if (!err)
        err = settle(&c);
    if (!err) {
        mending->report->compared++;
        mending->report->mended += c.is_mended && !c.is_stopped;
        mending->report->missing += c.is_missing;
        if (c.is_missing || c.is_mended)
            tell(mending,
                 c.is_missing   ? "missing"
                 : c.is_stopped ? "stopped"
                                : "mended",
                 row->provider_subscription, row->license_id, c.is_missing ? NULL : c.detail);
    } else if (is_of_this_one(err)) {
        mending->report->failed++;
        tell(mending, "failed", row->provider_subscription, row->license_id, pl_err_detail());
        err = PL_OK;
    }
    pl_arena_reset(&arena);
    return err;
}

/* ---- one that is not known ---- */

static pl_err write_found(case_t *c, tx_t *tx, purchase_t *bought)
{
    const standing_order_t standing = {c->scope.keyring, true};
    const booking_t booking = {c->scope.brand_id, bought->row.license_id, bought->row.customer_id, c->invoice.paid_at_ms};
    const audit_t entry = {.brand_id = c->scope.brand_id, .action = AUDIT_BILLING_MENDED, .target = bought->row.license_id};
    const billing_word_t words[] = {{"subscription", c->told.id}, {"was", "unknown"}};
    subscription_t current;
    bool is_news, was_failing, changed;
    pl_err err;

    c->license_id = bought->row.license_id;
    c->is_mended = bought->kind != PURCHASE_DUPLICATE;
    if (c->has_invoice && (err = books_paid(tx, &booking, &c->invoice, &is_news, &was_failing)))
        return err;
    if (bought->kind == PURCHASE_DUPLICATE)
        return PL_OK;
    if ((err = standing_apply(tx, &standing, &bought->view.license, &current, &changed)) ||
        (err = billing_audit(tx, &entry, words, sizeof(words) / sizeof(words[0]))))
        return err;
    return welcome_order(tx, &c->scope, bought, NULL);
}

static pl_err work_find(void *context, tx_t *tx)
{
    case_t *c = context;
    const purchase_order_t order = {
        .email = c->told.email,
        .name = c->told.name,
        .bought_at_ms = c->told.begun_at_ms,
        .told_at_ms = c->told.begun_at_ms,
        .subscription = c->told,
    };
    subscription_t row;
    purchase_t bought;
    bool is_ours;
    pl_err err = subscriptions_find_by_provider(tx, c->scope.brand_id, "stripe", c->told.id, &row);

    c->is_mended = false;
    if (err != PL_ERR_NOT_FOUND)
        return err;
    if ((err = origin_is_ours(tx, &c->scope, &c->told, &is_ours)) || !is_ours)
        return err;
    c->is_mended = true;
    if (c->mending->order->is_dry_run)
        return PL_OK;
    if ((err = purchase_settle(tx, &c->scope, &order, &bought)))
        return err;
    return write_found(c, tx, &bought);
}

pl_err mending_find(mending_t *mending, const pl_json *json)
{
    const inbox_t *inbox = &mending->order->inbox;
    bool is_dry_run = mending->order->is_dry_run;
    case_t c = {.mending = mending, .scope = inbox->scope};
    subscription_state state;
    pl_err err = stripe_read_subscription(json, &c.told);

    if (err)
        return PL_OK; /* it is no subscription that we can read; the others are */
    state = terms_state(c.told.status);
    read_invoice(&c, json);
    if (!c.told.is_paid || (state != SUBSCRIPTION_ACTIVE && state != SUBSCRIPTION_TRIALING))
        return PL_OK;
    err = (is_dry_run ? store_read : store_write)(inbox->store, inbox->about, work_find, &c);
    if (!err && c.is_mended) {
        mending->report->found++;
        tell(mending, "found", c.told.id, c.license_id, NULL);
    } else if (is_of_this_one(err)) {
        mending->report->failed++;
        tell(mending, "failed", c.told.id, c.license_id, pl_err_detail());
        err = PL_OK;
    }
    return err;
}

/* ---- an event ---- */

static pl_err take(const mending_t *mending, const pl_json *json, inbox_answer_t *answer)
{
    pl_json_writer writer;
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    pl_json_writer_init(&writer, &body);
    pl_json_put_value(&writer, NULL, json);
    if (!(err = body.err))
        err = inbox_take(&mending->order->inbox, pl_buf_span(&body), answer);
    pl_buf_reset(&body);
    return err;
}

pl_err mending_take_event(mending_t *mending, const pl_json *json)
{
    const char *id = pl_json_text(pl_json_get(json, "id"));
    inbox_answer_t answer = {.verdict = INBOX_DONE}; /* as a dry run takes it to end */
    pl_err err;

    if (!id)
        return PL_OK;
    if (!mending->order->is_dry_run && (err = take(mending, json, &answer)))
        return err;
    if (answer.verdict == INBOX_WAS_DONE || answer.verdict == INBOX_IN_WORK)
        return PL_OK;
    if (answer.verdict == INBOX_INVALID || answer.verdict == INBOX_UNKNOWN || answer.verdict == INBOX_FAILED) {
        mending->report->failed++;
        tell(mending, "failed", id, (pl_uuid){{0}}, answer.detail);
        return PL_OK;
    }
    mending->report->events++;
    tell(mending, "event", id, (pl_uuid){{0}}, pl_json_text(pl_json_get(json, "type")));
    return PL_OK;
}
