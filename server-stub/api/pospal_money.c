/* SPDX-License-Identifier: Apache-2.0
 *
 * What the routes about money share, and /pricing.
 */
#include "api/pospal_money.h"

#include "licensing/currency.h"

#include <ctype.h>
#include <string.h>

pl_err pospal_money_open(tx_t *tx, const pospal_call_t *call, pospal_money_t *money)
{
    money->about = *tx;
    money->work = (inbox_t){
        call->api->billing, tx->store, &money->about, {call->facade->brand_id, call->facade->product_id, call->keyring}};
    return billing_find_account(tx->store, &money->about, &money->work.scope, &money->account);
}

/* ---- /pricing ---- */

/* "29", "29.5", "29.99": as a number of JavaScript's is written. */
static const char *price_number(pl_arena *arena, const billing_price_t *price)
{
    char *text = currency_amount(arena, price->amount, price->currency, '.');
    char *point = text ? strchr(text, '.') : NULL;

    for (char *last = point ? point + strlen(point) - 1 : NULL; last && last >= point && (*last == '0' || *last == '.'); last--)
        *last = '\0';
    return text;
}

static pl_err answer_price(tx_t *tx, const billing_price_t *price, pospal_reply_t *reply)
{
    static const char *const states[] = {[PRICE_HIT] = "cache_hit", [PRICE_REFRESHED] = "refreshed", [PRICE_STALE] = "stale"};
    const char *number = price_number(tx->arena, price);
    char currency[sizeof price->currency] = "";
    pl_json_writer *json;

    if (!number)
        return PL_ERR_MEMORY;
    for (size_t i = 0; price->currency[i]; i++)
        currency[i] = (char)toupper((unsigned char)price->currency[i]);
    json = pospal_answer(reply, 200);
    pl_json_put_raw(json, "price", pl_span_text(number));
    pl_json_put_text(json, "currency", currency);
    pl_json_put_text(json, "source", "stripe_live");
    pl_json_put_int(json, "cache_ttl_seconds", PRICE_KEPT_S);
    pl_json_put_text(json, "cache_state", states[price->freshness]);
    return PL_OK;
}

static pl_err work_pricing(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    pospal_money_t money;
    billing_price_t price;
    pl_err err = pospal_money_open(tx, call, &money);

    if (err)
        return err;
    err = billing_price(call->api->billing, &money.account, tx->now_ms, tx->arena, &price);
    if (err == PL_ERR_MEMORY)
        return err;
    if (err)
        return pospal_refuse(reply, 503, "PRICING_UNAVAILABLE", "The price cannot be told at the moment");
    return answer_price(tx, &price, reply);
}

static pl_err parse_pricing(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_pricing, in);
}

const endpoint_t pospal_pricing = {parse_pricing, pospal_act, pospal_reply, NULL};
