/* SPDX-License-Identifier: Apache-2.0
 *
 * What a change touches, before and after.
 */
#include "licensing/changes.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "licensing/events.h"

#include <string.h>

/* ---- comparing ---- */

static change_t *add(changes_t *changes, const char *name, change_kind kind)
{
    change_t *change = &changes->list[changes->count];

    if (changes->count == CHANGES_MAX)
        return NULL;
    changes->count++;
    *change = (change_t){.name = name, .kind = kind};
    return change;
}

static change_t *add_texts(changes_t *changes, const char *name, const char *before, const char *after)
{
    bool is_same = before && after ? strcmp(before, after) == 0 : before == after;
    change_t *change = is_same ? NULL : add(changes, name, CHANGE_TEXT);

    if (change) {
        change->texts[0] = before;
        change->texts[1] = after;
    }
    return change;
}

void changes_text(changes_t *changes, const char *name, const char *before, const char *after)
{
    add_texts(changes, name, before, after);
}

void changes_json(changes_t *changes, const char *name, const char *before, const char *after)
{
    change_t *change = add_texts(changes, name, before, after);

    if (change)
        change->kind = CHANGE_JSON;
}

void changes_personal(changes_t *changes, const char *name, const char *before, const char *after)
{
    change_t *change = add_texts(changes, name, before, after);

    if (change)
        change->kind = CHANGE_PERSONAL;
}

static void add_numbers(changes_t *changes, const change_t *given)
{
    change_t *change = given->numbers[0] == given->numbers[1] ? NULL : add(changes, given->name, given->kind);

    if (change)
        *change = *given;
}

void changes_number(changes_t *changes, const char *name, int64_t before, int64_t after)
{
    add_numbers(changes, &(change_t){.name = name, .kind = CHANGE_NUMBER, .numbers = {before, after}});
}

void changes_time(changes_t *changes, const char *name, int64_t before_ms, int64_t after_ms)
{
    add_numbers(changes, &(change_t){.name = name, .kind = CHANGE_TIME, .numbers = {before_ms, after_ms}});
}

/* ---- writing ---- */

static void put_text(pl_json_writer *json, const char *name, const char *text)
{
    if (text)
        pl_json_put_text(json, name, text);
    else
        pl_json_put_raw(json, name, pl_span_text("null"));
}

static pl_err put(pl_json_writer *json, const change_t *change, int side, pl_arena *arena, audit_t *entry)
{
    const char *text = change->texts[side];
    char time[PL_TIMESTAMP_SIZE];

    switch (change->kind) {
    case CHANGE_JSON:
        pl_json_put_raw(json, change->name, pl_span_text(text ? text : "null"));
        return PL_OK;
    case CHANGE_NUMBER:
        pl_json_put_int(json, change->name, change->numbers[side]);
        return PL_OK;
    case CHANGE_TIME:
        pl_timestamp_format(change->numbers[side] / 1000, time);
        put_text(json, change->name, change->numbers[side] ? time : NULL);
        return PL_OK;
    case CHANGE_PERSONAL:
        if (text && !(text = audit_commit(arena, entry, text)))
            return PL_ERR_MEMORY;
        break;
    case CHANGE_TEXT:
        break;
    }
    put_text(json, change->name, text);
    return PL_OK;
}

static pl_err write_side(tx_t *tx, const changes_t *changes, int side, audit_t *entry)
{
    const char **text = side ? &entry->after : &entry->before;
    pl_json_writer json;
    pl_buf out;
    pl_err err = PL_OK;

    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    pl_json_open(&json, NULL, '{');
    for (size_t i = 0; !err && i < changes->count; i++)
        err = put(&json, &changes->list[i], side, tx->arena, entry);
    pl_json_close(&json);
    if (!err && !(err = out.err) && !(*text = pl_arena_text(tx->arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    return err;
}

pl_err changes_note(tx_t *tx, const changes_t *changes)
{
    audit_t entry = {.brand_id = changes->brand_id, .action = changes->action, .target = changes->target};
    const char *names = "";
    pl_err err;

    for (size_t i = 0; names && i < changes->count; i++)
        names = pl_arena_format(tx->arena, "%s%s\"%s\"", names, i ? "," : "", changes->list[i].name);
    if (!names || !(entry.metadata = pl_arena_format(tx->arena, "{\"changed\":[%s]}", names)))
        return PL_ERR_MEMORY;
    if ((err = write_side(tx, changes, 0, &entry)) || (err = write_side(tx, changes, 1, &entry)))
        return err;
    return events_append(tx, &entry, changes->license_id);
}
