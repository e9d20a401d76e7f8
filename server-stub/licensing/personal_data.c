/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing down what is known of a customer: flat lists, each row naming the license that it belongs to. Erasing is in
 * personal_erasure.c.
 */
#include "licensing/personal_data.h"

#include "base/timestamp.h"
#include "licensing/admin_licenses.h"
#include "licensing/mail.h"
#include "store/activation_pages.h"
#include "store/archive.h"
#include "store/audit_search.h"
#include "store/personal.h"
#include "store/refund_requests.h"
#include "store/subscriptions.h"

enum { PAGE_MAX = 500, AUDIT_SHOWN_MAX = 100 /* of one target, when somebody is looked up */ };

typedef struct {
    tx_t *tx;
    const keyring_t *keyring;
    const customer_t *customer;
    personal_extent extent;
    pl_json_writer *json;
    license_list_t licenses;
    pl_uuid *targets; /* of the audit: the customer, its licenses, seats and requests */
    size_t target_count;
    size_t target_room;
    bool is_cut; /* there is more than was written */
} data_t;

/* ---- members ---- */

static void put_id(pl_json_writer *json, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    if (!pl_uuid_is_nil(id))
        pl_json_put_text(json, name, text);
}

static void put_time(pl_json_writer *json, const char *name, int64_t unix_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(unix_ms / 1000, text);
    if (unix_ms)
        pl_json_put_text(json, name, text);
}

static void put_json(pl_json_writer *json, const char *name, const char *text)
{
    if (text)
        pl_json_put_raw(json, name, pl_span_text(text));
}

static pl_err note_target(data_t *data, pl_uuid id)
{
    if (data->target_count == data->target_room) {
        size_t room = data->target_room ? data->target_room * 2 : 64;
        pl_uuid *more = pl_arena_take(data->tx->arena, room * sizeof *more);

        if (!more)
            return PL_ERR_MEMORY;
        for (size_t i = 0; i < data->target_count; i++)
            more[i] = data->targets[i];
        data->targets = more;
        data->target_room = room;
    }
    data->targets[data->target_count++] = id;
    return PL_OK;
}

/* ---- the customer ---- */

static pl_err put_customer(data_t *data)
{
    const customer_t *customer = data->customer;
    person_t person;
    pl_err err = personal_find(data->tx, customer->brand_id, customer->id, &person);

    if (err || (err = note_target(data, customer->id)))
        return err;
    put_id(data->json, "id", customer->id);
    if (person.number)
        pl_json_put_int(data->json, "number", person.number);
    pl_json_put_text(data->json, "email", customer->email);
    pl_json_put_text(data->json, "name", customer->name);
    pl_json_put_text(data->json, "phone", person.phone);
    pl_json_put_text(data->json, "language", person.language);
    put_json(data->json, "metadata", customer->metadata);
    put_time(data->json, "created_at", pl_uuid_v7_time_ms(customer->id));
    put_time(data->json, "erased_at", person.erased_at_ms);
    return PL_OK;
}

/* ---- licenses, and what hangs on them ---- */

static pl_err put_license(data_t *data, const license_view_t *view)
{
    const license_t *license = &view->license;
    const char *key = NULL;
    pl_err err = note_target(data, license->id);

    if (!err && data->extent == PERSONAL_EXPORTED)
        err = admin_license_key(data->tx, data->keyring, license, &key);
    if (err)
        return err;
    pl_json_open(data->json, NULL, '{');
    put_id(data->json, "id", license->id);
    pl_json_put_text(data->json, "product", view->product.slug);
    pl_json_put_text(data->json, "status", view->is_expired ? "expired" : license_state_text(view->status));
    if (view->reason)
        pl_json_put_text(data->json, "reason", pl_reason_text(view->reason));
    pl_json_put_text(data->json, "license_key", key);
    pl_json_put_text(data->json, "key_tail", view->key_tail);
    put_json(data->json, "metadata", license->metadata);
    put_time(data->json, "starts_at", license->starts_at_ms);
    put_time(data->json, "expires_at", license->expires_at_ms);
    put_time(data->json, "created_at", pl_uuid_v7_time_ms(license->id));
    pl_json_close(data->json);
    return PL_OK;
}

static pl_err put_licenses(data_t *data)
{
    const license_filter_t filter = {
        .brand_id = data->customer->brand_id, .customer_id = data->customer->id, .limit = PERSONAL_LICENSES_MAX};
    pl_err err = admin_license_list(data->tx, &filter, &data->licenses);

    data->is_cut |= data->licenses.has_more;
    pl_json_open(data->json, "licenses", '[');
    for (size_t i = 0; !err && i < data->licenses.count; i++)
        err = put_license(data, &data->licenses.items[i]);
    pl_json_close(data->json);
    return err;
}

static pl_err put_activation(data_t *data, const activation_row_t *row)
{
    pl_json_open(data->json, NULL, '{');
    put_id(data->json, "id", row->id);
    put_id(data->json, "license_id", row->license_id);
    pl_json_put_text(data->json, "kind", seat_kind_text(row->kind));
    pl_json_put_text(data->json, "identifier", row->identifier);
    pl_json_put_text(data->json, "device_name", row->device_name);
    put_json(data->json, "metadata", row->metadata);
    put_time(data->json, "activated_at", pl_uuid_v7_time_ms(row->id));
    put_time(data->json, "validated_at", row->validated_at_ms);
    put_time(data->json, "released_at", row->released_at_ms);
    pl_json_close(data->json);
    return note_target(data, row->id);
}

static pl_err put_activations_of(data_t *data, const license_t *license)
{
    const activation_page_t page = {
        .brand_id = license->brand_id, .license_id = license->id, .is_live = true, .is_ended = true, .limit = PAGE_MAX};
    activation_row_t *rows;
    size_t count = 0;
    pl_err err = activation_pages_list(data->tx, &page, &rows, &count);

    data->is_cut |= count == PAGE_MAX;
    for (size_t i = 0; !err && i < count; i++)
        err = put_activation(data, &rows[i]);
    return err;
}

static pl_err put_sessions_of(data_t *data, const license_t *license)
{
    session_t *sessions;
    size_t count = 0;
    pl_err err = sessions_list_shown(data->tx, license->brand_id, license->id, &sessions, &count);

    for (size_t i = 0; !err && i < count; i++) {
        pl_json_open(data->json, NULL, '{');
        put_id(data->json, "id", sessions[i].id);
        put_id(data->json, "license_id", sessions[i].license_id);
        put_id(data->json, "activation_id", sessions[i].activation_id);
        put_time(data->json, "started_at", sessions[i].started_at_ms);
        put_time(data->json, "lease_until", sessions[i].lease_until_ms);
        pl_json_close(data->json);
    }
    return err;
}

static pl_err put_subscription_of(data_t *data, const license_t *license)
{
    static const char *const states[] = {[SUBSCRIPTION_NONE] = "none",
                                         [SUBSCRIPTION_ACTIVE] = "active",
                                         [SUBSCRIPTION_TRIALING] = "trialing",
                                         [SUBSCRIPTION_PAST_DUE] = "past_due",
                                         [SUBSCRIPTION_PAUSED] = "paused",
                                         [SUBSCRIPTION_CANCELLED] = "cancelled",
                                         [SUBSCRIPTION_INCOMPLETE] = "incomplete"};
    subscription_t found = {.state = SUBSCRIPTION_NONE};
    pl_err err = subscriptions_find_by_license(data->tx, license->brand_id, license->id, &found);

    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    pl_json_open(data->json, NULL, '{');
    put_id(data->json, "license_id", found.license_id);
    pl_json_put_text(data->json, "provider", found.provider);
    pl_json_put_text(data->json, "state", (size_t)found.state < sizeof states / sizeof *states ? states[found.state] : "unknown");
    pl_json_put_text(data->json, "provider_customer", found.provider_customer);
    pl_json_put_text(data->json, "provider_subscription", found.provider_subscription);
    put_time(data->json, "period_end", found.period_end_ms);
    put_time(data->json, "next_billing_at", found.next_billing_at_ms);
    if (found.amount >= 0)
        pl_json_put_int(data->json, "amount", found.amount);
    pl_json_put_text(data->json, "currency", found.currency);
    pl_json_close(data->json);
    return PL_OK;
}

static pl_err put_of_each_license(data_t *data, const char *name, pl_err (*put)(data_t *data, const license_t *license))
{
    pl_err err = PL_OK;

    pl_json_open(data->json, name, '[');
    for (size_t i = 0; !err && i < data->licenses.count; i++)
        err = put(data, &data->licenses.items[i].license);
    pl_json_close(data->json);
    return err;
}

/* ---- money and mail ---- */

static pl_err put_payments(data_t *data)
{
    static const char *const states[] = {"unknown",  "failed",   "paid",
                                         "refunded", "disputed", "lost"}; /* as store/payments.h has them */
    paid_t *paid;
    size_t count = 0;
    pl_err err = personal_list_payments(data->tx, data->customer->brand_id, data->customer->id, &paid, &count);

    data->is_cut |= count == PERSONAL_PAGE_MAX;
    pl_json_open(data->json, "payments", '[');
    for (size_t i = 0; !err && i < count; i++) {
        bool is_known = paid[i].state > 0 && (size_t)paid[i].state < sizeof states / sizeof *states;

        pl_json_open(data->json, NULL, '{');
        pl_json_put_text(data->json, "provider", paid[i].provider);
        pl_json_put_text(data->json, "invoice", paid[i].invoice);
        pl_json_put_text(data->json, "charge", paid[i].charge);
        put_id(data->json, "license_id", paid[i].license_id);
        pl_json_put_text(data->json, "state", states[is_known ? paid[i].state : 0]);
        pl_json_put_int(data->json, "amount", paid[i].amount);
        pl_json_put_int(data->json, "refunded", paid[i].refunded);
        pl_json_put_text(data->json, "currency", paid[i].currency);
        put_time(data->json, "paid_at", paid[i].paid_at_ms);
        pl_json_close(data->json);
    }
    pl_json_close(data->json);
    return err;
}

static pl_err put_mail(data_t *data, const mail_t *mail)
{
    static const char *const states[] = {
        [MAIL_WAITING] = "waiting", [MAIL_SENT] = "sent", [MAIL_FAILED] = "failed", [MAIL_SUPPRESSED] = "suppressed"};
    pl_span content = {NULL, 0};
    pl_err err = data->extent == PERSONAL_EXPORTED ? mail_content(data->tx, data->keyring, mail, &content) : PL_OK;

    if (err)
        return err;
    pl_json_open(data->json, NULL, '{');
    put_id(data->json, "id", mail->id);
    pl_json_put_text(data->json, "template", mail->template);
    pl_json_put_text(data->json, "recipient", mail->recipient);
    pl_json_put_text(data->json, "state", states[mail->state]);
    put_time(data->json, "created_at", mail->created_at_ms);
    put_time(data->json, "settled_at", mail->settled_at_ms);
    pl_json_put_text(data->json, "error", mail->error);
    if (content.size)
        pl_json_put_raw(data->json, "content", content);
    pl_json_close(data->json);
    return PL_OK;
}

static pl_err put_mails(data_t *data)
{
    const char *folded = customers_fold_email(data->tx->arena, data->customer->email);
    mail_t *mails, *others;
    size_t count = 0, other_count = 0;
    pl_err err =
        folded ? personal_list_mails(data->tx, data->customer->brand_id, data->customer->id, &mails, &count) : PL_ERR_MEMORY;

    if (err || (err = personal_list_mails_to(data->tx, data->customer->brand_id, folded, &others, &other_count)))
        return err;
    data->is_cut |= count == PERSONAL_PAGE_MAX || other_count == PERSONAL_PAGE_MAX;
    pl_json_open(data->json, "mails", '[');
    for (size_t i = 0; !err && i < count; i++)
        err = put_mail(data, &mails[i]);
    for (size_t i = 0; !err && i < other_count; i++)
        err = put_mail(data, &others[i]);
    pl_json_close(data->json);
    return err;
}

static pl_err put_refunds(data_t *data)
{
    refund_request_t *requests;
    size_t count = 0;
    pl_err err = refund_requests_list_of(data->tx, data->customer->brand_id, data->customer->id, &requests, &count);

    pl_json_open(data->json, "refund_requests", '[');
    for (size_t i = 0; !err && i < count; i++) {
        pl_json_open(data->json, NULL, '{');
        put_id(data->json, "id", requests[i].id);
        put_id(data->json, "license_id", requests[i].license_id);
        pl_json_put_text(data->json, "state", refund_state_text(requests[i].state));
        pl_json_put_text(data->json, "invoice", requests[i].invoice);
        pl_json_put_text(data->json, "reason", requests[i].reason);
        pl_json_put_text(data->json, "details", requests[i].details);
        put_time(data->json, "created_at", requests[i].created_at_ms);
        put_time(data->json, "decided_at", requests[i].decided_at_ms);
        pl_json_close(data->json);
        err = note_target(data, requests[i].id);
    }
    pl_json_close(data->json);
    return err;
}

/* ---- what happened ---- */

static pl_err put_audit_of(data_t *data, pl_uuid target)
{
    const audit_search_t search = {.brand_id = data->customer->brand_id,
                                   .target = target,
                                   .limit = data->extent == PERSONAL_SHOWN ? AUDIT_SHOWN_MAX : PAGE_MAX};
    audit_page_t page = {.count = 0};
    pl_err err = audit_search(data->tx, &search, &page);

    data->is_cut |= (int64_t)page.count == search.limit;
    for (size_t i = 0; !err && i < page.count; i++) {
        pl_json_open(data->json, NULL, '{');
        put_time(data->json, "at", pl_uuid_v7_time_ms(page.entries[i].id));
        pl_json_put_text(data->json, "action", audit_action_text(page.entries[i].action));
        pl_json_put_text(data->json, "actor", page.entries[i].actor);
        put_id(data->json, "target", target);
        pl_json_put_text(data->json, "address", page.entries[i].address ? page.entries[i].address : "");
        put_json(data->json, "details", page.entries[i].metadata);
        pl_json_close(data->json);
    }
    return err;
}

static pl_err put_audit(data_t *data)
{
    pl_err err = PL_OK;

    pl_json_open(data->json, "audit", '[');
    for (size_t i = 0; !err && i < data->target_count; i++)
        err = put_audit_of(data, data->targets[i]);
    pl_json_close(data->json);
    return err;
}

static pl_err put_archive(data_t *data)
{
    archive_t *rows;
    size_t count = 0;
    pl_err err = archive_list(data->tx, data->customer->brand_id, data->customer->id, &rows, &count);

    data->is_cut |= count == ARCHIVE_PAGE_MAX;
    pl_json_open(data->json, "archive", '[');
    for (size_t i = 0; !err && i < count; i++) {
        pl_json_open(data->json, NULL, '{');
        put_time(data->json, "at", rows[i].at_ms);
        pl_json_put_text(data->json, "source", rows[i].source);
        pl_json_put_text(data->json, "kind", rows[i].kind);
        if (data->extent == PERSONAL_EXPORTED)
            put_json(data->json, "body", rows[i].body);
        pl_json_close(data->json);
    }
    pl_json_close(data->json);
    return err;
}

pl_err personal_data_write(tx_t *tx, const keyring_t *keyring, const customer_t *customer, personal_extent extent,
                           pl_json_writer *json)
{
    data_t data = {.tx = tx, .keyring = keyring, .customer = customer, .extent = extent, .json = json};
    const audit_t entry = {.brand_id = customer->brand_id, .action = AUDIT_CUSTOMER_EXPORTED, .target = customer->id};
    pl_err err;

    if ((err = put_customer(&data)) || (err = put_licenses(&data)) ||
        (err = put_of_each_license(&data, "activations", put_activations_of)) ||
        (err = put_of_each_license(&data, "sessions", put_sessions_of)) ||
        (err = put_of_each_license(&data, "subscriptions", put_subscription_of)) || (err = put_payments(&data)) ||
        (err = put_mails(&data)) || (err = put_refunds(&data)) || (err = put_audit(&data)) || (err = put_archive(&data)))
        return err;
    pl_json_put_bool(json, "is_complete", !data.is_cut);
    return extent == PERSONAL_EXPORTED ? audit_append(tx, &entry) : PL_OK;
}
