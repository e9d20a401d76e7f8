/* SPDX-License-Identifier: Apache-2.0
 *
 * Session questions and what their answers hold; see session_ask.h.
 */
#include "client/session_ask.h"

#include <stdio.h>
#include <string.h>

#include "client/apply.h"
#include "client/guard.h"
#include "client/identity.h"
#include "client/online.h"
#include "client/view.h"
#include "crypto/crypto.h"

/* ---- what the answer says ---- */

static pl_err take_key(pospal_client *client, const pl_session_claims *session, uint8_t key[PL_SESSION_KEY_SIZE])
{
    pl_identity identity;
    pl_err err = pl_identity_get(client, &identity);

    if (!err)
        err = pl_device_unseal(identity.device_secret, pl_span_of(session->sealed_key, sizeof session->sealed_key), key);
    pl_wipe(&identity, sizeof identity);
    return err == PL_ERR_SIGNATURE ? pl_fail(PL_ERR_UNSIGNED, "the session's key is not sealed to this device") : err;
}

static pl_err take_session(pospal_client *client, const pl_claims *claims, pl_session_told *told)
{
    pl_session_record *record = &told->record;
    const pl_session_claims *session = claims->session;

    memset(record, 0, sizeof *record);
    record->state = PL_SEAT_HELD;
    record->lease_s = session->lease_s;
    record->beat_ms = session->beat_ms;
    if (!claims->issuer || pl_uuid_parse(pl_span_text(claims->issuer), &record->brand_id) ||
        pl_uuid_parse(pl_span_text(session->session_id), &record->session_id))
        return pl_fail(PL_ERR_UNSIGNED, "the answer names no session or no brand");
    return take_key(client, session, record->key);
}

static void copy_holder(const pl_session_holder *from, const char *own_activation, pospal_holder_t *to)
{
    pospal_holder_t told = {.since = from->since, .seen = from->seen};

    snprintf(told.session_id, sizeof told.session_id, "%s", from->session_id);
    snprintf(told.activation_id, sizeof told.activation_id, "%s", from->activation_id);
    snprintf(told.device_name, sizeof told.device_name, "%s", from->device_name ? from->device_name : "");
    told.is_this_device = own_activation && strcmp(own_activation, from->activation_id) == 0;
    pl_give(to, to->size, &told, sizeof told);
}

/* A program that was built with another header has larger or smaller structures. */
static pospal_holder_t *holder_at(pospal_holder_t *first, size_t index)
{
    return (pospal_holder_t *)(void *)((char *)first + index * first->size);
}

static void take_holders(const pl_claims *claims, pl_session_told *told)
{
    const pl_session_claims *session = claims->session;
    size_t stride = told->room > 0 ? told->holders->size : 0;

    told->count = session->holder_count;
    for (size_t i = 0; i < told->room && i < session->holder_count; i++) {
        pospal_holder_t *to = holder_at(told->holders, i);

        to->size = stride;
        copy_holder(&session->holders[i], claims->activation_id, to);
    }
}

static pl_err take_answer(pospal_client *client, const pl_answer *answer, pl_session_told *told)
{
    const pl_claims *claims = &answer->claims;

    told->verdict = claims->verdict;
    told->reason = claims->reason;
    told->asked = answer->asked;
    told->state = claims->session ? claims->session->state : PL_SESSION_NONE;
    if (told->state == PL_SESSION_NONE)
        return PL_OK;
    told->retry_at = claims->session->retry_at;
    take_holders(claims, told);
    return told->state == PL_SESSION_HELD ? take_session(client, claims, told) : PL_OK;
}

/* ---- asking ---- */

static pl_err ask_once(pospal_client *client, const pl_question *asked, pl_session_told *told)
{
    pl_file_lock *lock = NULL;
    pl_answer answer = {0};
    uint64_t asked_notice;
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_ask_begin(client);
    asked_notice = client->notice;
    pl_mutex_unlock(client->mutex);
    if (err)
        return err;
    pl_arena_init(&answer.arena);
    err = pl_ask(client, asked, &answer);
    told->is_proof_refused = answer.is_proof_refused;
    if (!err)
        lock = pl_apply_lock(client);
    pl_mutex_lock(client->mutex);
    if (!err)
        err = take_answer(client, &answer, told);
    if (!err)
        err = pl_online_take(client, asked, &answer, asked_notice);
    pl_ask_end(client, err);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    pl_arena_reset(&answer.arena);
    return err;
}

/* The proof is made with the key that the vault holds now: where the vault was lost, the server must be told of the new one first. */
static bool is_bound_to_our_key(pospal_client *client)
{
    const pl_holding *holding;
    pl_identity identity;
    bool is_ours = true, is_there;

    if (pl_identity_find(client, &identity, &is_there))
        return true; /* asking shows what is wrong */
    if (!is_there)
        return false;          /* an activation makes one */
    holding = client->holding; /* looking may have let the mutex go */
    for (size_t i = 0; holding && i < holding->count; i++) {
        const pl_claims *claims = &holding->claims[i];

        if (claims->kind == PL_CLAIMS_ANSWER && claims->has_device_key && !holding->held[i].is_other_device)
            is_ours = memcmp(claims->device_key, identity.device_public, PL_DEVICE_PUBLIC_SIZE) == 0;
    }
    pl_wipe(&identity, sizeof identity);
    return is_ours;
}

/* Mutex held. */
static pl_err prepare(pospal_client *client, pl_act act, char key[PL_LICENSE_KEY_MAX + 1], bool *must_activate)
{
    pl_view view;
    pl_err err;

    if ((err = pl_view_update(client, &view)) || (err = pl_identity_license_key(client, key)))
        return err;
    if (act == PL_ACT_SESSION_LIST) /* asked with the license key alone, by whoever has it: nobody's seat is taken for it */
        return PL_OK;
    *must_activate = !pl_holding_activation(client->holding) || !is_bound_to_our_key(client);
    if (*must_activate && pl_identity_is_released(client))
        return pl_fail(PL_ERR_NO_KEY, "this device gave its seat back; activate it again to use it");
    return PL_OK;
}

/* told->verdict says whether it is activated now. */
static pl_err activate(pospal_client *client, const char *key, pl_session_told *told)
{
    pl_outcome outcome = {PL_VERDICT_NONE, PL_REASON_NONE};
    pl_err err = pl_online_ask(client, PL_ACT_ACTIVATE, key, &outcome);

    told->verdict = outcome.verdict;
    told->reason = outcome.reason;
    return err;
}

/*
 * Two installations of a product on one machine that do not share their state have a device key each, and the server knows the one that
 * activated last. They would take it from each other at every beat: now and then is enough, the license is theirs anyhow.
 */
static bool may_rebind(pospal_client *client)
{
    pl_seat *seat = &client->seat;
    int64_t boot_ms = pl_clock_read(&client->clock).boot_ms;
    bool may;

    pl_mutex_lock(client->mutex);
    may = seat->rebound_ms == 0 || boot_ms - seat->rebound_ms >= PL_REFRESH_PAUSE_MAX_MS;
    if (may)
        seat->rebound_ms = boot_ms;
    pl_mutex_unlock(client->mutex);
    return may;
}

/* A validator restored from yesterday's backup does not know the activation, or knows another key. */
static bool is_to_be_told(pospal_client *client, const pl_question *asked, pl_err err, const pl_session_told *told)
{
    if (asked->act == PL_ACT_SESSION_END || asked->act == PL_ACT_SESSION_LIST)
        return false;
    return err ? told->is_proof_refused && may_rebind(client) : told->verdict == PL_VERDICT_NOT_ACTIVATED;
}

static pl_err ask_as_activated(pospal_client *client, const pl_question *asked, bool must_activate, pl_session_told *told)
{
    pl_err err;

    if (!must_activate) {
        err = ask_once(client, asked, told);
        if (!is_to_be_told(client, asked, err, told))
            return err;
    }
    if ((err = activate(client, asked->key, told)) || told->verdict != PL_VERDICT_ACTIVE)
        return err;
    return ask_once(client, asked, told);
}

pl_err pl_session_ask(pospal_client *client, pl_question *asked, pl_session_told *told)
{
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    bool must_activate = false;
    pl_err err;

    if ((err = pl_online_require(client)))
        return err;
    pl_mutex_lock(client->mutex);
    err = prepare(client, asked->act, key, &must_activate);
    if (!err && must_activate && asked->act == PL_ACT_SESSION_END)
        err = pl_fail(PL_ERR_NOT_FOUND, "this device holds no activation, so there is no session to end");
    pl_mutex_unlock(client->mutex);
    asked->key = key;
    if (!err)
        err = ask_as_activated(client, asked, must_activate, told);
    asked->key = NULL;
    pl_wipe(key, sizeof key);
    return err;
}
