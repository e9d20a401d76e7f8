/* SPDX-License-Identifier: Apache-2.0
 *
 * One batch after the other: packed under the mutex, sent without it, settled by the signed answer. A process that ends anywhere between
 * sends the same batch again; the validator knows it.
 */
#include "client/usage_send.h"

#include <stdio.h>
#include <string.h>

#include "client/ask.h"
#include "client/records.h"
#include "client/session_beat.h"

enum {
    BATCHES_MAX = 1000,
    REFUSED_PAUSE_MS = 60 * 60 * 1000, /* the server is asked again so often, whatever it says of when */
    SPAN_MS = 10 * 1000,               /* in one go: who sends has a session to keep alive too, or somebody who waits */
    REFUSED_MAX = 16                   /* the same */
};

typedef struct {
    pospal_client *client;
    pl_arena arena;
    pl_usage_parcel parcel;
    const pl_usage_claims *claims; /* of the answer, while it is there; NULL: the activation is not known */
    int64_t acked;                 /* of the last answer; negative: none */
    bool is_held_back;             /* by a signed answer: more than it takes now, or for this activation */
    int64_t now;
    bool is_refused;              /* the last batch, by something unsigned */
    size_t most;                  /* in a batch; 0: as many as there may be */
    int64_t refused[REFUSED_MAX]; /* each on its own; set aside when one after them is acknowledged */
    size_t refused_count;
} sending;

pl_usage_holder pl_usage_holder_of(const pospal_client *client)
{
    const char *activation = pl_holding_activation(client->holding);
    const pl_holding *holding = client->holding;

    for (size_t i = 0; activation && i < holding->count; i++) {
        const pl_claims *claims = &holding->claims[i];

        if (claims->license_id && claims->activation_id && strcmp(claims->activation_id, activation) == 0)
            return (pl_usage_holder){claims->license_id, activation};
    }
    return (pl_usage_holder){NULL, NULL};
}

static pl_err open_log(pl_vault *vault, pospal_client *client)
{
    return client->usage ? PL_OK : pl_usage_log_open(vault, &client->usage);
}

static pl_err pack(pl_vault *vault, const void *call)
{
    sending *s = *(sending *const *)call;
    pospal_client *client = s->client;
    pl_usage_order order = {.holder = pl_usage_holder_of(client), .most = s->most, .is_anew = !client->is_usage_anew};
    pl_err err = open_log(vault, client);

    if (err)
        return err;
    if (s->refused_count > 0)
        order.after = s->refused[s->refused_count - 1];
    pl_arena_reset(&s->arena);
    err = pl_usage_log_pack(client->usage, &s->arena, &order, &s->parcel);
    client->is_usage_anew = client->is_usage_anew || !err || err == PL_ERR_NOT_FOUND;
    if (s->parcel.set_aside > 0)
        pl_log_write(&client->log, PL_LOG_WARN, "%zu reports of usage can't be opened: they stay, and those after them are told",
                     s->parcel.set_aside);
    return err;
}

static pl_err settle(pl_vault *vault, const void *call)
{
    sending *s = *(sending *const *)call;
    pl_err err = open_log(vault, s->client);

    return err ? err : pl_usage_log_settle(s->client->usage, &s->parcel, s->claims, s->now);
}

/* Mutex held. What is refused stays recorded. */
static void note_refusal(sending *s)
{
    pl_usage_refusal refusal = s->claims ? s->claims->refusal : PL_USAGE_TAKEN;

    s->is_held_back = refusal != PL_USAGE_TAKEN;
    if (refusal)
        pl_log_write(&s->client->log, PL_LOG_WARN, "usage is not taken (%s): %s", pl_usage_refusal_text(refusal),
                     pl_err_sentence(refusal == PL_USAGE_LIMIT ? PL_ERR_USAGE_LIMIT : PL_ERR_USAGE_CLOSED));
}

static pl_err refuse(pl_vault *vault, const void *call)
{
    const sending *s = *(sending *const *)call;
    pl_err err = PL_OK;

    (void)vault;
    for (size_t i = 0; !err && i < s->refused_count; i++)
        err = pl_usage_log_refuse(s->client->usage, s->refused[i]);
    return err;
}

/* Mutex held. That it is the report and not the line is shown by one after it that was acknowledged, signed. */
static pl_err set_aside_refused(sending *s)
{
    pl_err err;

    if (s->refused_count == 0 || !s->claims || s->acked < s->parcel.batch.reports[0].sequence)
        return PL_OK;
    if ((err = pl_records_act(s->client, refuse, &s, PL_RECORDS_WAIT)))
        return err;
    pl_log_write(&s->client->log, PL_LOG_WARN, "the server refuses %zu reports of usage: they are tried again by the next start",
                 s->refused_count);
    s->refused_count = 0;
    s->most = 0;
    return PL_OK;
}

/* Mutex held. Without the claim nothing is stored there; a verdict that does not say why is no reason to bind anew. */
static pl_err take(sending *s, const pl_answer *answer)
{
    pospal_client *client = s->client;
    pl_verdict verdict = answer->claims.verdict;
    pl_err err;

    s->claims = answer->claims.usage;
    s->acked = s->claims ? s->claims->sequence : -1;
    note_refusal(s);
    s->now = pl_timeline_effective(&client->mark, pl_clock_read(&client->clock));
    if (!s->claims && verdict != PL_VERDICT_UNKNOWN_KEY && verdict != PL_VERDICT_NOT_ACTIVATED)
        return pl_fail(PL_ERR_UNSIGNED, "the server answered %s and nothing of the usage", pl_verdict_text(verdict));
    if (s->claims && s->claims->is_forked)
        pl_log_write(&client->log, PL_LOG_WARN, "usage was reported by a copy of this program's data too");
    if ((err = pl_records_act(client, settle, &s, PL_RECORDS_WAIT)))
        return err;
    return set_aside_refused(s);
}

/* Mutex held, the turn taken. */
static pl_err begin(sending *s)
{
    pl_err err = pl_ask_begin(s->client);

    if (err)
        return err;
    err = pl_records_act(s->client, pack, &s, PL_RECORDS_WAIT);
    if (err)
        pl_ask_cancel(s->client);
    return err;
}

/* PL_ERR_NOT_FOUND: nothing is left. */
static pl_err send_batch(sending *s)
{
    pospal_client *client = s->client;
    pl_answer answer = {0};
    pl_question asked = {.act = PL_ACT_USAGE, .license_id = s->parcel.license_id, .activation_id = s->parcel.activation_id};
    pl_err err;

    s->is_refused = false;
    pl_mutex_lock(client->mutex);
    err = begin(s);
    pl_mutex_unlock(client->mutex);
    if (err)
        return err;
    pl_arena_init(&answer.arena);
    asked.usage = &s->parcel.batch;
    err = pl_ask(client, &asked, &answer);
    s->is_refused = answer.is_refused;
    pl_mutex_lock(client->mutex);
    if (!err)
        err = take(s, &answer);
    s->claims = NULL;
    pl_ask_cancel(client);
    pl_mutex_unlock(client->mutex);
    pl_arena_reset(&answer.arena);
    return err;
}

/* What was taken back to be bound anew waits for the next activation. */
static bool is_over(const sending *s, int64_t place_before)
{
    return s->acked < 0 || s->is_held_back || (s->parcel.place == place_before && s->acked < s->parcel.batch.reports[0].sequence);
}

/* One report that the server can't take in must not keep the others: the half is tried, down to that one, then what comes after it. */
static bool narrow(sending *s)
{
    size_t count = s->parcel.batch.count;

    if (!s->is_refused || count == 0 || s->refused_count == REFUSED_MAX)
        return false;
    if (count == 1)
        s->refused[s->refused_count++] = s->parcel.batch.reports[0].sequence;
    s->most = count / 2;
    return true;
}

/* *is_done: nothing is left that can be told now. */
static pl_err send_all(sending *s, bool *is_done)
{
    pospal_client *client = s->client;
    int64_t until_ms = pl_clock_read(&client->clock).boot_ms + SPAN_MS;
    pl_err err = PL_OK;

    for (int i = 0;
         !err && !*is_done && i < BATCHES_MAX && pl_clock_read(&client->clock).boot_ms < until_ms && !pl_session_is_due(client);
         i++) {
        int64_t place = s->parcel.place;

        err = send_batch(s);
        *is_done = err == PL_ERR_NOT_FOUND || (!err && is_over(s, place));
        if (err && narrow(s))
            err = PL_OK;
    }
    if (*is_done && s->refused_count > 0)
        return pl_fail(PL_ERR_SERVER, "the server refuses a report of usage, and has acknowledged none after it");
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err pl_usage_send(pospal_client *client)
{
    sending s = {.client = client};
    bool is_done = false;
    pl_err err;

    if (!client->options.text[PL_OPTION_SERVER])
        return PL_OK;
    pl_arena_init(&s.arena);
    pl_mutex_lock(client->mutex);
    client->usage_after_ms = 0; /* what is recorded from now on says so itself */
    pl_mutex_unlock(client->mutex);
    err = send_all(&s, &is_done);
    pl_arena_reset(&s.arena);
    pl_mutex_lock(client->mutex);
    if ((err || !is_done) && client->usage_after_ms == 0)
        client->usage_after_ms = 1; /* the rest goes in the next round */
    if (!err && s.is_held_back)
        client->usage_after_ms = pl_clock_read(&client->clock).boot_ms + REFUSED_PAUSE_MS;
    pl_mutex_unlock(client->mutex);
    if (err)
        pl_log_write(&client->log, PL_LOG_INFO, "usage is told later (%s): %s", pl_err_code(err), pl_err_detail());
    return err;
}
