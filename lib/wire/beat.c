/* SPDX-License-Identifier: Apache-2.0
 *
 * Heartbeats, both ways.
 */
#include "wire/beat.h"

#include <string.h>

#include "base/timestamp.h"
#include "license/claims.h"

enum { WORD_MAX = 32, MAC_TEXT = 44, MESSAGE_MAX = 512 };

/* What a MAC is over. The bounds of its parts keep it below MESSAGE_MAX. */
typedef struct {
    uint8_t bytes[MESSAGE_MAX];
    size_t size;
} message;

static void add(message *m, const void *bytes, size_t size)
{
    if (size > sizeof m->bytes - m->size)
        size = sizeof m->bytes - m->size;
    memcpy(m->bytes + m->size, bytes, size);
    m->size += size;
}

static void add_number(message *m, int64_t number)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    add(m, bytes, sizeof bytes);
}

static void add_text(message *m, const char *text)
{
    add(m, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void begin(message *m, const char *label, const pl_beat *beat)
{
    m->size = 0;
    add_text(m, label);
    add(m, beat->brand_id.bytes, sizeof beat->brand_id.bytes);
    add(m, beat->session_id.bytes, sizeof beat->session_id.bytes);
    add_number(m, beat->number);
}

static void sign_beat(const pl_beat *beat, const uint8_t *key, uint8_t mac[PL_MAC_SIZE])
{
    message m;

    begin(&m, "pospal-beat", beat);
    pl_mac(key, pl_span_of(m.bytes, m.size), mac);
}

static void sign_reply(const pl_beat_reply *reply, const pl_beat *beat, const uint8_t *key, uint8_t mac[PL_MAC_SIZE])
{
    message m;

    begin(&m, "pospal-beat-reply", beat);
    add_text(&m, pl_session_state_text(reply->state));
    add_number(&m, reply->lease_s);
    add_number(&m, reply->beat_ms);
    add_number(&m, reply->at);
    add_text(&m, reply->by);
    add_text(&m, reply->reason);
    pl_mac(key, pl_span_of(m.bytes, m.size), mac);
}

static void put_mac(pl_json_writer *writer, const uint8_t mac[PL_MAC_SIZE])
{
    char text[MAC_TEXT];

    pl_base64url_encode(pl_span_of(mac, PL_MAC_SIZE), text);
    pl_json_put_text(writer, "mac", text);
}

static pl_err read_mac(const pl_json *object, uint8_t mac[PL_MAC_SIZE])
{
    const char *text = NULL;
    size_t size = PL_MAC_SIZE;
    pl_err err = pl_json_want_text(object, "mac", MAC_TEXT - 1, &text);

    if (err || (err = pl_base64url_decode(pl_span_text(text), mac, &size)))
        return err;
    return size == PL_MAC_SIZE ? PL_OK : pl_fail(PL_ERR_MALFORMED, "member \"mac\" is not 32 bytes");
}

static void put_id(pl_json_writer *writer, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    pl_json_put_text(writer, name, text);
}

static pl_err read_id(const pl_json *object, const char *name, pl_uuid *id)
{
    const char *text = NULL;
    pl_err err = pl_json_want_text(object, name, PL_UUID_TEXT_SIZE - 1, &text);

    return err ? err : pl_uuid_parse(pl_span_text(text), id);
}

/* ---- the beat ---- */

void pl_beat_write(pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE], pl_buf *body)
{
    pl_json_writer writer;

    sign_beat(beat, key, beat->mac);
    pl_json_writer_init(&writer, body);
    pl_json_open(&writer, NULL, '{');
    put_id(&writer, "brand", beat->brand_id);
    put_id(&writer, "session", beat->session_id);
    pl_json_put_int(&writer, "number", beat->number);
    put_mac(&writer, beat->mac);
    pl_json_close(&writer);
}

pl_err pl_beat_read(pl_arena *arena, pl_span body, pl_beat *beat)
{
    const pl_json *object;
    pl_err err;

    if ((err = pl_json_parse(arena, body, PL_BEAT_MAX, &object)))
        return err;
    if ((err = read_id(object, "brand", &beat->brand_id)) || (err = read_id(object, "session", &beat->session_id)) ||
        (err = pl_json_want_int(object, "number", 1, INT64_MAX, &beat->number)) || (err = read_mac(object, beat->mac)))
        return err == PL_ERR_MALFORMED ? PL_ERR_INVALID : err;
    return PL_OK;
}

bool pl_beat_check(const pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE])
{
    uint8_t mac[PL_MAC_SIZE];

    sign_beat(beat, key, mac);
    return pl_equal(mac, beat->mac, sizeof mac);
}

/* ---- the reply ---- */

void pl_beat_reply_write(pl_beat_reply *reply, const pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE], pl_buf *body)
{
    pl_json_writer writer;

    sign_reply(reply, beat, key, reply->mac);
    pl_json_writer_init(&writer, body);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "state", pl_session_state_text(reply->state));
    if (reply->lease_s)
        pl_json_put_int(&writer, "lease_s", reply->lease_s);
    if (reply->beat_ms)
        pl_json_put_int(&writer, "beat_ms", reply->beat_ms);
    if (reply->at)
        pl_json_put_int(&writer, "at", reply->at);
    pl_json_put_text(&writer, "by", reply->by);
    pl_json_put_text(&writer, "reason", reply->reason);
    put_mac(&writer, reply->mac);
    pl_json_close(&writer);
}

static pl_err read_reply(const pl_json *object, pl_beat_reply *reply)
{
    const char *state = NULL;
    pl_err err;

    if ((err = pl_json_want_text(object, "state", WORD_MAX, &state)) ||
        (err = pl_json_may_int(object, "lease_s", 1, PL_SESSION_LEASE_S_MAX, &reply->lease_s)) ||
        (err = pl_json_may_int(object, "beat_ms", PL_SESSION_BEAT_MS_MIN, PL_SESSION_LEASE_S_MAX * INT64_C(1000),
                               &reply->beat_ms)) ||
        (err = pl_json_may_int(object, "at", 1, PL_TIME_MAX, &reply->at)) ||
        (err = pl_json_may_text(object, "by", PL_DEVICE_NAME_MAX, &reply->by)) ||
        (err = pl_json_may_text(object, "reason", PL_SESSION_REASON_MAX, &reply->reason)))
        return err;
    reply->state = pl_session_state_parse(state);
    return read_mac(object, reply->mac);
}

pl_err pl_beat_reply_read(pl_arena *arena, pl_span body, const pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE],
                          pl_beat_reply *reply)
{
    uint8_t mac[PL_MAC_SIZE];
    const pl_json *object;

    memset(reply, 0, sizeof *reply);
    if (pl_json_parse(arena, body, PL_BEAT_REPLY_MAX, &object) || read_reply(object, reply))
        return pl_fail(PL_ERR_UNSIGNED, "the reply to a heartbeat is none: %s", pl_err_detail());
    sign_reply(reply, beat, key, mac);
    if (!pl_equal(mac, reply->mac, sizeof mac))
        return pl_fail(PL_ERR_UNSIGNED, "the reply to a heartbeat is not authenticated for it");
    if (reply->state == PL_SESSION_HELD && (!reply->lease_s || !reply->beat_ms))
        return pl_fail(PL_ERR_UNSIGNED, "the reply to a heartbeat has no lease");
    return PL_OK;
}
