/* SPDX-License-Identifier: Apache-2.0
 *
 * The reply to a decided device request, both ways.
 */
#include "wire/device_reply.h"

#include "token/keyring.h"
#include "token/revocations_json.h"

static void put_token(pl_json_writer *writer, const char *name, pl_span token)
{
    if (token.size > 0)
        pl_json_put_span(writer, name, token);
}

void pl_device_reply_write(const pl_device_reply *reply, pl_buf *body)
{
    pl_json_writer writer;

    pl_json_writer_init(&writer, body);
    pl_json_open(&writer, NULL, '{');
    put_token(&writer, "answer", reply->answer);
    put_token(&writer, "keyset", reply->keyset);
    put_token(&writer, "revocations", reply->revocations);
    pl_json_close(&writer);
}

pl_err pl_device_reply_read(pl_arena *arena, pl_span body, pl_device_reply *reply)
{
    const pl_json *object;
    const char *answer = NULL, *keyset = NULL, *revocations = NULL;
    pl_err err = pl_json_parse(arena, body, PL_REPLY_MAX, &object);

    *reply = (pl_device_reply){.answer = {NULL, 0}};
    if (err)
        return err;
    if (pl_json_may_text(object, "answer", PL_JWS_MAX, &answer) || pl_json_may_text(object, "keyset", PL_KEYSET_MAX, &keyset) ||
        pl_json_may_text(object, "revocations", PL_REVOCATIONS_MAX, &revocations) || (!answer && !keyset))
        return pl_fail(PL_ERR_UNSIGNED, "the reply has neither an answer nor a keyset");
    reply->answer = pl_span_text(answer);
    reply->keyset = pl_span_text(keyset);
    reply->revocations = pl_span_text(revocations);
    return PL_OK;
}
