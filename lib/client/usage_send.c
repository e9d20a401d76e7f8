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

enum {
    BATCHES_MAX = 1000,
    REFUSED_PAUSE_MS = 60 * 60 * 1000, /* the server is asked again so often, whatever it says of when */
    SPAN_MS = 10 * 1000                /* in one go: who sends has a session to keep alive too, or somebody who waits */
};

typedef struct {
    pospal_client *client;
    pl_arena arena;
    pl_usage_parcel parcel;
    const pl_usage_claims *claims; /* of the answer, while it is there; NULL: the activation is not known */
    int64_t acked;                 /* of the last answer; negative: none */
    bool is_refused;               /* more than it takes now */
    int64_t now;
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
    pl_usage_holder holder = pl_usage_holder_of(s->client);
    pl_err err = open_log(vault, s->client);

    if (err)
        return err;
    pl_arena_reset(&s->arena);
    return pl_usage_log_pack(s->client->usage, &s->arena, holder.license_id, holder.activation_id, &s->parcel);
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

    s->is_refused = refusal == PL_USAGE_LIMIT;
    if (refusal)
        pl_log_write(&s->client->log, PL_LOG_WARN, "usage is not taken (%s): %s", pl_usage_refusal_text(refusal),
                     pl_err_sentence(refusal == PL_USAGE_LIMIT ? PL_ERR_USAGE_LIMIT : PL_ERR_USAGE_CLOSED));
}

/* Mutex held. Without the claim nothing is stored there; a verdict that does not say why is no reason to bind anew. */
static pl_err take(sending *s, const pl_answer *answer)
{
    pospal_client *client = s->client;
    pl_verdict verdict = answer->claims.verdict;

    s->claims = answer->claims.usage;
    s->acked = s->claims ? s->claims->sequence : -1;
    note_refusal(s);
    s->now = pl_timeline_effective(&client->mark, pl_clock_read(&client->clock));
    if (!s->claims && verdict != PL_VERDICT_UNKNOWN_KEY && verdict != PL_VERDICT_NOT_ACTIVATED)
        return pl_fail(PL_ERR_UNSIGNED, "the server answered %s and nothing of the usage", pl_verdict_text(verdict));
    if (s->claims && s->claims->is_forked)
        pl_log_write(&client->log, PL_LOG_WARN, "usage was reported by a copy of this program's data too");
    return pl_records_act(client, settle, &s, PL_RECORDS_WAIT);
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

    pl_mutex_lock(client->mutex);
    err = begin(s);
    pl_mutex_unlock(client->mutex);
    if (err)
        return err;
    pl_arena_init(&answer.arena);
    asked.usage = &s->parcel.batch;
    err = pl_ask(client, &asked, &answer);
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
    return s->acked < 0 || (s->parcel.place == place_before && s->acked < s->parcel.batch.reports[0].sequence);
}

pl_err pl_usage_send(pospal_client *client)
{
    sending s = {.client = client};
    int64_t until_ms = pl_clock_read(&client->clock).boot_ms + SPAN_MS;
    bool is_done = false;
    pl_err err = PL_OK;

    if (!client->options.text[PL_OPTION_SERVER])
        return PL_OK;
    pl_arena_init(&s.arena);
    for (int i = 0; !err && !is_done && i < BATCHES_MAX && pl_clock_read(&client->clock).boot_ms < until_ms; i++) {
        int64_t place = s.parcel.place;

        err = send_batch(&s);
        is_done = err == PL_ERR_NOT_FOUND || (!err && is_over(&s, place));
    }
    pl_arena_reset(&s.arena);
    pl_mutex_lock(client->mutex);
    if (!err || is_done)
        client->usage_after_ms = is_done ? 0 : 1; /* the rest goes in the next round */
    if (!err && s.is_refused)
        client->usage_after_ms = pl_clock_read(&client->clock).boot_ms + REFUSED_PAUSE_MS;
    pl_mutex_unlock(client->mutex);
    if (err && err != PL_ERR_NOT_FOUND)
        pl_log_write(&client->log, PL_LOG_INFO, "usage is told later (%s): %s", pl_err_code(err), pl_err_detail());
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}
