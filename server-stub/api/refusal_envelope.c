/* SPDX-License-Identifier: Apache-2.0
 *
 * {"success": false, "message"} for clients of a license service for WordPress brands, see docs/MIGRATING.md. Our code and the request's
 * id stand beside, for whoever looks for it in the log.
 */
#include <stdio.h>

#include "api/refusal.h"

enum { MESSAGE_MAX = 512 };

/* "member [sentence]"; of several the last. */
static const char *name_fault(const fault_t *fault, char text[MESSAGE_MAX])
{
    while (fault->next)
        fault = fault->next;
    (void)snprintf(text, MESSAGE_MAX, "%s [%s]", fault->member, fault->detail);
    return text;
}

void refusal_put_envelope(const refusal_t *refusal, pl_json_writer *json)
{
    const char *message = refusal_message(refusal);
    char text[MESSAGE_MAX];

    if (refusal->err == PL_ERR_RATE_LIMITED) {
        (void)snprintf(text, sizeof text, "Request was throttled. Expected available in %d seconds.", refusal->retry_after_s);
        message = text;
    } else if (refusal->faults) {
        message = name_fault(refusal->faults, text);
    }
    /* Who asks without or with a wrong key is told so in words, and that "detail" says it too, by the habit of those clients. */
    if (refusal->err == PL_ERR_UNAUTHORIZED)
        pl_json_put_text(json, "success", "False");
    else
        pl_json_put_bool(json, "success", false);
    pl_json_put_text(json, "message", message);
    if (refusal->err == PL_ERR_UNAUTHORIZED || refusal->err == PL_ERR_RATE_LIMITED)
        pl_json_put_text(json, "detail", message);
    pl_json_put_text(json, "code", pl_err_code(refusal->err));
    pl_json_put_text(json, "request_id", refusal->request_id);
}
