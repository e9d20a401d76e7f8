/* SPDX-License-Identifier: Apache-2.0
 *
 * The states of refund requests.
 */
#include "licensing/refunds.h"

#include "store/audit.h"

static pl_err refuse(const refund_request_t *request, const char *what)
{
    return pl_fail(PL_ERR_STATE, "the request is %s, so it cannot be %s", refund_state_text(request->state), what);
}

static pl_err change(tx_t *tx, refund_request_t *request, refund_state state, audit_action action)
{
    audit_t entry = {.brand_id = request->brand_id, .action = action, .target = request->id};
    char license[PL_UUID_TEXT_SIZE];
    pl_err err;

    pl_uuid_format(request->license_id, license);
    request->state = state;
    if (state != REFUND_MADE || !request->decided_at_ms) {
        request->decided_at_ms = tx->now_ms;
        request->decided_by = tx->actor;
    }
    if (!(entry.metadata = pl_arena_format(tx->arena, "{\"license\":\"%s\"}", license)))
        return PL_ERR_MEMORY;
    err = refund_requests_change(tx, request);
    return err ? err : audit_append(tx, &entry);
}

static void take_note(refund_request_t *request, const char *note)
{
    if (note)
        request->note = note;
}

pl_err refund_approve(tx_t *tx, refund_request_t *request, const char *note)
{
    if (request->state == REFUND_APPROVED)
        return PL_OK;
    if (request->state != REFUND_PENDING)
        return refuse(request, "approved");
    take_note(request, note);
    return change(tx, request, REFUND_APPROVED, AUDIT_REFUND_APPROVED);
}

pl_err refund_reject(tx_t *tx, refund_request_t *request, const char *note)
{
    if (request->state == REFUND_REJECTED)
        return PL_OK;
    if (request->state == REFUND_MADE)
        return refuse(request, "rejected");
    take_note(request, note);
    return change(tx, request, REFUND_REJECTED, AUDIT_REFUND_REJECTED);
}

pl_err refund_settle(tx_t *tx, refund_request_t *request, const char *provider_refund, int64_t amount)
{
    if (request->state == REFUND_MADE)
        return PL_OK;
    if (request->state == REFUND_REJECTED)
        return refuse(request, "refunded");
    request->provider_refund = provider_refund;
    if (amount >= 0)
        request->amount = amount;
    return change(tx, request, REFUND_MADE, AUDIT_REFUND_MADE);
}
