/* SPDX-License-Identifier: Apache-2.0
 *
 * The session's record as JSON; see session_record.h. The vault seals it.
 */
#include "client/session_record.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "crypto/crypto.h"

enum { WORD_MAX = 16, KEY_TEXT = 43, TEXT_MAX = 2048 };

static const char *const states[] = {"none", "held", "wanted", "taken", "evicted"};

const char *pl_seat_state_text(pl_seat_state state)
{
    return states[state];
}

static void put_id(pl_json_writer *writer, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    pl_json_put_text(writer, name, text);
}

void pl_session_record_write(const pl_session_record *record, pl_buf *text)
{
    char key[KEY_TEXT + 1];
    pl_json_writer writer;

    pl_base64url_encode(pl_span_of(record->key, sizeof record->key), key);
    pl_json_writer_init(&writer, text);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "state", states[record->state]);
    put_id(&writer, "brand", record->brand_id);
    put_id(&writer, "session", record->session_id);
    pl_json_put_text(&writer, "key", key);
    pl_json_put_int(&writer, "lease_s", record->lease_s);
    pl_json_put_int(&writer, "beat_ms", record->beat_ms);
    pl_json_put_int(&writer, "evicted_at", record->evicted_at);
    pl_json_put_text(&writer, "evicted_by", record->evicted_by);
    pl_json_put_text(&writer, "reason", record->reason);
    pl_json_close(&writer);
    pl_wipe(key, sizeof key);
}

static pl_err read_state(const pl_json *object, pl_seat_state *state)
{
    const char *word = NULL;
    pl_err err = pl_json_want_text(object, "state", WORD_MAX, &word);

    if (err)
        return err;
    for (int i = PL_SEAT_NONE; i <= PL_SEAT_EVICTED; i++)
        if (strcmp(states[i], word) == 0) {
            *state = (pl_seat_state)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_MALFORMED, "the session's record has a state of a later version");
}

static pl_err read_id(const pl_json *object, const char *name, pl_uuid *id)
{
    const char *text = NULL;
    pl_err err = pl_json_want_text(object, name, PL_UUID_TEXT_SIZE - 1, &text);

    return err ? err : pl_uuid_parse(pl_span_text(text), id);
}

static pl_err read_key(const pl_json *object, uint8_t key[PL_SESSION_KEY_SIZE])
{
    const char *text = NULL;
    size_t size = PL_SESSION_KEY_SIZE;
    pl_err err = pl_json_want_text(object, "key", KEY_TEXT, &text);

    if (err || (err = pl_base64url_decode(pl_span_text(text), key, &size)))
        return err;
    return size == PL_SESSION_KEY_SIZE ? PL_OK : pl_fail(PL_ERR_MALFORMED, "the session's key is not 32 bytes");
}

static pl_err read_members(const pl_json *object, pl_session_record *record)
{
    const char *by = "", *reason = "";
    pl_err err;

    if ((err = read_state(object, &record->state)) || (err = read_id(object, "brand", &record->brand_id)) ||
        (err = read_id(object, "session", &record->session_id)) || (err = read_key(object, record->key)) ||
        (err = pl_json_want_int(object, "lease_s", 0, PL_SESSION_LEASE_S_MAX, &record->lease_s)) ||
        (err = pl_json_want_int(object, "beat_ms", 0, PL_SESSION_LEASE_S_MAX * INT64_C(1000), &record->beat_ms)) ||
        (err = pl_json_want_int(object, "evicted_at", 0, PL_TIME_MAX, &record->evicted_at)) ||
        (err = pl_json_may_text(object, "evicted_by", PL_DEVICE_NAME_MAX, &by)) ||
        (err = pl_json_may_text(object, "reason", PL_SESSION_REASON_MAX, &reason)))
        return err;
    snprintf(record->evicted_by, sizeof record->evicted_by, "%s", by);
    snprintf(record->reason, sizeof record->reason, "%s", reason);
    return PL_OK;
}

pl_err pl_session_record_read(pl_span text, pl_session_record *record)
{
    pl_session_record fresh = {0};
    const pl_json *object;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    if ((err = pl_json_parse(&arena, text, TEXT_MAX, &object)) == PL_OK && (err = read_members(object, &fresh)) == PL_OK)
        *record = fresh;
    pl_arena_reset(&arena);
    pl_wipe(&fresh, sizeof fresh);
    return err;
}
