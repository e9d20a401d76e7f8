/* SPDX-License-Identifier: Apache-2.0
 *
 * Beats; see session_beat.h. The exchange runs without the mutex; what came of it counts only if the session is still the one that beat.
 */
#include "client/session_beat.h"

#include <stdio.h>
#include <string.h>

#include "client/ask.h"
#include "client/session_lease.h"
#include "client/session_seek.h"
#include "crypto/crypto.h"
#include "transport/reply.h"
#include "transport/retry.h"
#include "wire/beat.h"

enum { HTTP_UNAUTHORIZED = 401, HTTP_NOT_FOUND = 404, BACKOFF_SHIFT_MAX = 10, ABANDONED_PART = 4, SPARE_MIN_MS = 1000 };

/* What the round has to do. */
typedef enum { DO_NOTHING, DO_BEAT, DO_START } duty;

/* One beat, gathered under the mutex. */
typedef struct {
    pl_beat beat;
    uint8_t key[PL_SESSION_KEY_SIZE];
    int64_t sent_ms;
    int64_t timeout_ms;
    bool is_lost; /* the server does not know the session, or it lives no longer */
    pl_arena arena;
    pl_beat_reply reply;
} beating;

/* ---- what is due ---- */

static int64_t interval_ms(const pl_seat *seat)
{
    return seat->record.beat_ms > 0 ? seat->record.beat_ms : PL_BEAT_DEFAULT_MS;
}

/* Later and later, with jitter: tills behind one switch do not come back in step. */
static int64_t pause_ms(const pl_seat *seat)
{
    int shift = seat->failures < BACKOFF_SHIFT_MAX ? seat->failures - 1 : BACKOFF_SHIFT_MAX;
    int64_t pause = (int64_t)PL_BEAT_RETRY_FIRST_MS << (shift > 0 ? shift : 0);
    uint32_t random;

    if (pause > interval_ms(seat))
        pause = interval_ms(seat);
    pl_random(&random, sizeof random);
    return pause - (int64_t)(random % (uint32_t)(pause / 4 + 1));
}

static duty duty_of(const pl_seat *seat, int64_t boot_ms)
{
    if (boot_ms < seat->next_ms)
        return DO_NOTHING;
    switch (seat->record.state) {
    case PL_SEAT_HELD:
    case PL_SEAT_WANTED:
        return pl_uuid_is_nil(seat->record.session_id) ? DO_START : DO_BEAT;
    case PL_SEAT_NONE: /* the record was lost, and there are handles */
    case PL_SEAT_TAKEN:
        return DO_START;
    case PL_SEAT_EVICTED:
        break;
    }
    return DO_NOTHING;
}

static void prepare_beat(pospal_client *client, beating *b, int64_t boot_ms)
{
    pl_seat *seat = &client->seat;
    int64_t left_ms = seat->lease_until_ms - boot_ms;

    /* whoever beats after this process has a higher number: its clock is the same */
    seat->number = seat->number + 1 > boot_ms ? seat->number + 1 : boot_ms;
    b->beat = (pl_beat){.brand_id = seat->record.brand_id, .session_id = seat->record.session_id, .number = seat->number};
    memcpy(b->key, seat->record.key, sizeof b->key);
    b->sent_ms = boot_ms;
    b->timeout_ms = left_ms > 0 && left_ms < client->options.timeout_ms ? left_ms : client->options.timeout_ms;
}

/*
 * Whoever leads should have told of a new lease by now: he hangs, or a child that he left behind holds his lock. Whoever sees it beats for
 * himself as well: more beats, and the same seat.
 */
static bool is_abandoned(const pl_seat *seat, int64_t boot_ms)
{
    return seat->record.state == PL_SEAT_HELD && seat->lease_until_ms - boot_ms < seat->record.lease_s * 1000 / ABANDONED_PART;
}

/* Mutex held. */
static duty choose_duty(pospal_client *client, beating *b)
{
    pl_seat *seat = &client->seat;
    int64_t boot_ms = pl_clock_read(&client->clock).boot_ms;
    duty due;

    if (seat->handles == 0 || client->is_closing)
        return DO_NOTHING;
    pl_seat_reload(client);
    if (!pl_seat_lead(client)) {
        pl_lease_look(client);
        if (!is_abandoned(seat, boot_ms))
            return DO_NOTHING;
    }
    pl_seat_reload(client);
    if (seat->record.state == PL_SEAT_HELD && boot_ms >= seat->lease_until_ms)
        pl_seat_set_state(client, PL_SEAT_WANTED);
    due = duty_of(seat, boot_ms);
    if (due == DO_BEAT)
        prepare_beat(client, b, boot_ms);
    return due;
}

/* ---- the exchange ---- */

/* A reply that is not authenticated decides nothing. That the session is unknown leads to a start, which is. */
static pl_err judge(const pl_exchange *exchange, const pl_exchange_reply *reply, beating *b)
{
    pl_err err;

    if (reply->body.err)
        return reply->body.err;
    b->is_lost = reply->status == HTTP_NOT_FOUND || reply->status == HTTP_UNAUTHORIZED;
    if ((err = pl_reply_judge(exchange, reply)) ||
        (err = pl_beat_reply_read(&b->arena, pl_buf_span(&reply->body), &b->beat, b->key, &b->reply)))
        return err;
    b->is_lost = b->reply.state == PL_SESSION_LAPSED || b->reply.state == PL_SESSION_ENDED;
    return PL_OK;
}

static pl_err send_beat(pospal_client *client, beating *b)
{
    char url[PL_URL_SIZE];
    pl_exchange_reply reply;
    pl_exchange exchange = {
        .url = url,
        .timeout_ms = b->timeout_ms,
        .proxy = client->options.text[PL_OPTION_PROXY],
        .ca_file = client->options.text[PL_OPTION_CA_FILE],
        .pinned_keys = client->options.text[PL_OPTION_PINNED_KEYS],
        .user_agent = PL_USER_AGENT,
    };
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    pl_exchange_reply_init(&reply);
    pl_beat_write(&b->beat, b->key, &body);
    pl_ask_url(client, PL_BEAT_PATH, url);
    exchange.body = pl_buf_span(&body);
    if ((err = body.err) == PL_OK && (err = client->transport->exchange(client->transport, &exchange, &reply)) == PL_OK)
        err = judge(&exchange, &reply, b);
    pl_exchange_reply_reset(&reply);
    pl_buf_reset(&body);
    return err;
}

/* ---- what came of it ---- */

static void note_failure(pospal_client *client, pl_err err)
{
    pl_seat *seat = &client->seat;

    seat->failures++;
    seat->next_ms = pl_clock_read(&client->clock).boot_ms + pause_ms(seat);
    pl_log_write(&client->log, PL_LOG_INFO, "no word of the session from the server (%s): %s", pl_err_code(err), pl_err_detail());
    if (seat->record.state == PL_SEAT_HELD && pl_clock_read(&client->clock).boot_ms >= seat->lease_until_ms)
        pl_seat_set_state(client, PL_SEAT_WANTED);
}

static void note_held(pospal_client *client, const beating *b)
{
    pl_seat *seat = &client->seat;

    seat->failures = 0;
    seat->lease_until_ms = b->sent_ms + b->reply.lease_s * 1000;
    seat->next_ms = b->sent_ms + b->reply.beat_ms;
    pl_seat_set_state(client, PL_SEAT_HELD);
    pl_lease_tell(client);
}

static void note_evicted(pospal_client *client, const beating *b)
{
    pl_session_record *record = &client->seat.record;

    record->evicted_at = b->reply.at;
    snprintf(record->evicted_by, sizeof record->evicted_by, "%s", b->reply.by ? b->reply.by : "");
    snprintf(record->reason, sizeof record->reason, "%s", b->reply.reason ? b->reply.reason : "");
    record->session_id = (pl_uuid){{0}};
    pl_wipe(record->key, sizeof record->key);
    pl_seat_set_state(client, PL_SEAT_EVICTED);
}

/* Mutex held. Whether the session must be started anew. */
static bool take_reply(pospal_client *client, const beating *b, pl_err err)
{
    pl_seat *seat = &client->seat;

    pl_seat_reload(client);
    if (seat->handles == 0 || client->is_closing || !pl_uuid_equal(seat->record.session_id, b->beat.session_id))
        return false; /* ended, or got anew by another process meanwhile */
    if (b->is_lost)
        return true;
    if (err)
        note_failure(client, err);
    else if (b->reply.state == PL_SESSION_HELD)
        note_held(client, b);
    else if (b->reply.state == PL_SESSION_EVICTED)
        note_evicted(client, b);
    else
        note_failure(client, pl_fail(PL_ERR_UNSIGNED, "the reply to a heartbeat has a state that this version does not know"));
    return false;
}

static bool beat(pospal_client *client, beating *b)
{
    bool is_lost;
    pl_err err;

    pl_arena_init(&b->arena);
    err = send_beat(client, b);
    pl_mutex_lock(client->mutex);
    is_lost = take_reply(client, b, err);
    pl_mutex_unlock(client->mutex);
    pl_arena_reset(&b->arena);
    pl_wipe(b->key, sizeof b->key);
    return is_lost;
}

/* ---- starting anew ---- */

static bool is_wanted(pospal_client *client)
{
    bool is;

    pl_mutex_lock(client->mutex);
    is = client->seat.handles > 0 && client->seat.record.state != PL_SEAT_EVICTED && !client->is_closing;
    pl_mutex_unlock(client->mutex);
    return is;
}

/* Mutex held. HELD has its times already. */
static void plan_next(pospal_client *client, pl_err err, const pl_session_told *told)
{
    pl_seat *seat = &client->seat;

    if (err)
        note_failure(client, err);
    else if (told->state != PL_SESSION_HELD)
        seat->next_ms = pl_clock_read(&client->clock).boot_ms + interval_ms(seat);
    /* a license that is not good has no seat to lose: its status says why */
    if (!err && told->verdict != PL_VERDICT_ACTIVE) {
        seat->record.session_id = (pl_uuid){{0}};
        pl_seat_set_state(client, PL_SEAT_WANTED);
    }
}

static void start_anew(pospal_client *client, const pl_seek *seek)
{
    pl_session_told told = {0};
    pl_err err;

    pl_mutex_lock(client->seat.turn);
    if (is_wanted(client)) {
        err = pl_session_seek(client, seek, &told);
        pl_mutex_lock(client->mutex);
        plan_next(client, err, &told);
        pl_mutex_unlock(client->mutex);
    }
    pl_mutex_unlock(client->seat.turn);
}

/* Mutex held. */
static bool keeps_seat(const pospal_client *client)
{
    const pl_seat *seat = &client->seat;

    return pl_thread_is_current(client->worker) && seat->is_leader && seat->handles > 0 && seat->record.state == PL_SEAT_HELD;
}

int64_t pl_session_spare_ms(pospal_client *client)
{
    int64_t left_ms = 0, spare_ms = 0;

    pl_mutex_lock(client->mutex);
    if (keeps_seat(client))
        left_ms = client->seat.lease_until_ms - pl_clock_read(&client->clock).boot_ms;
    pl_mutex_unlock(client->mutex);
    if (left_ms > 0)
        spare_ms = left_ms / 2 > SPARE_MIN_MS ? left_ms / 2 : SPARE_MIN_MS;
    return spare_ms;
}

bool pl_session_is_due(pospal_client *client)
{
    bool is_due;

    pl_mutex_lock(client->mutex);
    is_due = keeps_seat(client) && pl_clock_read(&client->clock).boot_ms >= client->seat.next_ms;
    pl_mutex_unlock(client->mutex);
    return is_due;
}

void pl_session_round(pospal_client *client)
{
    pl_seek seek = {.is_background = true};
    beating b = {0};
    duty due;

    pl_mutex_lock(client->mutex);
    due = choose_duty(client, &b);
    pl_mutex_unlock(client->mutex);
    if (due == DO_BEAT) {
        seek.lost = b.beat.session_id;
        seek.is_lost = beat(client, &b);
    }
    if (due == DO_START || seek.is_lost)
        start_anew(client, &seek);
}
