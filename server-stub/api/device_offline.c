/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/request and /release: what a person carried from a device without network, brought in by somebody who has one.
 */
#include "api/device.h"
#include "licensing/offline.h"

enum { TEXT_MAX = PL_REQUEST_MAX };

typedef struct {
    const keyring_t *keyring;
    offline_request_t request;
    offline_release_call_t release;
} offline_in_t;

/* The one member of the body. */
static pl_err read_text(const api_t *api, const request_t *request, const char *member, offline_in_t **in, const char **text)
{
    const pl_json *object;
    pl_err err;

    *in = pl_arena_take(request->arena, sizeof **in);
    if (!*in || !((*in)->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    if ((err = pl_json_parse(request->arena, request->body, PL_REQUEST_MAX, &object)) ||
        (err = pl_json_want_text(object, member, TEXT_MAX, text)))
        return err == PL_ERR_MALFORMED ? PL_ERR_INVALID : err;
    return PL_OK;
}

static pl_err parse_request(const api_t *api, const request_t *request, void **out)
{
    offline_in_t *in;
    const char *text;
    pl_err err = read_text(api, request, "request", &in, &text);

    *out = in;
    return err ? err : offline_read_request(request->arena, in->keyring, pl_span_text(text), &in->request);
}

static pl_err parse_release(const api_t *api, const request_t *request, void **out)
{
    offline_in_t *in;
    const char *text;
    pl_err err = read_text(api, request, "proof", &in, &text);

    *out = in;
    return err ? err : offline_read_release(request->arena, in->keyring, pl_span_text(text), &in->release);
}

static pl_err act_request(const api_t *api, tx_t *tx, const void *in, void **out)
{
    offline_outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    (void)api;
    *out = outcome;
    return outcome ? offline_activate(tx, &((const offline_in_t *)in)->request, outcome) : PL_ERR_MEMORY;
}

static pl_err act_release(const api_t *api, tx_t *tx, const void *in, void **out)
{
    offline_outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    (void)api;
    *out = outcome;
    return outcome ? offline_release(tx, &((const offline_in_t *)in)->release, outcome) : PL_ERR_MEMORY;
}

static pl_err reply_offline(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const offline_outcome_t *outcome = out;
    const device_in_t device = {((const offline_in_t *)in)->keyring, outcome->call};

    return device_reply(api, arena, &device, &outcome->outcome, reply);
}

const endpoint_t device_request = {parse_request, act_request, reply_offline, NULL};
const endpoint_t device_release = {parse_release, act_release, reply_offline, NULL};
