/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_export_release: the seat goes back by a proof that a person carries to the vendor.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "client/apply.h"
#include "client/ask.h"
#include "client/guard.h"
#include "client/identity.h"
#include "client/pending.h"
#include "client/view.h"
#include "token/proof.h"

/* Copies: what is held may be replaced while the vault is waited for. */
typedef struct {
    char issuer[PL_CLAIMS_ID_MAX + 1];
    char license_id[PL_CLAIMS_ID_MAX + 1];
    char activation_id[PL_CLAIMS_ID_MAX + 1];
} seat_ids;

/* What an answer said of this device's seat; another device's is none of ours. */
static bool find_seat(const pl_holding *holding, seat_ids *seat)
{
    for (size_t i = 0; holding && i < holding->count; i++) {
        const pl_claims *claims = &holding->claims[i];

        if (claims->kind != PL_CLAIMS_ANSWER || !claims->activation_id || !claims->license_id || holding->held[i].is_other_device)
            continue;
        snprintf(seat->issuer, sizeof seat->issuer, "%s", claims->issuer);
        snprintf(seat->license_id, sizeof seat->license_id, "%s", claims->license_id);
        snprintf(seat->activation_id, sizeof seat->activation_id, "%s", claims->activation_id);
        return true;
    }
    return false;
}

static pl_err make_proof(pospal_client *client, const seat_ids *seat, pl_buf *token)
{
    pl_proof proof = {
        .act = PL_PROOF_RELEASE,
        .activation_id = seat->activation_id,
        .issued_at = pl_timeline_effective(&client->mark, pl_clock_read(&client->clock)),
        .issuer = seat->issuer,
        .license_id = seat->license_id,
    };
    pl_identity identity;
    pl_err err = pl_identity_get(client, &identity);

    if (err)
        return err;
    pl_random(proof.nonce, sizeof proof.nonce);
    pl_proof_write(&proof, identity.device_secret, token);
    pl_wipe(&identity, sizeof identity);
    return token->err;
}

/* Whether the proof that is stored is for this seat: a stop came between storing it and forgetting the lease. */
static bool is_for(const pl_buf *token, const seat_ids *seat)
{
    pl_arena arena;
    pl_proof proof;
    bool fits;

    pl_arena_init(&arena);
    fits = token->size > 0 && !pl_proof_read(&arena, pl_buf_span(token), &proof) &&
           strcmp(proof.activation_id, seat->activation_id) == 0;
    pl_arena_reset(&arena);
    return fits;
}

/* The proof is on disk before the lease is forgotten: a text that is lost must not lose the seat. */
static pl_err give_back(pospal_client *client, const seat_ids *seat, pl_buf *token)
{
    pl_err err = PL_OK;

    if (!is_for(token, seat)) {
        pl_buf_clear(token);
        if ((err = make_proof(client, seat, token)) || (err = pl_identity_put_release(client, pl_buf_span(token))))
            return err;
    }
    if ((err = pl_identity_set_released(client, true)) || (err = pl_pending_clear(client)))
        return err;
    return pl_apply_release(client, seat->license_id);
}

/* Mutex, turn and lock held: no answer is on its way that would bring the lease back. */
static pl_err release(pospal_client *client, pl_buf *token)
{
    seat_ids seat;
    pl_view view;
    pl_err err;

    if (client->is_closing)
        return pl_fail(PL_ERR_CLOSED, "the client is being closed"); /* the wait for the lock was cut short */
    err = pl_identity_get_release(client, token);
    if (err && err != PL_ERR_NOT_FOUND && err != PL_ERR_SIGNATURE)
        return err == PL_ERR_MEMORY
                   ? err
                   : pl_fail(err, "what is stored can't be read now, so nothing was given back: %s", pl_err_detail());
    if ((err = pl_view_update(client, &view)))
        return err;
    if (!find_seat(client->holding, &seat))
        return token->size > 0 ? PL_OK : pl_fail(PL_ERR_NOT_FOUND, "this device holds no activation");
    return give_back(client, &seat, token);
}

/* Mutex NOT held. */
static pl_err take_turn(pospal_client *client)
{
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_ask_begin(client);
    pl_mutex_unlock(client->mutex);
    return err;
}

static pl_err release_in_turn(pospal_client *client, pl_buf *token)
{
    pl_file_lock *lock = pl_apply_lock(client);
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = release(client, token);
    pl_ask_cancel(client);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    return err;
}

pospal_result_t pospal_client_export_release(pospal_client *client, char **text)
{
    pl_buf token;
    pl_err err;

    if (text)
        *text = NULL;
    if (!client || !text)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or text is NULL"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    pl_buf_init(&token);
    if (!(err = take_turn(client)))
        err = release_in_turn(client, &token);
    if (!err && (*text = pl_copy_text(token.data)) == NULL)
        err = pl_fail(PL_ERR_MEMORY, "no memory for the proof");
    pl_buf_reset(&token);
    pl_report(err);
    (void)pl_view_finish(client, NULL);
    return pl_report_again(err);
}
