/* SPDX-License-Identifier: Apache-2.0
 *
 * The member "error" of a problem document: {"code", "message"}, and what is wrong with each member of the request; for credentials a
 * flat text. Written for clients of a license service for several brands, see docs/MIGRATING.md.
 */
#include "api/refusal.h"

#include <string.h>

typedef struct {
    pl_err err;
    const char *code;
} code_t;

static const code_t codes[] = {
    {PL_ERR_INVALID, "VALIDATION_ERROR"},
    {PL_ERR_MALFORMED, "PARSE_ERROR"},
    {PL_ERR_TOO_LARGE, "REQUEST_TOO_LARGE"},
    {PL_ERR_FORBIDDEN, "FORBIDDEN"},
    {PL_ERR_METHOD, "METHOD_NOT_ALLOWED"},
    {PL_ERR_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"},
    {PL_ERR_CONFLICT, "CONFLICT"},
    {PL_ERR_REUSED_KEY, "IDEMPOTENCY_KEY_REUSED"},
    {PL_ERR_CHANGED, "PRECONDITION_FAILED"},
    {PL_ERR_RATE_LIMITED, "RATE_LIMIT_EXCEEDED"},
    {PL_ERR_KEY_TYPO, "VALIDATION_ERROR"},
    {PL_ERR_UNKNOWN_KEY, "INVALID_LICENSE_KEY"},
    {PL_ERR_NO_LICENSE, "LICENSE_NOT_FOUND"},
    {PL_ERR_NO_ACTIVATION, "ACTIVATION_NOT_FOUND"},
    {PL_ERR_SEATS_TAKEN, "SEAT_LIMIT_EXCEEDED"},
    {PL_ERR_LICENSE_EXPIRED, "LICENSE_EXPIRED"},
    {PL_ERR_LICENSE_SUSPENDED, "LICENSE_SUSPENDED"},
    {PL_ERR_LICENSE_CANCELLED, "LICENSE_CANCELLED"},
    {PL_ERR_LICENSE_NOT_STARTED, "INVALID_LICENSE_STATUS"},
};

static const char *code_of(const refusal_t *refusal)
{
    if (refusal->err == PL_ERR_NOT_FOUND)
        return refusal->shape->not_found;
    if (refusal->err == PL_ERR_STATE)
        return refusal->shape->state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].err == refusal->err)
            return codes[i].code;
    return refusal->status == 503 ? "SERVICE_UNAVAILABLE" : "INTERNAL_ERROR";
}

/* Two faults of one member are told once: a member stands in an object once. */
static bool is_told(const fault_t *first, const fault_t *fault)
{
    for (; first != fault; first = first->next)
        if (strcmp(first->member, fault->member) == 0)
            return true;
    return strcmp(fault->member, "code") == 0 || strcmp(fault->member, "message") == 0;
}

void refusal_extend_error(const refusal_t *refusal, pl_json_writer *json)
{
    if (refusal->err == PL_ERR_UNAUTHORIZED) {
        pl_json_put_text(json, "error", refusal_message(refusal));
        return;
    }
    pl_json_open(json, "error", '{');
    pl_json_put_text(json, "code", code_of(refusal));
    pl_json_put_text(json, "message", refusal_message(refusal));
    for (const fault_t *fault = refusal->faults; fault; fault = fault->next) {
        if (is_told(refusal->faults, fault))
            continue;
        pl_json_open(json, fault->member, '[');
        pl_json_put_text(json, NULL, fault->detail);
        pl_json_close(json);
    }
    pl_json_close(json);
}
