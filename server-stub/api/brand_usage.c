/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/licenses/{id}/usage: what a license has used of each meter, and what it may.
 */
#include "api/license_json.h"
#include "api/listing.h"
#include "api/vendor.h"
#include "licensing/usage.h"

static const char *const columns[] = {"meter", "used", "allowed", "remaining", "overdraft", NULL};

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    const pl_usage_balance *balance = &((const pl_usage_balance *)context)[index];
    const int64_t left = balance->allowed - balance->used;

    pl_json_open(json, NULL, '{');
    pl_json_put_text(json, "meter", balance->meter);
    pl_json_put_int(json, "used", balance->used);
    if (balance->allowed == PL_USAGE_UNLIMITED) {
        brand_put_json(json, "allowed", NULL);
        brand_put_json(json, "remaining", NULL);
        pl_json_put_int(json, "overdraft", 0);
    } else {
        pl_json_put_int(json, "allowed", balance->allowed);
        pl_json_put_int(json, "remaining", left > 0 ? left : 0);
        pl_json_put_int(json, "overdraft", left < 0 ? -left : 0);
    }
    pl_json_close(json);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    pl_usage_balance *balances;
    license_view_t view;
    size_t count;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) ||
        (err = licensing_usage_of(tx, &view.license, &view.product, &balances, &count)))
        return err;
    return listing_write(tx, call, reply, &(listing_t){columns, count, true, put_item, balances});
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_list, in);
}

const endpoint_t brand_usage_list = {parse_list, brand_act, brand_reply, NULL};
