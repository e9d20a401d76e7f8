/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as an event of the payment provider, and as the header of its signature: what is read is within its bounds, and nothing that is
 * not signed is taken for signed.
 */
#include <stdlib.h>
#include <string.h>

#include "billing/effects.h"
#include "billing/stripe_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_objects(const pl_json *object)
{
    stripe_subscription_t subscription;
    stripe_invoice_t invoice;
    stripe_checkout_t checkout;
    stripe_charge_t charge;
    stripe_dispute_t dispute;
    stripe_customer_t customer;
    stripe_price_t price;

    if (!stripe_read_subscription(object, &subscription) && (subscription.amount < -1 || subscription.period_end_ms < 0))
        abort();
    if (!stripe_read_invoice(object, &invoice) && (invoice.period_end_ms < 0 || strlen(invoice.id) > 255))
        abort();
    (void)stripe_read_checkout(object, &checkout);
    (void)stripe_read_charge(object, &charge);
    (void)stripe_read_dispute(object, &dispute);
    (void)stripe_read_customer(object, &customer);
    (void)stripe_read_price(object, &price);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const pl_span body = pl_span_of(data, size);
    char *header = malloc(size + 1);
    stripe_event_t event;
    pl_arena arena;

    if (!header)
        return 0;
    memcpy(header, data, size);
    header[size] = '\0';
    pl_arena_init(&arena);
    if (!effects_read_event(&arena, body, &event)) {
        if (strlen(event.id) > INBOUND_ID_MAX || strlen(event.type) > INBOUND_TYPE_MAX)
            abort();
        (void)effects_find(event.type);
        read_objects(event.object);
    }
    if (!stripe_signature_check("whsec_nobody_knows_this_one", header, body, 1760000000))
        abort();
    pl_arena_reset(&arena);
    free(header);
    return 0;
}
