/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks.
 */
#include "licensing/report.h"

#include "licensing/currency.h"
#include "store/audit.h"
#include "store/chores.h"
#include "store/deliveries.h"
#include "store/inbound_events.h"
#include "store/licenses.h"
#include "store/mails.h"
#include "store/meta.h"
#include "store/payments.h"
#include "store/refund_requests.h"
#include "store/subscriptions.h"
#include "store/tallies.h"

#include <string.h>

static const int64_t MINUTE_MS = 60 * 1000;
static const int64_t HOUR_MS = 60 * MINUTE_MS;

enum { LATE_MINUTES = 15, SILENT_MINUTES = 5, BUSY_FROM = 20 /* subscriptions: an hour without any device is odd then */ };

typedef struct {
    tx_t *tx;
    report_t *report;
    tally_span_t span;
    pl_err err;
} check_t;

/* advice NULL: it is in order. */
static void add(check_t *check, const char *name, int64_t number, const char *value, const char *advice)
{
    report_t *report = check->report;

    if (check->err)
        return;
    if (!value || report->count == REPORT_LINES_MAX) {
        check->err = value ? PL_ERR_TOO_LARGE : PL_ERR_MEMORY;
        return;
    }
    report->lines[report->count++] = (report_line_t){name, value, number, advice};
    report->attention += advice != NULL;
}

static void add_count(check_t *check, const char *name, int64_t number, const char *advice)
{
    const char *form = number >= TALLY_ROWS_MAX ? "%lld or more" : "%lld";

    add(check, name, number, pl_arena_format(check->tx->arena, form, (long long)number), advice);
}

static tallies_t count(check_t *check, tally_name name, int64_t since_ms)
{
    const tally_span_t span = {check->span.brand_id, since_ms};
    tallies_t tallies = {NULL, 0};

    if (!check->err)
        check->err = tallies_count(check->tx, name, &span, &tallies);
    return tallies;
}

/* ---- of a brand ---- */

static int64_t add_subscriptions(check_t *check)
{
    const tallies_t all = count(check, TALLY_SUBSCRIPTIONS, 0);
    const tallies_t made = count(check, TALLY_NEW_SUBSCRIPTIONS, check->span.since_ms);
    int64_t active = tallies_of(&all, SUBSCRIPTION_ACTIVE).count + tallies_of(&all, SUBSCRIPTION_TRIALING).count;

    add_count(check, "subscriptions_active", active, NULL);
    add_count(check, "subscriptions_new", tallies_sum(&made).count, NULL);
    add_count(check, "subscriptions_past_due", tallies_of(&all, SUBSCRIPTION_PAST_DUE).count, NULL);
    return active;
}

static void add_audit(check_t *check)
{
    const tallies_t audit = count(check, TALLY_AUDIT, check->span.since_ms);

    add_count(check, "licenses_cancelled", tallies_of(&audit, AUDIT_LICENSE_CANCELLED).count, NULL);
    add_count(check, "session_takeovers", tallies_of(&audit, AUDIT_SESSION_TAKEN_OVER).count, NULL);
    add_count(check, "machines_switched", tallies_of(&audit, AUDIT_MACHINE_SWITCHED).count, NULL);
    add_count(check, "clones_suspected", tallies_of(&audit, AUDIT_CLONE_SUSPECTED).count,
              tallies_of(&audit, AUDIT_CLONE_SUSPECTED).count ? "audit list --action activation.clone_suspected" : NULL);
}

/* Of one currency: the rows of its states lie together. */
static size_t add_currency(check_t *check, const tallies_t *payments, size_t first)
{
    const char *currency = payments->rows[first].currency;
    pl_arena *arena = check->tx->arena;
    const char *in, *back;
    int64_t paid = 0, refunded = 0, failed = 0, disputed = 0;
    size_t i;

    for (i = first; i < payments->count && strcmp(payments->rows[i].currency, currency) == 0; i++) {
        const tally_row_t *row = &payments->rows[i];

        failed += row->kind == PAYMENT_FAILED ? row->count : 0;
        disputed += row->kind == PAYMENT_DISPUTED || row->kind == PAYMENT_LOST ? row->count : 0;
        paid += row->kind == PAYMENT_FAILED ? 0 : row->amount;
        refunded += row->refunded;
    }
    in = currency_amount(arena, paid, currency, '.');
    back = currency_amount(arena, refunded, currency, '.');
    add(check, "payments", paid - refunded,
        in && back ? pl_arena_format(arena, "%s %s paid, %s refunded, %lld failed, %lld disputed", in, currency, back,
                                     (long long)failed, (long long)disputed)
                   : NULL,
        disputed ? "answer the disputes at the payment provider" : NULL);
    return i;
}

static void add_payments(check_t *check)
{
    const tallies_t payments = count(check, TALLY_PAYMENTS, check->span.since_ms);

    for (size_t i = 0; !check->err && i < payments.count;)
        i = add_currency(check, &payments, i);
}

static void add_validations(check_t *check, int64_t subscriptions)
{
    int64_t since_ms = check->tx->now_ms - HOUR_MS;
    const tallies_t seats = count(check, TALLY_SEATS_SEEN, since_ms);
    const tallies_t licenses = count(check, TALLY_LICENSES_SEEN, since_ms);
    int64_t seen = tallies_sum(&seats).count + tallies_sum(&licenses).count;

    add_count(check, "seen_in_the_last_hour", seen,
              seen == 0 && subscriptions >= BUSY_FROM ? "no device was heard of: can they reach the server?" : NULL);
}

static void add_waiting(check_t *check, const char *name, const tallies_t *waiting, const char *advice)
{
    tally_row_t sum = tallies_sum(waiting);
    int64_t minutes = sum.oldest_ms ? (check->tx->now_ms - sum.oldest_ms) / MINUTE_MS : 0;
    const char *value = sum.count ? pl_arena_format(check->tx->arena, "%lld, the oldest for %lld minutes", (long long)sum.count,
                                                    (long long)minutes)
                                  : "0";

    add(check, name, sum.count, value, minutes >= LATE_MINUTES ? advice : NULL);
}

static void add_boxes(check_t *check)
{
    const tallies_t inbox = count(check, TALLY_INBOX, check->span.since_ms);
    const tallies_t inbox_waiting = count(check, TALLY_INBOX_WAITING, 0);
    const tallies_t mail = count(check, TALLY_MAIL, check->span.since_ms);
    const tallies_t mail_waiting = count(check, TALLY_MAIL_WAITING, 0);
    int64_t inbox_failed = tallies_of(&inbox, INBOUND_FAILED).count;
    int64_t mail_failed = tallies_of(&mail, MAIL_FAILED).count;

    add_count(check, "payment_events", tallies_sum(&inbox).count, NULL);
    add_waiting(check, "payment_events_waiting", &inbox_waiting, "does the server run, and reach the payment provider?");
    add_count(check, "payment_events_failed", inbox_failed,
              inbox_failed ? "billing events --state failed, then billing retry" : NULL);
    add_count(check, "mail_sent", tallies_of(&mail, MAIL_SENT).count, NULL);
    add_waiting(check, "mail_waiting", &mail_waiting, "is the way to send mail set, and does it answer?");
    add_count(check, "mail_failed", mail_failed, mail_failed ? "mail list --state failed" : NULL);
}

static void add_refunds(check_t *check)
{
    const tallies_t refunds = count(check, TALLY_REFUNDS_OPEN, 0);
    int64_t pending = tallies_of(&refunds, REFUND_PENDING).count;
    int64_t approved = tallies_of(&refunds, REFUND_APPROVED).count;

    add_count(check, "refunds_pending", pending, pending ? "refund list; approve or reject them" : NULL);
    add_count(check, "refunds_to_make", approved,
              approved ? "refund list --state approved; approve them again, or settle them" : NULL);
}

static void add_seals(check_t *check)
{
    const tallies_t unsealed = count(check, TALLY_UNSEALED, check->tx->now_ms - SILENT_MINUTES * MINUTE_MS);
    int64_t rows = tallies_sum(&unsealed).count;
    int64_t sealed_ms;
    bool is_signed;

    if (check->err || (check->err = tallies_sealed_at(check->tx, check->span.brand_id, &sealed_ms, &is_signed)))
        return;
    add_count(check, "audit_unsealed", rows, rows ? "rows wait for their seal: does the server run?" : NULL);
    if (sealed_ms && !is_signed)
        add(check, "audit_signed", -1, "the newest seal is not signed", "keys list: has the brand a key that signs answers?");
}

pl_err report_brand(tx_t *tx, const brand_t *brand, int64_t since_ms, report_t *report)
{
    check_t check = {tx, report, {brand->id, since_ms}, PL_OK};
    int64_t subscriptions = add_subscriptions(&check);
    const tallies_t ending = count(&check, TALLY_ENDING, tx->now_ms);

    add_audit(&check);
    add_payments(&check);
    add_validations(&check, subscriptions);
    add_count(&check, "licenses_ending_in_30_days", tallies_of(&ending, LICENSE_ACTIVE).count, NULL);
    add_boxes(&check);
    add_refunds(&check);
    add_seals(&check);
    return check.err;
}

/* ---- of the installation ---- */

static void add_server(check_t *check)
{
    meta_t meta;

    if (check->err || (check->err = meta_read(check->tx, &meta)))
        return;
    int64_t minutes = (check->tx->now_ms - meta.last_time_ms) / MINUTE_MS;

    add(check, "server_wrote", minutes,
        minutes < 1 ? "less than a minute ago" : pl_arena_format(check->tx->arena, "%lld minutes ago", (long long)minutes),
        minutes >= SILENT_MINUTES ? "does the server run?" : NULL);
}

static void add_backup(check_t *check, bool is_shared)
{
    pl_arena *arena = check->tx->arena;
    chore_t chore;

    if (is_shared) {
        add(check, "backup", -1, "not applicable: PostgreSQL's own means make it", NULL);
        return;
    }
    if (check->err || (check->err = chores_find(check->tx, CHORE_BACKUP, &chore)))
        return;
    int64_t hours = (check->tx->now_ms - chore.done_at_ms) / HOUR_MS;

    if (chore.failed_at_ms)
        add(check, "backup", -1, pl_arena_format(arena, "the last one failed: %s", chore.detail ? chore.detail : ""),
            "mend that, then `backup`");
    else if (chore.done_at_ms > check->tx->now_ms)
        add(check, "backup", hours, "the last one is of a time that is yet to come",
            "the clock was ahead then: run `backup`, or wait for the next");
    else if (!chore.done_at_ms)
        add(check, "backup", -1, "none was ever made", "set backup_dir, or run `backup` by a timer");
    else
        add(check, "backup", hours,
            pl_arena_format(arena, "%lld hours ago: %s", (long long)hours, chore.detail ? chore.detail : ""),
            hours >= REPORT_BACKUP_HOURS ? "set backup_dir, or run `backup` by a timer" : NULL);
}

static void add_webhooks(check_t *check)
{
    outbox_t outbox;

    if (check->err || (check->err = deliveries_measure(check->tx, &outbox)))
        return;
    int64_t minutes = outbox.lag_ms / MINUTE_MS;

    add(check, "webhooks_waiting", outbox.waiting,
        pl_arena_format(check->tx->arena, "%lld, due for %lld minutes", (long long)outbox.waiting, (long long)minutes),
        minutes >= LATE_MINUTES ? "is an endpoint down? GET /webhooks/{id}/deliveries tells" : NULL);
}

pl_err report_installation(tx_t *tx, int64_t size_bytes, bool is_shared, report_t *report)
{
    check_t check = {tx, report, {{{0}}, 0}, PL_OK};

    add_server(&check);
    if (size_bytes >= 0)
        add(&check, "database_size", size_bytes, pl_arena_format(tx->arena, "%lld MB", (long long)((size_bytes + 1048575) >> 20)),
            NULL);
    add_backup(&check, is_shared);
    add_webhooks(&check);
    add_seals(&check);
    return check.err;
}
