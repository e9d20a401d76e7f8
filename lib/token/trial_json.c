/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "trial".
 */
#include "token/trial_json.h"

#include "crypto/crypto.h"

enum { SEALED_TEXT = 198 /* base64url of PL_TRIAL_SEALED_MAX bytes, without the NUL */ };

pl_err pl_trial_claims_read(pl_arena *arena, const pl_json *claims, const pl_trial_claims **trial)
{
    const pl_json *object = NULL;
    const char *text;
    pl_trial_claims *read;
    pl_err err = pl_json_may_object(claims, "trial", &object);

    *trial = NULL;
    if (err || !object)
        return err;
    if (!(read = pl_arena_take(arena, sizeof *read)))
        return pl_fail(PL_ERR_MEMORY, "trial");
    read->sealed_size = sizeof read->sealed_key;
    if ((err = pl_json_want_text(object, "key", SEALED_TEXT, &text)) ||
        (err = pl_base64url_decode(pl_span_text(text), read->sealed_key, &read->sealed_size)))
        return err;
    if (read->sealed_size <= PL_DEVICE_SEAL_OVERHEAD)
        return pl_fail(PL_ERR_MALFORMED, "member \"key\" is no sealed license key");
    *trial = read;
    return PL_OK;
}

void pl_trial_claims_write(pl_json_writer *writer, const pl_trial_claims *trial)
{
    char text[SEALED_TEXT + 1];

    if (!trial)
        return;
    pl_base64url_encode(pl_span_of(trial->sealed_key, trial->sealed_size), text);
    pl_json_open(writer, "trial", '{');
    pl_json_put_text(writer, "key", text);
    pl_json_close(writer);
}
