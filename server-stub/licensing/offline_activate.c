/* SPDX-License-Identifier: Apache-2.0
 *
 * Activation by a request that a person carried. The seat is taken as it is online; only how long the answer holds differs.
 */
#include <string.h>

#include "licensing/offline.h"
#include "store/audit.h"
#include "store/offline_releases.h"

enum { MS = 1000 };

pl_err offline_read_request(pl_arena *arena, const keyring_t *keyring, pl_span typed, offline_request_t *request)
{
    char canonical[PL_OFFLINE_REQUEST_MAX + 1];
    pl_offline_request offline;
    const brand_keys_t *brand;
    device_call_t *call = &request->call;
    pl_err err;

    *request = (offline_request_t){.call = {.act = PL_ACT_ACTIVATE}};
    if ((err = pl_offline_request_read(typed, &offline, canonical)))
        return err;
    if (!pl_fingerprint_is_of_one_machine(&offline.fingerprint) || !pl_fingerprint_is_enough(&offline.fingerprint))
        return pl_fail(PL_ERR_NO_FINGERPRINT, "the fingerprint in the request does not tell one machine from others");
    if (!(brand = keyring_find_by_root_name(keyring, offline.root)))
        return pl_fail(PL_ERR_NOT_FOUND, "no brand of this server has the root key that the request names");
    call->brand_id = brand->id;
    call->fingerprint = offline.fingerprint;
    call->request.has_device_key = true;
    memcpy(call->request.device_key, offline.device_key, sizeof(call->request.device_key));
    memcpy(request->product, offline.product, sizeof(request->product));
    pl_offline_nonce(offline.nonce, call->request.nonce);
    pl_digest(pl_span_text(canonical), call->digest);
    if (!(call->request.key = pl_arena_text(arena, pl_span_text(offline.key))))
        return PL_ERR_MEMORY;
    return keyring_hash_key(keyring, pl_span_text(offline.key), call->key_hash);
}

static pl_err find_product(tx_t *tx, const offline_request_t *request, const product_t **product)
{
    product_t *products;
    size_t count;
    pl_err err = products_list(tx, request->call.brand_id, &products, &count);

    for (size_t i = 0; !err && i < count; i++) {
        uint8_t name[PL_OFFLINE_NAME_SIZE];

        pl_offline_product_name(products[i].slug, name);
        if (memcmp(name, request->product, sizeof(name)) == 0) {
            *product = &products[i];
            return PL_OK;
        }
    }
    return err ? err : pl_fail(PL_ERR_NOT_FOUND, "the brand has no product that this request could be for");
}

/* Each answer is a document that holds for long: all are noted, the repeated ones too. */
static pl_err note(tx_t *tx, const outcome_t *outcome)
{
    const audit_t entry = {
        .brand_id = outcome->product.brand_id,
        .action = AUDIT_ANSWERED_OFFLINE,
        .target = outcome->has_activation ? outcome->activation.id : outcome->license.id,
        .metadata = pl_arena_format(tx->arena, "{\"verdict\":\"%s\"}", pl_verdict_text(outcome->verdict)),
    };

    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

/*
 * An old text found in a drawer: the device closed the request when it gave the seat back, so an answer would take a seat that nobody can
 * use. While the seat is held the same is answered again.
 */
static pl_err refuse_closed(tx_t *tx, const device_call_t *call)
{
    offline_answer_t answer = {.brand_id = call->brand_id};
    activation_t activation;
    pl_err err;

    memcpy(answer.digest, call->digest, sizeof(answer.digest));
    if ((err = offline_answers_find(tx, &answer)))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if ((err = activations_find(tx, call->brand_id, answer.license_id, answer.activation_id, &activation)))
        return err;
    if (activation.released_at_ms)
        return pl_fail(PL_ERR_REQUEST_CLOSED,
                       "this request was answered before and its seat was given back since; have the device show a new request");
    return PL_OK;
}

static pl_err remember(tx_t *tx, const outcome_t *outcome, const uint8_t digest[PL_DIGEST_SIZE])
{
    const activation_t *activation = &outcome->activation;
    offline_answer_t answer = {
        .brand_id = activation->brand_id, .license_id = activation->license_id, .activation_id = activation->id};
    pl_err err;

    if (!outcome->has_activation)
        return PL_OK;
    memcpy(answer.digest, digest, sizeof(answer.digest));
    if ((err = offline_answers_put(tx, &answer)))
        return err;
    return activations_offer_offline(tx, activation, tx->now_ms + outcome->product.policy.offline_s * MS);
}

pl_err offline_activate(tx_t *tx, const offline_request_t *request, offline_outcome_t *out)
{
    const product_t *product;
    pl_err err;

    *out = (offline_outcome_t){.call = request->call};
    if ((err = find_product(tx, request, &product)))
        return err;
    out->call.request.product = product->slug;
    if ((err = refuse_closed(tx, &out->call)) || (err = licensing_activate(tx, &out->call, &out->outcome)))
        return err;
    if (out->outcome.product.policy.offline_s == 0) /* the license's own rule, where it has one; the seat is not taken */
        return pl_fail(PL_ERR_STATE, "the product %s allows no activation without network", product->slug);
    if ((err = remember(tx, &out->outcome, out->call.digest)))
        return err;
    out->outcome.is_offline = true;
    return out->outcome.has_license ? note(tx, &out->outcome) : PL_OK; /* guesses of keys must not fill the audit */
}
