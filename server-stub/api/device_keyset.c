/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/device/keyset?root=KID: the newest keyset of the brand whose root key has that id. It is signed by the root, so it
 * needs no answer around it.
 */
#include "api/device.h"
#include "licensing/answer.h"

typedef struct {
    const keyring_t *keyring;
    const char *root;
} keyset_in_t;

static pl_err parse_keyset(const api_t *api, const request_t *request, void **in)
{
    keyset_in_t *keyset = pl_arena_take(request->arena, sizeof *keyset);

    if (!keyset || !(keyset->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    keyset->root = request->query(request, "root");
    if (!keyset->root || strlen(keyset->root) != PL_KID_SIZE - 1)
        return pl_fail(PL_ERR_INVALID, "root: the id of a root key is needed, %d characters", PL_KID_SIZE - 1);
    *in = keyset;
    return PL_OK;
}

static pl_err reply_keyset(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const keyset_in_t *keyset = in;

    (void)api;
    (void)arena;
    (void)out;
    reply->cache_control = "no-cache";
    return answer_keyset(keyset->keyring, keyset->root, reply->body);
}

const endpoint_t device_keyset = {parse_keyset, NULL, reply_keyset, NULL};
