/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading values.
 */
#include "transfer/d1_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "crypto/crypto.h"

enum { MS = 1000, TIME_TEXT_MAX = 40 };

static const int64_t NUMBER_MAX = INT64_C(1000000000000);

const char *d1_text(const d1_row_t *row, size_t index)
{
    const char *text = row->values[index];

    return text && text[0] ? text : NULL;
}

/* The seconds or milliseconds since 1970 that a program wrote: what would be after the year 5138 in seconds is milliseconds. */
static bool read_epoch(const char *text, int64_t *unix_ms)
{
    char *end;
    long long value;

    if (strspn(text, "0123456789.") != strlen(text) || !strchr("0123456789", text[0]))
        return false;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || (*end && *end != '.'))
        return false;
    *unix_ms = value >= INT64_C(100000000000) ? value : value * MS;
    return *unix_ms <= PL_TIME_MAX * MS;
}

/* With an offset, or without one, which is UTC. */
static bool read_text(pl_arena *arena, const char *text, int64_t *unix_ms)
{
    size_t size = strlen(text);
    bool has_offset = size > 10 && strpbrk(text + 10, "Zz+-");
    char *copy = size > TIME_TEXT_MAX ? NULL : pl_arena_format(arena, "%s%s", text, size > 10 && !has_offset ? "Z" : "");
    int64_t seconds;

    if (copy && size > 10 && copy[10] == ' ')
        copy[10] = 'T';
    if (!copy || pl_timestamp_parse(pl_span_text(copy), &seconds) || seconds < 0 || seconds > PL_TIME_MAX)
        return false;
    *unix_ms = seconds * MS;
    return true;
}

pl_err d1_time(pl_arena *arena, const d1_row_t *row, size_t index, int64_t *unix_ms)
{
    const char *text = d1_text(row, index);

    *unix_ms = 0;
    if (!text || read_epoch(text, unix_ms) || read_text(arena, text, unix_ms))
        return PL_OK;
    *unix_ms = 0;
    return pl_fail(PL_ERR_INVALID, "%s is \"%.40s\"; a time like 2027-01-31 12:00:00 is needed", d1_value_name(row->table, index),
                   text);
}

int64_t d1_time_if_any(pl_arena *arena, const d1_row_t *row, size_t index)
{
    int64_t unix_ms;

    if (d1_time(arena, row, index, &unix_ms)) {
        pl_err_clear();
        return 0;
    }
    return unix_ms;
}

pl_err d1_number(const d1_row_t *row, size_t index, int64_t absent, int64_t *number)
{
    const char *text = d1_text(row, index);
    long long value;
    char *end;

    *number = absent;
    if (!text)
        return PL_OK;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (end != text && strncmp(end, ".0", 2) == 0 && !end[2]) /* a whole number in a column of fractions */
        end += 2;
    if (errno || end == text || *end || value < 0 || value > NUMBER_MAX)
        return pl_fail(PL_ERR_INVALID, "%s is \"%.40s\"; a whole number is needed", d1_value_name(row->table, index), text);
    *number = value;
    return PL_OK;
}

pl_uuid d1_made_id(pl_uuid brand_id, const d1_row_t *row, int64_t at_ms)
{
    const pl_span parts[] = {pl_span_of(brand_id.bytes, sizeof brand_id.bytes), pl_span_text(d1_table_text(row->table)),
                             pl_span_text(row->values[D1_ID] ? row->values[D1_ID] : "")};
    uint8_t digests[sizeof parts / sizeof *parts][PL_DIGEST_SIZE];
    uint8_t digest[PL_DIGEST_SIZE];

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        pl_digest(parts[i], digests[i]);
    pl_digest(pl_span_of(digests, sizeof digests), digest);
    return pl_uuid_v7(at_ms, digest);
}

const char *d1_json(pl_arena *arena, const d1_row_t *row)
{
    pl_json_writer json;
    const char *text;
    pl_buf out;

    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    pl_json_open(&json, NULL, '{');
    for (size_t i = 0; i < d1_value_count(row->table); i++)
        if (row->values[i])
            pl_json_put_text(&json, d1_value_name(row->table, i), row->values[i]);
    pl_json_close(&json);
    text = out.err ? NULL : pl_arena_text(arena, pl_buf_span(&out));
    pl_buf_reset(&out);
    return text;
}
