/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_export_request: an activation request for a person to carry. The answer comes in by import.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "client/apply.h"
#include "client/client.h"
#include "client/guard.h"
#include "client/identity.h"
#include "client/pending.h"
#include "wire/offline_request.h"

/* Mutex held. */
static pl_err describe(pospal_client *client, const char *key, pl_offline_request *request)
{
    pl_identity identity;
    pl_err err;

    if (client->fingerprint_err)
        return pl_fail(client->fingerprint_err, "too little of this machine's hardware can be read");
    if ((err = pl_offline_root_name(client->roots.keys[0].kid, request->root)) || (err = pl_identity_get(client, &identity)))
        return err;
    pl_offline_product_name(client->options.text[PL_OPTION_PRODUCT], request->product);
    pl_random(request->nonce, sizeof request->nonce);
    memcpy(request->device_key, identity.device_public, sizeof request->device_key);
    pl_wipe(&identity, sizeof identity);
    request->fingerprint = client->fingerprint;
    return pl_license_key_normalize(pl_span_text(key), request->key);
}

/* Mutex and lock held. What is asked is noted before anybody can answer it. */
static pl_err ask(pospal_client *client, const char *given, char text[PL_OFFLINE_REQUEST_MAX + 1])
{
    pl_pending pending = {.asked = pl_clock_read(&client->clock)};
    pl_offline_request request = {.key = ""};
    pl_err err;

    if (client->is_closing) /* the wait for the lock was cut short: no identity may be made, and none kept out */
        return pl_fail(PL_ERR_CLOSED, "the client is being closed");
    if ((err = pl_identity_choose_key(client, given, pending.key)) || (err = describe(client, pending.key, &request)) ||
        (err = pl_offline_request_write(&request, text)))
        goto done;
    pl_offline_nonce(request.nonce, pending.nonce);
    pl_digest(pl_span_text(text), pending.digest);
    pending.asked_at = pl_timeline_effective(&client->mark, pending.asked);
    err = pl_pending_add(client, &pending);
done:
    pl_wipe(&request, sizeof request);
    pl_wipe(&pending, sizeof pending);
    return err;
}

pospal_result_t pospal_client_export_request(pospal_client *client, const char *key, char **text)
{
    char request[PL_OFFLINE_REQUEST_MAX + 1] = "";
    pl_file_lock *lock;
    pl_err err;

    if (text)
        *text = NULL;
    if (!client || !text)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or text is NULL"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    lock = pl_apply_lock(client);
    pl_mutex_lock(client->mutex);
    err = ask(client, key, request);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    if (!err && (*text = pl_copy_text(request)) == NULL)
        err = pl_fail(PL_ERR_MEMORY, "no memory for the request");
    pl_wipe(request, sizeof request);
    return pl_report(err);
}
