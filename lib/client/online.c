/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking and applying; see online.h.
 */
#include "client/online.h"

#include <string.h>

#include "client/apply.h"
#include "client/identity.h"
#include "client/listed.h"
#include "client/pending.h"
#include "client/view.h"
#include "crypto/crypto.h"

pl_err pl_online_require(const pospal_client *client)
{
    if (client->options.text[PL_OPTION_SERVER])
        return PL_OK;
    return pl_fail(PL_ERR_NO_SERVER, "no server is set: set POSPAL_OPTION_SERVER with pospal_options_set");
}

/* A key that the server knows is kept; a new one that is denied does not push out one that worked. */
static pl_err keep_key(pospal_client *client, const char *key, pl_verdict verdict)
{
    if (verdict == PL_VERDICT_UNKNOWN_KEY || verdict == PL_VERDICT_WRONG_PRODUCT ||
        (verdict != PL_VERDICT_ACTIVE && pl_identity_has_license_key(client)))
        return PL_OK;
    return pl_identity_store_license_key(client, key);
}

/* A list that can't be believed harms nobody, and takes nothing from the answer. */
static pl_err take_revocations(pospal_client *client, const pl_answer *answer)
{
    pl_err err = answer->revocations.size > 0 ? pl_listed_take(client, answer->revocations, pl_span_of(NULL, 0)) : PL_OK;

    if (err && err != PL_ERR_MEMORY && err != PL_ERR_OLDER)
        pl_log_write(&client->log, PL_LOG_WARN, "a revocation list is not believed: %s", pl_err_detail());
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

/* The key of a trial comes sealed to this device; from then on it is a license key as any other. Mutex held. */
static pl_err keep_trial_key(pospal_client *client, const pl_claims *claims)
{
    char key[PL_TRIAL_SEALED_MAX + 1] = "";
    pl_identity identity;
    pl_err err;

    if (!claims->trial)
        return PL_OK;
    if ((err = pl_identity_get(client, &identity)))
        return err;
    err = pl_device_unseal(identity.device_secret, pl_span_of(claims->trial->sealed_key, claims->trial->sealed_size),
                           (uint8_t *)key);
    pl_wipe(&identity, sizeof identity);
    if (!err)
        err = keep_key(client, key, claims->verdict);
    pl_wipe(key, sizeof key);
    return err;
}

pl_err pl_online_take(pospal_client *client, const pl_question *asked, pl_answer *answer, uint64_t asked_notice)
{
    const pl_act act = asked->act;
    pl_verdict verdict = answer->claims.verdict;
    pl_err err = PL_OK;

    /* a server that no longer knows the activation has the seat free: perhaps its first answer was lost on the line */
    if (act == PL_ACT_DEACTIVATE && verdict == PL_VERDICT_NOT_ACTIVATED)
        verdict = answer->claims.verdict = PL_VERDICT_RELEASED;
    else if (act != PL_ACT_DEACTIVATE && verdict == PL_VERDICT_RELEASED)
        verdict = answer->claims.verdict = PL_VERDICT_NOT_ACTIVATED; /* only who asks for it gives a seat back */
    if (act == PL_ACT_ACTIVATE)
        err = keep_key(client, asked->key, verdict);
    if (act == PL_ACT_TRIAL)
        err = keep_trial_key(client, &answer->claims);
    if (!err && (act == PL_ACT_ACTIVATE || act == PL_ACT_TRIAL) && verdict == PL_VERDICT_ACTIVE)
        err = pl_identity_set_released(client, false);
    if (!err && act == PL_ACT_DEACTIVATE && verdict == PL_VERDICT_RELEASED && !(err = pl_identity_set_released(client, true)))
        err = pl_pending_clear(client);
    if (err || (err = pl_apply_answer(client, answer, asked_notice)))
        return err;
    return take_revocations(client, answer);
}

/* Mutex NOT held, the turn taken. */
static pl_err ask_in_turn(pospal_client *client, pl_act act, const char *key, uint64_t asked_notice, pl_outcome *outcome)
{
    const pl_question asked = {.act = act, .key = key};
    pl_file_lock *lock = NULL;
    pl_answer answer = {0};
    pl_err err;

    pl_arena_init(&answer.arena);
    err = pl_ask(client, &asked, &answer);
    if (!err)
        lock = pl_apply_lock(client);
    pl_mutex_lock(client->mutex);
    if (!err)
        err = pl_online_take(client, &asked, &answer, asked_notice);
    pl_ask_end(client, err);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    outcome->verdict = answer.claims.verdict;
    outcome->reason = answer.claims.reason;
    pl_arena_reset(&answer.arena);
    return err;
}

pl_err pl_online_ask(pospal_client *client, pl_act act, const char *key, pl_outcome *outcome)
{
    uint64_t asked_notice;
    pl_err err;

    if ((err = pl_online_require(client)))
        return err;
    pl_mutex_lock(client->mutex);
    err = pl_ask_begin(client);
    asked_notice = client->notice;
    pl_mutex_unlock(client->mutex);
    return err ? err : ask_in_turn(client, act, key, asked_notice, outcome);
}

/* Mutex held. What to ask, by what is held now: another process may have given the seat back. */
static pl_err choose_act(pospal_client *client, char key[PL_LICENSE_KEY_MAX + 1], pl_act *act)
{
    pl_view view;
    pl_err err;

    if ((err = pl_view_update(client, &view)) || (err = pl_identity_license_key(client, key)))
        return err;
    *act = pl_holding_activation(client->holding) ? PL_ACT_VALIDATE : PL_ACT_ACTIVATE;
    if (*act == PL_ACT_ACTIVATE && pl_identity_is_released(client))
        return pl_fail(PL_ERR_NO_KEY, "this device gave its seat back; activate it again to use it");
    return PL_OK;
}

bool pl_online_is_quiet(const pospal_client *client, pl_time now)
{
    const pl_time *last = &client->last_ask;

    if (!client->options.text[PL_OPTION_SERVER])
        return true;
    return client->has_asked && last->boot_id == now.boot_id && now.boot_ms - last->boot_ms < PL_QUIET_AFTER_ASK_MS;
}

/* Mutex held. Who is patient leaves it at that when somebody else asked while he waited for his turn. */
static pl_err take_turn(pospal_client *client, bool is_patient)
{
    pl_err err = pl_ask_begin(client);

    if (err || !is_patient || !pl_online_is_quiet(client, pl_clock_read(&client->clock)))
        return err;
    pl_ask_cancel(client);
    return pl_fail(PL_ERR_STATE, "the server was asked a moment ago");
}

/* Another process may have given the seat back while we asked. */
static bool was_released(pospal_client *client)
{
    bool is_released;

    pl_mutex_lock(client->mutex);
    is_released = pl_identity_is_released(client);
    pl_mutex_unlock(client->mutex);
    return is_released;
}

pl_err pl_online_renew(pospal_client *client, bool is_patient, pl_outcome *outcome)
{
    char key[PL_LICENSE_KEY_MAX + 1];
    pl_act act = PL_ACT_VALIDATE;
    uint64_t asked_notice;
    pl_err err;

    if ((err = pl_online_require(client)))
        return err;
    pl_mutex_lock(client->mutex);
    if ((err = take_turn(client, is_patient)) == PL_OK && (err = choose_act(client, key, &act)))
        pl_ask_cancel(client);
    asked_notice = client->notice;
    pl_mutex_unlock(client->mutex);
    if (!err)
        err = ask_in_turn(client, act, key, asked_notice, outcome);
    if (!err && act == PL_ACT_VALIDATE && outcome->verdict == PL_VERDICT_NOT_ACTIVATED && was_released(client))
        err = pl_fail(PL_ERR_NO_KEY, "this device gave its seat back; activate it again to use it");
    /* a seat released at the vendor, or a validator restored from yesterday's backup: take the seat again without asking anybody */
    if (!err && act == PL_ACT_VALIDATE && outcome->verdict == PL_VERDICT_NOT_ACTIVATED)
        err = pl_online_ask(client, PL_ACT_ACTIVATE, key, outcome);
    pl_wipe(key, sizeof key);
    return err;
}
