/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that are carried; see carried_till.h.
 */
#include "support/carried_till.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

void carried_request(const till *t, const pl_roots *roots, char text[PL_OFFLINE_REQUEST_MAX + 1])
{
    pl_offline_request request = {.key = ""};

    assert_int_equal(pl_offline_root_name(roots->keys[0].kid, request.root), PL_OK);
    pl_offline_product_name(t->product, request.product);
    pl_random(request.nonce, sizeof request.nonce);
    memcpy(request.device_key, t->public_key, sizeof request.device_key);
    assert_int_equal(pl_fingerprint_parse(pl_span_text(t->fingerprint), &request.fingerprint), PL_OK);
    (void)snprintf(request.key, sizeof request.key, "%s", t->key);
    assert_int_equal(pl_offline_request_write(&request, text), PL_OK);
}

typedef struct {
    offline_request_t request;
    offline_release_call_t release;
    offline_outcome_t *out;
} work_t;

static pl_err work_activate(void *context, tx_t *tx)
{
    work_t *work = context;

    return offline_activate(tx, &work->request, work->out);
}

static pl_err work_release(void *context, tx_t *tx)
{
    work_t *work = context;

    return offline_release(tx, &work->release, work->out);
}

pl_err carried_activate(validator *v, const char *text, offline_outcome_t *out)
{
    work_t work = {.out = out};
    pl_err err = offline_read_request(&v->arena, validator_keyring(v), pl_span_text(text), &work.request);

    return err ? err : validator_do(v, work_activate, &work);
}

void carried_expect(validator *v, till *t, pl_verdict verdict, offline_outcome_t *out)
{
    char text[PL_OFFLINE_REQUEST_MAX + 1];

    carried_request(t, &v->roots, text);
    assert_int_equal(carried_activate(v, text, out), PL_OK);
    assert_string_equal(pl_verdict_text(out->outcome.verdict), pl_verdict_text(verdict));
    if (out->outcome.has_activation)
        pl_uuid_format(out->outcome.activation.id, t->activation_id);
}

void carried_proof(const till *t, const validator *v, pl_uuid license_id, pl_buf *token)
{
    char brand[PL_UUID_TEXT_SIZE], license[PL_UUID_TEXT_SIZE];
    pl_proof proof = {.act = PL_PROOF_RELEASE, .activation_id = t->activation_id, .issuer = brand, .license_id = license};

    pl_uuid_format(v->made.brand_id, brand);
    pl_uuid_format(license_id, license);
    pl_random(proof.nonce, sizeof proof.nonce);
    proof.issued_at = VALIDATOR_NOW_MS / 1000;
    pl_buf_init(token);
    pl_proof_write(&proof, t->secret, token);
    assert_int_equal(token->err, PL_OK);
}

pl_err carried_release(validator *v, const char *text, offline_outcome_t *out)
{
    work_t work = {.out = out};
    pl_err err = offline_read_release(&v->arena, validator_keyring(v), pl_span_text(text), &work.release);

    return err ? err : validator_do(v, work_release, &work);
}
