/* SPDX-License-Identifier: Apache-2.0
 *
 * Refusals of the server itself (wrong method, a flood, a broken database) in the shapes of POSPal's licensing API. A server that can't
 * decide says that it is offline, whatever the path: never that a license is bad.
 */
#include "api/pospal_shape.h"
#include "api/refusal.h"

static const struct {
    pl_err err;
    const char *code;
    const char *message; /* NULL: the refusal's own */
} words[] = {
    {PL_ERR_NOT_FOUND, NULL, "Not found"},
    {PL_ERR_METHOD, "METHOD_NOT_ALLOWED", "Method not allowed"},
    {PL_ERR_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", NULL},
    {PL_ERR_TOO_LARGE, "REQUEST_TOO_LARGE", NULL},
    {PL_ERR_RATE_LIMITED, "RATE_LIMIT", "Too many requests. Please try again later."},
    {PL_ERR_MALFORMED, "INVALID_REQUEST_FORMAT", "Request body must be a JSON object"},
    {PL_ERR_INVALID, "INVALID_REQUEST_FORMAT", NULL},
};

void refusal_put_pospal(const refusal_t *refusal, pl_json_writer *json)
{
    pospal_refusal_t told = {"INTERNAL_ERROR", "Internal error", false, refusal->now_ms, refusal->request_id};
    pospal_shape shape = POSPAL_PLAIN;

    if (refusal->status == 503) {
        pospal_put_offline(json, refusal->now_ms, refusal->retry_after_s);
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].err == refusal->err) {
            told.code = words[i].code;
            told.message = words[i].message ? words[i].message : refusal_message(refusal);
        }
    if (refusal->err != PL_ERR_NOT_FOUND)
        (void)pospal_shape_of(refusal->path, &shape);
    told.is_list = refusal->status == 400;
    pospal_put_refusal(json, shape, &told);
    if (refusal->err == PL_ERR_RATE_LIMITED)
        pl_json_put_int(json, "retryAfter", refusal->retry_after_s);
    if (shape == POSPAL_UNIFIED)
        pospal_put_metadata(json, false);
}
