/* SPDX-License-Identifier: Apache-2.0
 *
 * The members of a revocation list; see revocations_json.h.
 */
#include "token/revocations_json.h"

#include "base/timestamp.h"
#include "base/uuid.h"
#include "license/claims.h"

enum { UUID_BYTES = 16, UUID_SHORT = 22 /* base64url of them */ };

/* ---- reading ---- */

typedef struct {
    pl_arena *arena;
    const char **next;
} name_reader;

/* The id as it stands in other documents. */
static pl_err expand(pl_arena *arena, const char *name, const char **id)
{
    size_t size = UUID_BYTES;
    pl_uuid uuid;
    char *text;

    *id = name;
    if (strlen(name) != UUID_SHORT || pl_base64url_decode(pl_span_text(name), uuid.bytes, &size))
        return PL_OK;
    if (!(text = pl_arena_take(arena, PL_UUID_TEXT_SIZE)))
        return pl_fail(PL_ERR_MEMORY, "no memory for the revocation list");
    pl_uuid_format(uuid, text);
    *id = text;
    return PL_OK;
}

static pl_err read_name(void *context, const char *member, const pl_json *value)
{
    name_reader *reader = context;
    const char *name = pl_json_text(value);

    (void)member;
    if (!name || !*name || strlen(name) > PL_CLAIMS_ID_MAX)
        return pl_fail(PL_ERR_MALFORMED, "a revocation list names something that is no id");
    return expand(reader->arena, name, reader->next++);
}

static pl_err read_names(pl_arena *arena, const pl_json *object, const char *member, pl_revoked_names *names)
{
    const pl_json *array = NULL;
    name_reader reader = {arena, NULL};
    pl_err err = pl_json_may_array(object, member, PL_REVOCATIONS_NAMES_MAX, &array);
    size_t count = array ? pl_json_count(array) : 0;

    if (err || count == 0)
        return err;
    if (!(reader.next = pl_arena_take(arena, count * sizeof *reader.next)))
        return pl_fail(PL_ERR_MEMORY, "no memory for the revocation list");
    names->names = reader.next;
    names->count = count;
    return pl_json_each(array, read_name, &reader);
}

pl_err pl_revocations_read(pl_arena *arena, const pl_jws *jws, pl_revocations *list)
{
    const pl_json *object = jws->claims;
    pl_err err;

    *list = (pl_revocations){.issuer = NULL};
    if (jws->doc != PL_DOC_REVOCATIONS)
        return pl_fail(PL_ERR_TYPE, "a document of type %s is expected", pl_doc_typ(PL_DOC_REVOCATIONS));
    if ((err = pl_json_want_text(object, "iss", PL_CLAIMS_ID_MAX, &list->issuer)) ||
        (err = pl_json_want_int(object, "iat", 1, PL_TIME_MAX, &list->issued_at)) ||
        (err = pl_json_may_int(object, "exp", 1, PL_TIME_MAX, &list->expires_at)) ||
        (err = pl_json_want_int(object, "epoch", 0, INT64_MAX, &list->epoch)) ||
        (err = pl_json_want_int(object, "seq", 0, INT64_MAX, &list->sequence)) ||
        (err = read_names(arena, object, "licenses", &list->licenses)) ||
        (err = read_names(arena, object, "devices", &list->devices)) || (err = read_names(arena, object, "keys", &list->keys)))
        return err;
    if (list->licenses.count + list->devices.count > PL_REVOCATIONS_NAMES_MAX || list->keys.count > PL_REVOCATIONS_KEYS_MAX)
        return pl_fail(PL_ERR_MALFORMED, "a revocation list names %d licenses and devices at most, and %d keys",
                       (int)PL_REVOCATIONS_NAMES_MAX, (int)PL_REVOCATIONS_KEYS_MAX);
    return PL_OK;
}

/* ---- writing: what is absent is not written ---- */

static void write_name(pl_json_writer *writer, const char *name)
{
    char text[UUID_SHORT + 1];
    pl_uuid uuid;

    if (strlen(name) != PL_UUID_TEXT_SIZE - 1 || pl_uuid_parse(pl_span_text(name), &uuid)) {
        pl_json_put_text(writer, NULL, name);
        return;
    }
    pl_base64url_encode(pl_span_of(uuid.bytes, UUID_BYTES), text);
    pl_json_put_text(writer, NULL, text);
}

static void write_names(pl_json_writer *writer, const char *member, const pl_revoked_names *names)
{
    if (names->count == 0)
        return;
    pl_json_open(writer, member, '[');
    for (size_t i = 0; i < names->count; i++)
        write_name(writer, names->names[i]);
    pl_json_close(writer);
}

void pl_revocations_write(pl_json_writer *writer, const pl_revocations *list)
{
    pl_json_open(writer, NULL, '{');
    pl_json_put_text(writer, "iss", list->issuer);
    pl_json_put_int(writer, "iat", list->issued_at);
    if (list->expires_at)
        pl_json_put_int(writer, "exp", list->expires_at);
    pl_json_put_int(writer, "epoch", list->epoch);
    pl_json_put_int(writer, "seq", list->sequence);
    write_names(writer, "licenses", &list->licenses);
    write_names(writer, "devices", &list->devices);
    write_names(writer, "keys", &list->keys);
    pl_json_close(writer);
}
