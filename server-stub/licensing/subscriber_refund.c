/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the request down.
 */
#include "licensing/subscriber_refund.h"

#include "licensing/mail.h"
#include "licensing/settings.h"
#include "store/audit.h"

#include <stdio.h>
#include <string.h>

enum { AMOUNT_SIZE = 48, PENDING_MAX = 12 /* of a license; those beyond wait in the ones that are there */ };

static bool is_about(const refund_request_t *request, const char *invoice)
{
    return strcmp(request->invoice ? request->invoice : "", invoice ? invoice : "") == 0;
}

/* For the same invoice, or for none. */
static pl_err is_pending(tx_t *tx, const subscriber_t *subscriber, const char *invoice, bool *pending)
{
    refund_request_t *requests;
    size_t count;
    size_t waiting = 0;
    pl_err err = refund_requests_list_of(tx, subscriber->license.brand_id, subscriber->customer.id, &requests, &count);

    *pending = false;
    for (size_t i = 0; !err && i < count; i++)
        if (requests[i].state == REFUND_PENDING && pl_uuid_equal(requests[i].license_id, subscriber->license.id)) {
            *pending |= is_about(&requests[i], invoice);
            waiting++;
        }
    *pending |= waiting >= PENDING_MAX;
    return err;
}

/* Without an address of its support a brand finds the request by command. */
static pl_err mail_support(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const refund_request_t *request)
{
    char id[PL_UUID_TEXT_SIZE], amount[AMOUNT_SIZE] = "";
    const subscription_t *paid = &subscriber->subscription;
    const char *support;
    pl_err err = setting_read(tx, keyring, request->brand_id, SETTING_SUPPORT_EMAIL, &support);

    if (err || !support)
        return err;
    pl_uuid_format(request->id, id);
    if (subscriber->has_subscription && paid->amount >= 0 && paid->currency)
        (void)snprintf(amount, sizeof(amount), "%lld %s", (long long)paid->amount, paid->currency);

    const mail_value_t values[] = {{"customer_name", subscriber->customer.name},
                                   {"customer_email", subscriber->customer.email},
                                   {"amount", *amount ? amount : NULL},
                                   {"reason", request->reason},
                                   {"details", request->details},
                                   {"request_id", id}};
    const mail_order_t order = {.brand_id = request->brand_id,
                                .template = MAIL_REFUND_REQUESTED,
                                .purpose = id,
                                .recipient = support,
                                .license_id = request->license_id,
                                .values = values,
                                .count = sizeof(values) / sizeof(values[0])};

    return mail_order(tx, keyring, &order, NULL);
}

static pl_err note(tx_t *tx, const refund_request_t *request)
{
    audit_t entry = {.brand_id = request->brand_id, .action = AUDIT_REFUND_REQUESTED, .target = request->license_id};
    char id[PL_UUID_TEXT_SIZE];

    pl_uuid_format(request->id, id);
    entry.metadata = pl_arena_format(tx->arena, "{\"request\":\"%s\"}", id);
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

pl_err subscriber_ask_refund(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const refund_wish_t *wish)
{
    const refund_request_t request = {.brand_id = subscriber->license.brand_id,
                                      .id = store_new_id(tx),
                                      .customer_id = subscriber->customer.id,
                                      .license_id = subscriber->license.id,
                                      .invoice = wish->invoice,
                                      .reason = wish->reason,
                                      .details = wish->details,
                                      .state = REFUND_PENDING,
                                      .amount = -1,
                                      .created_at_ms = tx->now_ms};
    bool pending, is_new;
    pl_err err = is_pending(tx, subscriber, wish->invoice, &pending);

    if (err || pending)
        return err;
    if ((err = refund_requests_insert(tx, &request, &is_new)) || (err = note(tx, &request)))
        return err;
    return mail_support(tx, keyring, subscriber, &request);
}
