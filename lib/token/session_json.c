/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "session". Reader and writer go through the members in the same order.
 */
#include "token/session_json.h"

#include <string.h>

#include "base/timestamp.h"
#include "crypto/crypto.h"
#include "license/claims.h"

enum { WORD_MAX = 32, SEALED_TEXT = 108 /* base64url of 80 bytes, with the NUL */ };

/* ---- reading ---- */

static pl_err read_id(const pl_json *object, const char *name, const char **id)
{
    pl_err err = pl_json_want_text(object, name, PL_CLAIMS_ID_MAX, id);

    return !err && !**id ? pl_fail(PL_ERR_MALFORMED, "member \"%s\" is empty", name) : err;
}

static pl_err read_held(const pl_json *object, pl_session_claims *session)
{
    const char *text = NULL;
    size_t size = sizeof session->sealed_key;
    pl_err err;

    if ((err = read_id(object, "id", &session->session_id)) || (err = pl_json_want_text(object, "key", SEALED_TEXT - 1, &text)) ||
        (err = pl_base64url_decode(pl_span_text(text), session->sealed_key, &size)) ||
        (err = pl_json_want_int(object, "lease_s", 1, PL_SESSION_LEASE_S_MAX, &session->lease_s)))
        return err;
    if (size != sizeof session->sealed_key)
        return pl_fail(PL_ERR_MALFORMED, "member \"key\" is no sealed session key");
    return pl_json_want_int(object, "beat_ms", PL_SESSION_BEAT_MS_MIN, session->lease_s * 1000, &session->beat_ms);
}

static pl_err read_holder(const pl_json *object, pl_session_holder *holder)
{
    pl_err err;

    if (!pl_json_is_object(object))
        return pl_fail(PL_ERR_MALFORMED, "a holder of a session is no object");
    if ((err = read_id(object, "id", &holder->session_id)) || (err = read_id(object, "activation", &holder->activation_id)) ||
        (err = pl_json_may_text(object, "name", PL_DEVICE_NAME_MAX, &holder->device_name)) ||
        (err = pl_json_want_int(object, "since", 1, PL_TIME_MAX, &holder->since)))
        return err;
    return pl_json_want_int(object, "seen", 1, PL_TIME_MAX, &holder->seen);
}

static pl_err read_holders(pl_arena *arena, const pl_json *object, pl_session_claims *session)
{
    const pl_json *array = NULL;
    pl_session_holder *holders;
    pl_err err = pl_json_may_array(object, "holders", PL_SESSION_HOLDERS_MAX, &array);
    size_t count = array ? pl_json_count(array) : 0;

    if (err || count == 0)
        return err;
    if (!(holders = pl_arena_take(arena, count * sizeof *holders)))
        return pl_fail(PL_ERR_MEMORY, "holders of sessions");
    session->holders = holders;
    session->holder_count = count;
    for (size_t i = 0; !err && i < count; i++)
        err = read_holder(pl_json_at(array, i), &holders[i]);
    return err;
}

pl_err pl_session_claims_read(pl_arena *arena, const pl_json *claims, const pl_session_claims **session)
{
    const pl_json *object = NULL;
    const char *state = NULL;
    pl_session_claims *read;
    pl_err err = pl_json_may_object(claims, "session", &object);

    *session = NULL;
    if (err || !object)
        return err;
    if (!(read = pl_arena_take(arena, sizeof *read)))
        return pl_fail(PL_ERR_MEMORY, "session");
    memset(read, 0, sizeof *read);
    if ((err = pl_json_want_text(object, "state", WORD_MAX, &state)))
        return err;
    read->state = pl_session_state_parse(state);
    if ((read->state == PL_SESSION_HELD && (err = read_held(object, read))) ||
        (err = pl_json_may_int(object, "limit", 0, INT64_MAX, &read->limit)) ||
        (err = pl_json_may_int(object, "retry_at", 1, PL_TIME_MAX, &read->retry_at)) || (err = read_holders(arena, object, read)))
        return err;
    *session = read;
    return PL_OK;
}

/* ---- writing ---- */

static void write_held(pl_json_writer *writer, const pl_session_claims *session)
{
    char text[SEALED_TEXT];

    pl_base64url_encode(pl_span_of(session->sealed_key, sizeof session->sealed_key), text);
    pl_json_put_text(writer, "id", session->session_id);
    pl_json_put_text(writer, "key", text);
    pl_json_put_int(writer, "lease_s", session->lease_s);
    pl_json_put_int(writer, "beat_ms", session->beat_ms);
}

static void write_holder(pl_json_writer *writer, const pl_session_holder *holder)
{
    pl_json_open(writer, NULL, '{');
    pl_json_put_text(writer, "id", holder->session_id);
    pl_json_put_text(writer, "activation", holder->activation_id);
    pl_json_put_text(writer, "name", holder->device_name);
    pl_json_put_int(writer, "since", holder->since);
    pl_json_put_int(writer, "seen", holder->seen);
    pl_json_close(writer);
}

void pl_session_claims_write(pl_json_writer *writer, const pl_session_claims *session)
{
    if (!session)
        return;
    pl_json_open(writer, "session", '{');
    pl_json_put_text(writer, "state", pl_session_state_text(session->state));
    if (session->state == PL_SESSION_HELD)
        write_held(writer, session);
    if (session->limit)
        pl_json_put_int(writer, "limit", session->limit);
    if (session->retry_at)
        pl_json_put_int(writer, "retry_at", session->retry_at);
    if (session->holder_count > 0) {
        pl_json_open(writer, "holders", '[');
        for (size_t i = 0; i < session->holder_count; i++)
            write_holder(writer, &session->holders[i]);
        pl_json_close(writer);
    }
    pl_json_close(writer);
}
