/* SPDX-License-Identifier: Apache-2.0
 *
 * Making refunds.
 */
#include "billing/refund_made.h"

#include "billing/stripe_calls.h"
#include "licensing/refunds.h"

typedef struct {
    refund_request_t *request;
    const char *refund;
    int64_t amount;
} made_t;

static pl_err work_settle(void *context, tx_t *tx)
{
    const made_t *made = context;
    pl_err err = refund_requests_find(tx, made->request->brand_id, made->request->id, made->request);

    return err ? err : refund_settle(tx, made->request, made->refund, made->amount);
}

static pl_err ask(billing_t *billing, const billing_account_t *account, pl_arena *arena, made_t *made)
{
    char id[PL_UUID_TEXT_SIZE];
    const char *key;
    stripe_t stripe;
    pl_err err;

    pl_uuid_format(made->request->id, id);
    if (!(key = pl_arena_format(arena, "refund-request-%s", id)))
        return PL_ERR_MEMORY;
    if ((err = billing_connect(billing, account, arena, &stripe)))
        return err;
    err = stripe_refund_invoice(&stripe, made->request->invoice, key, &made->refund, &made->amount);
    if (err && stripe.error.message)
        err = pl_fail(err, "the payment provider says: %s", stripe.error.message);
    stripe_close(&stripe);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_STATE, "the payment provider has no invoice %s", made->request->invoice)
                                   : err;
}

pl_err refund_make(billing_t *billing, store_t *store, const tx_t *about, const keyring_t *keyring, refund_request_t *request)
{
    const billing_scope_t scope = {.brand_id = request->brand_id, .keyring = keyring};
    made_t made = {.request = request, .amount = -1};
    billing_account_t account;
    pl_err err;

    if (request->state == REFUND_MADE)
        return PL_OK;
    if (request->state != REFUND_APPROVED)
        return pl_fail(PL_ERR_STATE, "the request is %s", refund_state_text(request->state));
    if (!request->invoice)
        return pl_fail(PL_ERR_STATE, "the request names no invoice");
    if ((err = billing_find_account(store, about, &scope, &account)) || (err = ask(billing, &account, about->arena, &made)))
        return err;
    return store_write(store, about, work_settle, &made);
}
