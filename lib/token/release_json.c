/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "release".
 */
#include "token/release_json.h"

#include "base/timestamp.h"

pl_err pl_release_claims_read(pl_arena *arena, const pl_json *claims, const pl_release_claims **release)
{
    const pl_json *object = NULL;
    pl_release_claims *read;
    pl_err err = pl_json_may_object(claims, "release", &object);

    *release = NULL;
    if (err || !object)
        return err;
    if (!(read = pl_arena_take(arena, sizeof *read)))
        return pl_fail(PL_ERR_MEMORY, "release");
    if ((err = pl_json_want_text(object, "version", PL_RELEASE_VERSION_MAX, &read->version)) ||
        (err = pl_json_want_text(object, "channel", PL_RELEASE_CHANNEL_MAX, &read->channel)) ||
        (err = pl_json_want_text(object, "url", PL_RELEASE_URL_MAX, &read->url)) ||
        (err = pl_json_may_text(object, "notes", PL_RELEASE_URL_MAX, &read->notes_url)) ||
        (err = pl_json_want_text(object, "sha256", PL_RELEASE_SHA256_TEXT, &read->sha256)) ||
        (err = pl_json_want_int(object, "at", 1, PL_TIME_MAX, &read->published_at)) ||
        (err = pl_json_may_bool(object, "allowed", &read->is_allowed)))
        return err;
    if (!pl_release_sha256_is_valid(read->sha256))
        return pl_fail(PL_ERR_MALFORMED, "member \"sha256\" is not 64 hex digits");
    *release = read;
    return PL_OK;
}

void pl_release_claims_write(pl_json_writer *writer, const pl_release_claims *release)
{
    if (!release)
        return;
    pl_json_open(writer, "release", '{');
    pl_json_put_text(writer, "version", release->version);
    pl_json_put_text(writer, "channel", release->channel);
    pl_json_put_text(writer, "url", release->url);
    pl_json_put_text(writer, "notes", release->notes_url);
    pl_json_put_text(writer, "sha256", release->sha256);
    pl_json_put_int(writer, "at", release->published_at);
    pl_json_put_bool(writer, "allowed", release->is_allowed);
    pl_json_close(writer);
}
