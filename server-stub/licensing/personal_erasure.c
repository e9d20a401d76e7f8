/* SPDX-License-Identifier: Apache-2.0
 *
 * Erasing a customer's personal data. What is left names nobody: rows of licenses, which devices and books refer to, payments, which the
 * law wants kept, and the audit, whose chain holds without what was erased.
 */
#include "licensing/personal_data.h"

#include <string.h>

#include "licensing/admin_licenses.h"
#include "licensing/mail.h"
#include "store/archive.h"
#include "store/audit_seals.h"
#include "store/personal.h"
#include "store/refund_requests.h"
#include "store/subscriptions.h"

typedef struct {
    tx_t *tx;
    const customer_t *customer;
    bool cancels;
    erasure_t *out;
} erase_t;

static const char *format_id(pl_arena *arena, const char *form, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    return pl_arena_format(arena, form, text);
}

static pl_err erase_audit(erase_t *erase, pl_uuid target)
{
    int64_t count;
    pl_err err = audit_erase(erase->tx, erase->customer->brand_id, target, &count);

    erase->out->audit_rows += count;
    return err;
}

/* ---- a license ---- */

static bool is_live(const license_view_t *view)
{
    return view->status != LICENSE_CANCELLED && !view->is_expired;
}

static pl_err check_license(const license_view_t *view, bool cancels)
{
    char id[PL_UUID_TEXT_SIZE];

    pl_uuid_format(view->license.id, id);
    if (!is_live(view) || cancels)
        return PL_OK;
    return pl_fail(PL_ERR_STATE, "the license %s is %s; cancel it first, or say that it shall be cancelled", id,
                   license_state_text(view->status));
}

/* What goes on at the provider is for the vendor to end there. */
static pl_err note_subscription(erase_t *erase, const license_t *license)
{
    subscription_t found = {.state = SUBSCRIPTION_NONE};
    pl_err err = subscriptions_find_by_license(erase->tx, license->brand_id, license->id, &found);
    erasure_t *out = erase->out;

    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if (!found.provider_subscription || found.state == SUBSCRIPTION_CANCELLED)
        return PL_OK;
    out->subscriptions = pl_arena_format(erase->tx->arena, "%s%s%s", out->subscriptions ? out->subscriptions : "",
                                         out->subscriptions ? " " : "", found.provider_subscription);
    return out->subscriptions ? PL_OK : PL_ERR_MEMORY;
}

static pl_err erase_seats(erase_t *erase, license_t *license)
{
    activation_t *seats;
    size_t count;
    pl_err err = activations_list_all(erase->tx, license->brand_id, license->id, &seats, &count);

    for (size_t i = 0; !err && i < count; i++) {
        if (!seats[i].released_at_ms && !(err = admin_activation_release(erase->tx, license, seats[i].id)))
            erase->out->activations++;
        if (!err)
            err = erase_audit(erase, seats[i].id);
    }
    return err ? err : personal_erase_seats(erase->tx, license->brand_id, license->id);
}

static pl_err cancel(erase_t *erase, const license_view_t *view, license_t *license)
{
    static const license_cause_t cause = {.reason = PL_REASON_VENDOR};
    pl_err err;

    if (view->status == LICENSE_CANCELLED)
        return PL_OK;
    if (!(err = admin_license_change(erase->tx, license, LICENSE_CANCEL, &cause)))
        erase->out->licenses++;
    return err;
}

static pl_err erase_license(erase_t *erase, const license_view_t *view)
{
    license_t license;
    pl_err err = licenses_find(erase->tx, view->license.brand_id, view->license.id, &license); /* locks it */

    if (err || (err = note_subscription(erase, &license)) || (err = cancel(erase, view, &license)) ||
        (err = erase_seats(erase, &license)))
        return err;
    if (license.metadata) {
        license.metadata = NULL;
        if ((err = licenses_change(erase->tx, &license)))
            return err;
    }
    return erase_audit(erase, license.id);
}

static pl_err erase_licenses(erase_t *erase)
{
    const license_filter_t filter = {
        .brand_id = erase->customer->brand_id, .customer_id = erase->customer->id, .limit = PERSONAL_LICENSES_MAX};
    license_list_t list;
    pl_err err = admin_license_list(erase->tx, &filter, &list);

    if (!err && list.has_more)
        err = pl_fail(PL_ERR_TOO_LARGE, "the customer has more than %d licenses", (int)PERSONAL_LICENSES_MAX);
    for (size_t i = 0; !err && i < list.count; i++)
        err = check_license(&list.items[i], erase->cancels);
    for (size_t i = 0; !err && i < list.count; i++)
        err = erase_license(erase, &list.items[i]);
    return err;
}

/* ---- mail ---- */

static pl_err erase_mails(erase_t *erase, const mail_t *mails, size_t count)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < count; i++) {
        const char *purpose = format_id(erase->tx->arena, "erased:%s", mails[i].id);

        err = purpose ? personal_erase_mail(erase->tx, &mails[i], purpose) : PL_ERR_MEMORY;
    }
    erase->out->mails += (int64_t)count;
    return err;
}

/* A page of it at a time: those that are erased are to nobody any more. */
static pl_err erase_mails_to(erase_t *erase, const char *folded)
{
    const customer_t *customer = erase->customer;
    mail_t *mails;
    size_t count;
    pl_err err;

    do {
        if ((err = personal_list_mails_to(erase->tx, customer->brand_id, folded, &mails, &count)) ||
            (err = erase_mails(erase, mails, count)))
            return err;
    } while (count == PERSONAL_PAGE_MAX);
    err = personal_list_mails(erase->tx, customer->brand_id, customer->id, &mails, &count);
    if (!err && count == PERSONAL_PAGE_MAX)
        err = pl_fail(PL_ERR_TOO_LARGE, "more than %d mails went to the customer", (int)PERSONAL_PAGE_MAX);
    return err ? err : erase_mails(erase, mails, count);
}

/* ---- the customer ---- */

/* The brand's support was written to about it. */
static pl_err erase_request(erase_t *erase, pl_uuid id)
{
    const char *text = format_id(erase->tx->arena, "%s", id);
    const char *purpose =
        text ? pl_arena_format(erase->tx->arena, "%s:%s", mail_template_text(MAIL_REFUND_REQUESTED), text) : NULL;
    pl_err err = purpose ? personal_empty_mail(erase->tx, erase->customer->brand_id, purpose) : PL_ERR_MEMORY;

    return err ? err : erase_audit(erase, id);
}

static pl_err erase_requests(erase_t *erase)
{
    const customer_t *customer = erase->customer;
    refund_request_t *requests;
    size_t count;
    pl_err err = refund_requests_list_of(erase->tx, customer->brand_id, customer->id, &requests, &count);

    for (size_t i = 0; !err && i < count; i++)
        err = erase_request(erase, requests[i].id);
    return err ? err : refund_requests_erase(erase->tx, customer->brand_id, customer->id);
}

static pl_err erase_customer(erase_t *erase)
{
    const customer_t *customer = erase->customer;
    const audit_t entry = {.brand_id = customer->brand_id, .action = AUDIT_CUSTOMER_ERASED, .target = customer->id};
    const char *address = format_id(erase->tx->arena, "erased-%s", customer->id) /* none that mail could go to */;
    pl_err err = address ? personal_erase_customer(erase->tx, customer->brand_id, customer->id, address) : PL_ERR_MEMORY;

    if (err || (err = erase_audit(erase, customer->id)))
        return err;
    return audit_append(erase->tx, &entry);
}

pl_err personal_data_erase(tx_t *tx, const customer_t *customer, bool cancels, erasure_t *erasure)
{
    erase_t erase = {tx, customer, cancels, erasure};
    const char *folded = customers_fold_email(tx->arena, customer->email);
    person_t person;
    pl_err err;

    *erasure = (erasure_t){.subscriptions = NULL};
    if (!folded)
        return PL_ERR_MEMORY;
    if ((err = personal_find(tx, customer->brand_id, customer->id, &person)))
        return err;
    if (person.erased_at_ms)
        return pl_fail(PL_ERR_STATE, "the customer's personal data were erased before");
    if ((err = erase_licenses(&erase)) || (err = erase_mails_to(&erase, folded)) || (err = erase_requests(&erase)) ||
        (err = personal_erase_events(tx, customer->brand_id, customer->id)) ||
        (err = personal_erase_verifications(tx, customer->brand_id, folded)) ||
        (err = archive_erase(tx, customer->brand_id, customer->id, &erasure->archive_rows)))
        return err;
    return erase_customer(&erase);
}
