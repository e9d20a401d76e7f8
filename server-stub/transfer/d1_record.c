/* SPDX-License-Identifier: Apache-2.0
 *
 * What the old database wrote down beside its customers. Mail becomes mail, in its state and without content; events that were dealt with
 * become events that are; refund requests go on; all else is kept as it was, in the archive. A row whose customer is not here comes
 * without one.
 */
#include "transfer/d1_import.h"

#include <string.h>

#include "base/text.h"
#include "licensing/hardware_trial.h"
#include "licensing/mail.h"
#include "store/archive.h"
#include "store/arrivals.h"
#include "store/refund_requests.h"
#include "transfer/d1_value.h"

enum { ID_MAX = 255, KIND_MAX = 100 };

static const int64_t LEASE_MS = 120 * 1000;

typedef struct {
    bool is_known;
    bool is_gone; /* named, and deleted there */
    license_t license;
    const char *email;
    const char *subscription; /* the provider's */
} owner_t;

/* A dry run has forgotten the customers of the chunks before: they are imported once more, to be forgotten with this row. */
static pl_err find_owner(tx_t *tx, const d1_place_t *place, const d1_row_t *row, owner_t *owner)
{
    d1_row_t customer;
    d1_result_t result = {.note = NULL};
    pl_err err = d1_find_customer(place->d1, tx->arena, row->values[D1_OWNER], &customer);

    *owner = (owner_t){.is_gone = err == PL_ERR_NOT_FOUND && row->values[D1_OWNER]};
    if (err || customer.fault)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    owner->email = d1_text(&customer, CUSTOMER_EMAIL);
    owner->subscription = d1_text(&customer, CUSTOMER_SUBSCRIPTION);
    err = d1_find_license(tx, place, &customer, &owner->license);
    if (err == PL_ERR_NOT_FOUND && place->dry_run && !(err = d1_import_customer(tx, place, &customer, &result)))
        err = d1_find_license(tx, place, &customer, &owner->license);
    owner->is_known = !err;
    return err == PL_ERR_NOT_FOUND || err == PL_ERR_INVALID || err == PL_ERR_MALFORMED ? PL_OK : err;
}

static d1_outcome outcome_of(bool is_new)
{
    return is_new ? D1_ADDED : D1_SAME;
}

/* A text that a name or a state is made of: NULL where there is none, or it would not do as one. */
static const char *word_of(const d1_row_t *row, size_t index, size_t max)
{
    const char *text = d1_text(row, index);

    return text && strlen(text) <= max && pl_text_is_clean(text) ? text : NULL;
}

/* ---- the archive ---- */

static pl_err put_by(tx_t *tx, const d1_place_t *place, const d1_row_t *row, const owner_t *owner, d1_result_t *result)
{
    const char *table = d1_table_text(row->table);
    size_t kind = row->table == D1_EVENTS ? EVENT_ROW_TYPE : AUDIT_ROW_ACTION;
    size_t created = row->table == D1_EVENTS    ? EVENT_ROW_CREATED
                     : row->table == D1_REFUNDS ? REFUND_ROW_CREATED
                                                : AUDIT_ROW_CREATED;
    archive_t archive = {.brand_id = place->brand_id,
                         .source = pl_arena_format(tx->arena, "pospal-d1:%s", table),
                         .entry = word_of(row, D1_ID, ID_MAX),
                         .at_ms = d1_time_if_any(tx->arena, row, created),
                         .kind = row->table == D1_REFUNDS ? table : word_of(row, kind, KIND_MAX),
                         .body = d1_json(tx->arena, row)};
    bool is_new;
    pl_err err;

    if (!archive.source || !archive.body)
        return PL_ERR_MEMORY;
    if (!archive.entry)
        return pl_fail(PL_ERR_INVALID, "the row has no %s that can be kept", d1_value_name(row->table, D1_ID));
    archive.kind = archive.kind ? archive.kind : "unknown";
    if (owner->is_known)
        archive.customer_id = owner->license.customer_id;
    else if (owner->is_gone) /* nobody could ever find it again, to erase it */
        archive.body = NULL;
    err = archive_put(tx, &archive, &is_new);
    result->outcome = outcome_of(is_new);
    return err;
}

static pl_err put_in_archive(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    owner_t owner;
    pl_err err = find_owner(tx, place, row, &owner);

    return err ? err : put_by(tx, place, row, &owner, result);
}

/* ---- mail ---- */

static const char *template_of(const d1_row_t *row)
{
    static const char *const names[][2] = {
        {"immediate_suspension", "payment_failed"},
        {"immediate_reactivation", "reactivated"},
        {"machine_switch", "machine_switched"},
        {"license_disconnection", "device_disconnected"},
        {"cancellation_reversal", "cancellation_reversed"},
        {"verification", "verification_code"},
    };
    const char *theirs = word_of(row, MAIL_ROW_TYPE, MAIL_TEMPLATE_MAX);

    for (size_t i = 0; theirs && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], theirs) == 0)
            return names[i][1];
    return theirs ? theirs : "unknown";
}

static void fill_state(const d1_row_t *row, mail_t *mail)
{
    const char *status = d1_text(row, MAIL_ROW_STATUS);

    mail->state = status && strcmp(status, "delivered") == 0 ? MAIL_SENT : MAIL_FAILED;
    mail->error = mail->state == MAIL_SENT ? NULL : word_of(row, MAIL_ROW_ERROR, 1000);
    if (mail->state == MAIL_FAILED && !mail->error)
        mail->error = status && strcmp(status, "bounced") == 0 ? "bounced" : "it is not known whether it went out";
}

/* The first welcome that arrived is the one that billing/ asks for once per subscription, so that it asks for no other. */
static pl_err put_mail(tx_t *tx, mail_t *mail, const owner_t *owner, const char *id, bool *is_new)
{
    const char *own = pl_arena_format(tx->arena, "%s:pospal-d1:%s", mail->template, id);
    pl_err err;

    if (!own)
        return PL_ERR_MEMORY;
    if (mail->state == MAIL_SENT && owner->is_known && owner->subscription &&
        strcmp(mail->template, mail_template_text(MAIL_WELCOME)) == 0) {
        if (!(mail->purpose = pl_arena_format(tx->arena, "%s:%s", mail->template, owner->subscription)))
            return PL_ERR_MEMORY;
        if ((err = arrivals_mail(tx, mail, is_new)) || *is_new)
            return err;
    }
    mail->purpose = own;
    return arrivals_mail(tx, mail, is_new);
}

static pl_err import_mail(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    const char *id = word_of(row, D1_ID, ID_MAX);
    mail_t mail = {.brand_id = place->brand_id, .template = template_of(row)};
    owner_t owner;
    bool is_new;
    pl_err err;

    if ((err = d1_time(tx->arena, row, MAIL_ROW_CREATED, &mail.created_at_ms)) || (err = find_owner(tx, place, row, &owner)))
        return err;
    mail.recipient = word_of(row, MAIL_ROW_RECIPIENT, CUSTOMER_EMAIL_MAX);
    mail.recipient = mail.recipient ? mail.recipient : owner.email;
    if (!id || !mail.recipient)
        return pl_fail(PL_ERR_INVALID, "the row does not say to whom it went");
    if (owner.is_known) {
        mail.customer_id = owner.license.customer_id;
        mail.license_id = owner.license.id;
    }
    mail.id = d1_made_id(place->brand_id, row, mail.created_at_ms);
    mail.provider_id = word_of(row, MAIL_ROW_PROVIDER_ID, ID_MAX);
    mail.settled_at_ms = d1_time_if_any(tx->arena, row, MAIL_ROW_SETTLED);
    mail.settled_at_ms = mail.settled_at_ms ? mail.settled_at_ms : mail.created_at_ms;
    fill_state(row, &mail);
    err = put_mail(tx, &mail, &owner, id, &is_new);
    if (!err)
        result->outcome = outcome_of(is_new);
    return err;
}

/* ---- events ---- */

/* One that failed there, or was cut, did nothing: it may come again and do it here. */
static pl_err import_event(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    const char *status = d1_text(row, EVENT_ROW_STATUS);
    arrived_event_t event = {.brand_id = place->brand_id,
                             .provider = "stripe",
                             .event_id = word_of(row, EVENT_ROW_ID, ID_MAX),
                             .type = word_of(row, EVENT_ROW_TYPE, KIND_MAX)};
    owner_t owner;
    bool is_new;
    pl_err err;

    if (!event.event_id)
        return pl_fail(PL_ERR_INVALID, "the row has no stripe_event_id");
    if ((err = d1_time(tx->arena, row, EVENT_ROW_CREATED, &event.created_at_ms)) || (err = find_owner(tx, place, row, &owner)))
        return err;
    if (!status || strcmp(status, "completed") != 0)
        return put_by(tx, place, row, &owner, result);
    if (owner.is_known)
        event.customer_id = owner.license.customer_id;
    event.type = event.type ? event.type : "unknown";
    event.settled_at_ms = d1_time_if_any(tx->arena, row, EVENT_ROW_SETTLED);
    event.settled_at_ms = event.settled_at_ms ? event.settled_at_ms : event.created_at_ms ? event.created_at_ms : tx->now_ms;
    err = arrivals_event(tx, &event, &is_new);
    if (!err)
        result->outcome = outcome_of(is_new);
    return err;
}

/* ---- refunds ---- */

static pl_err read_refund_state(const d1_row_t *row, refund_request_t *request)
{
    static const struct {
        const char *theirs;
        refund_state state;
    } words[] = {
        {"pending", REFUND_PENDING}, {"approved", REFUND_APPROVED}, {"rejected", REFUND_REJECTED}, {"processed", REFUND_MADE}};
    const char *theirs = d1_text(row, REFUND_ROW_STATUS);

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].theirs, theirs ? theirs : "pending") == 0) {
            request->state = words[i].state;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "status is \"%.40s\"; pending, approved, rejected or processed is needed", theirs);
}

static pl_err import_refund(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    refund_request_t request = {.brand_id = place->brand_id,
                                .invoice = word_of(row, REFUND_ROW_INVOICE, ID_MAX),
                                .reason = d1_text(row, REFUND_ROW_REASON),
                                .details = d1_text(row, REFUND_ROW_DETAILS),
                                .provider_refund = word_of(row, REFUND_ROW_REFUND, ID_MAX),
                                .note = d1_text(row, REFUND_ROW_NOTES)};
    owner_t owner;
    bool is_new;
    pl_err err;

    if ((err = read_refund_state(row, &request)) || (err = d1_number(row, REFUND_ROW_AMOUNT, -1, &request.amount)) ||
        (err = d1_time(tx->arena, row, REFUND_ROW_CREATED, &request.created_at_ms)) || (err = find_owner(tx, place, row, &owner)))
        return err;
    if (!owner.is_known)
        return put_by(tx, place, row, &owner, result);
    request.customer_id = owner.license.customer_id;
    request.license_id = owner.license.id;
    request.reason = request.reason ? request.reason : "not told";
    request.id = d1_made_id(place->brand_id, row, request.created_at_ms);
    if (request.state != REFUND_PENDING) {
        request.decided_at_ms = d1_time_if_any(tx->arena, row, REFUND_ROW_SETTLED);
        request.decided_at_ms = request.decided_at_ms ? request.decided_at_ms : tx->now_ms;
        request.decided_by = "pospal-d1";
    }
    err = refund_requests_insert(tx, &request, &is_new);
    if (!err)
        result->outcome = outcome_of(is_new);
    return err;
}

/* ---- trials ---- */

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hash(const char *text, uint8_t hash[PL_DIGEST_SIZE])
{
    if (!text || strlen(text) != (size_t)2 * PL_DIGEST_SIZE)
        return false;
    for (size_t i = 0; i < PL_DIGEST_SIZE; i++) {
        int high = digit_of(text[2 * i]);
        int low = digit_of(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static pl_err import_trial(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    const facade_t facade = {.brand_id = place->brand_id, .product_id = place->product.id};
    const char *status = d1_text(row, TRIAL_ROW_STATUS);
    hardware_trial_t trial = {.is_blocked = status && strcmp(status, "blocked") == 0};
    trial_device_t device = {.facade = &facade};
    int64_t tamper;
    bool is_new;
    pl_err err;

    if (!read_hash(row->values[D1_ID], device.hash))
        return pl_fail(PL_ERR_INVALID, "hardware_hash is no SHA-256 in lower-case hexadecimal");
    if ((err = d1_time(tx->arena, row, TRIAL_ROW_FIRST_RUN, &trial.first_run_ms)) ||
        (err = d1_time(tx->arena, row, TRIAL_ROW_EXPIRES, &trial.expires_at_ms)) ||
        (err = d1_number(row, TRIAL_ROW_TAMPER, 0, &tamper)))
        return err;
    if (!trial.first_run_ms || trial.expires_at_ms <= trial.first_run_ms)
        return pl_fail(PL_ERR_INVALID, "first_run and expires_at are needed, in that order");
    trial.is_contradicted = tamper > 0;
    err = hardware_trial_bring(tx, place->keyring, &device, &trial, &is_new);
    if (!err)
        result->outcome = outcome_of(is_new);
    return err;
}

/* ---- sessions ---- */

/* Two minutes without a beat end one, so whoever is at work when the file is copied begins anew here before the import is done. */
static pl_err pass_session(const tx_t *tx, const d1_row_t *row, d1_result_t *result)
{
    const char *status = d1_text(row, SESSION_ROW_STATUS);
    int64_t beat_ms = d1_time_if_any(tx->arena, row, SESSION_ROW_BEAT);

    result->outcome = D1_LEFT;
    if (status && strcmp(status, "active") == 0 && beat_ms + LEASE_MS > tx->now_ms)
        result->note = "the session is live there: its till is told that it is not found, and begins another";
    return PL_OK;
}

pl_err d1_import_record(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    switch (row->table) {
    case D1_MAILS:
        return import_mail(tx, place, row, result);
    case D1_EVENTS:
        return import_event(tx, place, row, result);
    case D1_REFUNDS:
        return import_refund(tx, place, row, result);
    case D1_SESSIONS:
        return pass_session(tx, row, result);
    case D1_TRIALS:
        return import_trial(tx, place, row, result);
    case D1_CUSTOMERS:
    case D1_AUDIT:
    case D1_TABLES:
        break;
    }
    return put_in_archive(tx, place, row, result);
}
