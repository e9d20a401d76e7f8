/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a device's request: everything that needs no database.
 */
#include "licensing/device.h"

static pl_err read_ids(device_call_t *call)
{
    const pl_device_request *request = &call->request;
    pl_err err = PL_OK;

    if (request->instance_id)
        err = pl_uuid_parse(pl_span_text(request->instance_id), &call->instance_id);
    if (!err && request->activation_id)
        err = pl_uuid_parse(pl_span_text(request->activation_id), &call->activation_id);
    if (!err && request->session_id)
        err = pl_uuid_parse(pl_span_text(request->session_id), &call->session_id);
    if (!err && request->license_id)
        err = pl_uuid_parse(pl_span_text(request->license_id), &call->license_id);
    if (!err && request->fingerprint)
        err = pl_fingerprint_parse(pl_span_text(request->fingerprint), &call->fingerprint);
    return err;
}

/* A fingerprint that could not tell two machines apart must not take a seat. */
static pl_err check_fingerprint(const device_call_t *call)
{
    if (!pl_fingerprint_is_of_one_machine(&call->fingerprint))
        return pl_fail(PL_ERR_INVALID, "fingerprint has several values of what a machine has one of");
    if ((call->act != PL_ACT_ACTIVATE && call->act != PL_ACT_TRIAL) || pl_fingerprint_is_enough(&call->fingerprint))
        return PL_OK;
    return pl_fail(PL_ERR_NO_FINGERPRINT, "the fingerprint has too few components to tell this machine from others");
}

pl_err licensing_read_call(pl_arena *arena, const keyring_t *keyring, pl_act act, pl_span body, device_call_t *call)
{
    const brand_keys_t *brand;
    pl_err err;

    *call = (device_call_t){.act = act};
    if ((err = pl_device_request_read(arena, act, body, &call->request)) || (err = read_ids(call)) ||
        (err = check_fingerprint(call)))
        return err;
    if (!(brand = keyring_find_by_roots(keyring, call->request.roots, call->request.root_count)))
        return pl_fail(PL_ERR_NOT_FOUND, "no brand of this server has any of the root keys that the request names");
    call->brand_id = brand->id;
    pl_digest(body, call->digest);
    if (!call->request.key)
        return PL_OK;
    return keyring_hash_key(keyring, pl_span_text(call->request.key), call->key_hash);
}
