/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever stands in the body of a device request: the routes' parse functions, and for a request that passes them the verdict and
 * the signed answer. The first byte chooses the route; '@' stands for the id of the brand's root key and '$' for
 * a license key, which are new in each run.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "api/device.h"
#include "support/validator.h"

enum { ROUTES = 4, BODY_MAX = 16384 };

static const endpoint_t *const routes[ROUTES] = {&device_validate, &device_activate, &device_deactivate, &device_keyset};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static validator shop;
static api_t api;
static tally_t tally;
static const char *license_key;
static const char *query_text;

static void close_shop(void)
{
    validator_close(&shop);
    sightings_free(api.sightings);
}

static void open_shop(void)
{
    static bool is_open;

    if (is_open)
        return;
    is_open = true;
    validator_open(&shop);
    (void)validator_issue(&shop, NULL, &license_key);
    api.keys = instance_keys(shop.instance);
    api.sightings = sightings_new();
    api.tally = &tally;
    (void)atexit(close_shop);
}

static const char *query(const request_t *request, const char *name)
{
    (void)request;
    (void)name;
    return query_text;
}

static void expand(const uint8_t *data, size_t size, pl_buf *text)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '@')
            pl_buf_add_text(text, shop.roots.keys[0].kid);
        else if (data[i] == '$')
            pl_buf_add_text(text, license_key);
        else
            pl_buf_add(text, &data[i], 1);
    }
}

typedef struct {
    const endpoint_t *route;
    const void *in;
    void *out;
} act_t;

static pl_err act(void *context, tx_t *tx)
{
    act_t *call = context;

    return call->route->act(&api, tx, call->in, &call->out);
}

static void run(const endpoint_t *route, const request_t *request)
{
    tx_t about = {.arena = request->arena, .now_ms = VALIDATOR_NOW_MS, .actor = "device"};
    act_t call = {route, NULL, NULL};
    reply_t reply = {.status = 200};
    void *in = NULL;
    pl_buf body;

    if (route->parse(&api, request, &in))
        return;
    call.in = in;
    if (route->act && store_write(instance_store(shop.instance), &about, act, &call))
        return;
    pl_buf_init(&body);
    reply.body = &body;
    (void)route->reply(&api, request->arena, in, call.out, &reply);
    pl_buf_reset(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_arena arena;
    request_t request = {.arena = &arena, .id = "fuzz", .query = query};
    pl_buf text;

    open_shop();
    if (size == 0 || size > BODY_MAX)
        return 0;
    pl_arena_init(&arena);
    pl_buf_init(&text);
    expand(data + 1, size - 1, &text);
    request.body = pl_buf_span(&text);
    query_text = text.data;
    run(routes[data[0] % ROUTES], &request);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
    return 0;
}
