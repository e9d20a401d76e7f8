/* SPDX-License-Identifier: Apache-2.0
 *
 * The host, the path, the present.
 */
#include "http/exchange_facade.h"

#include <string.h>

#include "api/refusal.h"
#include "licensing/facades.h"
#include "platform/clock.h"

bool exchange_is_at_facade(const exchange_t *exchange)
{
    const api_t *api = exchange->loop->engine->api;
    const keyring_t *keyring = api && api->keys ? keys_pin(api->keys, exchange->request.arena) : NULL;

    return keyring && facade_find(keyring, exchange->request.header(&exchange->request, "Host")) != NULL;
}

/* The one path that has another use besides: health of the server, which is no page's to ask for elsewhere. */
static bool is_preflight_of_health(const exchange_t *exchange)
{
    return strcmp(exchange->method, "OPTIONS") == 0 && strcmp(exchange->request.path, "/health") == 0;
}

bool exchange_is_open(const exchange_t *exchange)
{
    if (exchange->route)
        return exchange->route->role == ROLE_FACADE;
    return refusal_shape_of(exchange->request.path)->is_open ||
           ((exchange->err == PL_ERR_NOT_FOUND || is_preflight_of_health(exchange)) && exchange_is_at_facade(exchange));
}

int64_t exchange_now_ms(const exchange_t *exchange)
{
    return exchange->now_ms ? exchange->now_ms : pl_clock_coarse_wall_ms();
}
