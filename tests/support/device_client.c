/* SPDX-License-Identifier: Apache-2.0
 *
 * A device of the tests.
 */
#include "support/device_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token/claims_json.h"
#include "token/proof.h"
#include "wire/device_reply.h"
#include "wire/problem.h"

static const int64_t proof_time = 1800000000;

void device_make(device_t *device, const server_t *server, const char *key, int number)
{
    pl_fingerprint fingerprint;
    uint8_t seed[8] = {0};

    memset(device, 0, sizeof *device);
    memset(&fingerprint, 0, sizeof fingerprint);
    device->product = "till";
    (void)snprintf(device->key, sizeof device->key, "%s", key);
    (void)pl_roots_parse(pl_span_text(server->roots), &device->roots);
    for (uint8_t component = 0; component <= PL_COMPONENT_DISK; component++) {
        uint8_t digest[PL_DIGEST_SIZE];

        seed[0] = component;
        memcpy(seed + 4, &number, sizeof number);
        pl_digest(pl_span_of(seed, sizeof seed), digest);
        fingerprint.count[component] = 1;
        memcpy(fingerprint.value[component][0], digest, PL_FINGERPRINT_VALUE_SIZE);
    }
    pl_fingerprint_format(&fingerprint, device->fingerprint);
    pl_device_key_new(device->public_key, device->secret);
}

static void write_proof(const device_t *device, pl_act act, const pl_device_request *request, pl_buf *token)
{
    pl_proof proof = {.act = pl_act_proof(act), .activation_id = device->activation_id, .issued_at = proof_time};
    uint8_t digest[PL_DIGEST_SIZE];
    bool is_needed;

    if (!pl_act_proof_digest(act, request, digest, &is_needed) && is_needed)
        proof.digest = digest;
    memcpy(proof.nonce, request->nonce, PL_NONCE_SIZE);
    pl_proof_write(&proof, device->secret, token);
}

void device_write(const device_t *device, pl_act act, uint8_t nonce[PL_NONCE_SIZE], pl_buf *body)
{
    pl_device_request request = {.product = device->product, .key = device->key, .fingerprint = device->fingerprint};
    pl_buf proof;

    if (!device->key[0])
        request.key = NULL;
    pl_buf_init(&proof);
    pl_random(nonce, PL_NONCE_SIZE);
    memcpy(request.nonce, nonce, PL_NONCE_SIZE);
    for (size_t i = 0; i < device->roots.count; i++)
        request.roots[request.root_count++] = device->roots.keys[i].kid;
    request.device_name = "Till";
    if (device->has_keyset) {
        request.keyset_epoch = device->keyset.epoch;
        request.keyset_sequence = device->keyset.sequence;
        request.keyset_root = device->roots.keys[device->keyset.root_rank].kid;
    }
    request.has_device_key = act == PL_ACT_ACTIVATE || act == PL_ACT_TRIAL;
    if (act == PL_ACT_USAGE) {
        request.license_id = device->license_id;
        request.usage = device->usage;
    }
    request.session_id = act == PL_ACT_SESSION_END ? device->session_id : NULL;
    request.channel = act == PL_ACT_RELEASE_CHECK ? device->channel : NULL;
    memcpy(request.device_key, device->public_key, sizeof request.device_key);
    if (device->activation_id[0])
        request.activation_id = device->activation_id;
    request.reason = act == PL_ACT_SESSION_TAKEOVER ? "the other till is broken" : NULL;
    if (pl_act_proof(act)) {
        write_proof(device, act, &request, &proof);
        request.proof = proof.data;
    }
    pl_device_request_write(&request, body);
    pl_buf_reset(&proof);
}

bool device_send(const device_t *device, http_client_t *client, pl_act act)
{
    uint8_t nonce[PL_NONCE_SIZE];
    bool is_sent;
    pl_buf body;

    pl_buf_init(&body);
    device_write(device, act, nonce, &body);
    is_sent = http_send_post(client, pl_act_path(act), body.data);
    pl_buf_reset(&body);
    return is_sent;
}

static bool read_answer(device_t *device, const http_response_t *response, answer_t *answer, pl_jws *jws)
{
    pl_device_reply reply;
    pl_keyset keyset;

    if (pl_device_reply_read(&answer->arena, pl_span_of(response->body, response->body_size), &reply))
        return false;
    if (reply.keyset.size > 0) {
        if (pl_keyset_verify(&device->roots, reply.keyset, &keyset))
            return false;
        device->keyset = keyset;
        device->has_keyset = true;
    }
    return device->has_keyset &&
           pl_keyset_verify_document(&device->keyset, &answer->arena, PL_DOC_ANSWER, reply.answer, jws) == PL_OK &&
           pl_claims_read(&answer->arena, jws, &answer->claims) == PL_OK;
}

void device_call(device_t *device, http_client_t *client, pl_act act, answer_t *answer)
{
    http_response_t *response = malloc(sizeof *response);
    uint8_t nonce[PL_NONCE_SIZE];
    uint8_t digest[PL_DIGEST_SIZE];
    pl_jws jws;
    pl_buf body;

    memset(answer, 0, sizeof *answer);
    pl_arena_init(&answer->arena);
    pl_buf_init(&body);
    device_write(device, act, nonce, &body);
    pl_digest(pl_buf_span(&body), digest);
    if (response && http_post(client, pl_act_path(act), body.data, response)) {
        answer->status = response->status;
        if (response->status != 200)
            answer->code = pl_err_code(
                pl_problem_read(&answer->arena, pl_span_of(response->body, response->body_size), &(const char *){NULL}));
        else if (read_answer(device, response, answer, &jws))
            answer->is_verified = answer->claims.has_nonce && memcmp(answer->claims.nonce, nonce, sizeof nonce) == 0 &&
                                  memcmp(answer->claims.request_digest, digest, sizeof digest) == 0;
    }
    if (answer->is_verified) {
        answer->verdict = answer->claims.verdict;
        if (answer->claims.activation_id)
            (void)snprintf(device->activation_id, sizeof device->activation_id, "%s", answer->claims.activation_id);
        if (answer->claims.session && answer->claims.session->session_id)
            (void)snprintf(device->session_id, sizeof device->session_id, "%s", answer->claims.session->session_id);
    }
    pl_buf_reset(&body);
    free(response);
}

void answer_reset(answer_t *answer)
{
    pl_arena_reset(&answer->arena);
}
