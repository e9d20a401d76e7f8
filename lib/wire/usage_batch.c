/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches of usage, both ways.
 */
#include "wire/usage_batch.h"

#include "base/timestamp.h"

#include <string.h>

enum { ID_TEXT = 22 };

/* ---- writing ---- */

static void put_id(pl_json_writer *writer, const char *name, const uint8_t id[PL_USAGE_ID_SIZE])
{
    char text[ID_TEXT + 1];

    pl_base64url_encode(pl_span_of(id, PL_USAGE_ID_SIZE), text);
    pl_json_put_text(writer, name, text);
}

static void write_report(pl_json_writer *writer, const pl_usage_report *report)
{
    pl_json_open(writer, NULL, '{');
    pl_json_put_int(writer, "seq", report->sequence);
    pl_json_put_text(writer, "meter", report->meter);
    pl_json_put_int(writer, "amount", report->amount);
    pl_json_put_int(writer, "at", report->at);
    put_id(writer, "id", report->id);
    pl_json_close(writer);
}

void pl_usage_batch_write(pl_json_writer *writer, const pl_usage_batch *batch)
{
    if (!batch)
        return;
    pl_json_open(writer, "usage", '{');
    put_id(writer, "log", batch->log);
    pl_json_put_int(writer, "from", batch->from);
    pl_json_open(writer, "reports", '[');
    for (size_t i = 0; i < batch->count; i++)
        write_report(writer, &batch->reports[i]);
    pl_json_close(writer);
    pl_json_close(writer);
}

/* ---- reading ---- */

static pl_err read_id(const pl_json *object, const char *name, uint8_t id[PL_USAGE_ID_SIZE])
{
    size_t size = PL_USAGE_ID_SIZE;
    const char *text;
    pl_err err = pl_json_want_text(object, name, ID_TEXT, &text);

    if (err)
        return err;
    if (pl_base64url_decode(pl_span_text(text), id, &size) || size != PL_USAGE_ID_SIZE)
        return pl_fail(PL_ERR_MALFORMED, "member \"%s\" is not base64url of %d bytes", name, (int)PL_USAGE_ID_SIZE);
    return PL_OK;
}

static pl_err read_report(const pl_json *object, int64_t after, pl_usage_report *report)
{
    pl_err err;

    if (!pl_json_is_object(object))
        return pl_fail(PL_ERR_MALFORMED, "a report of usage is no object");
    if ((err = pl_json_want_int(object, "seq", after + 1, INT64_MAX - 1, &report->sequence)) ||
        (err = pl_json_want_text(object, "meter", PL_METER_MAX, &report->meter)) ||
        (err = pl_json_want_int(object, "amount", 1, PL_USAGE_AMOUNT_MAX, &report->amount)) ||
        (err = pl_json_want_int(object, "at", 1, PL_TIME_MAX, &report->at)) || (err = read_id(object, "id", report->id)))
        return err;
    return pl_meter_is_valid(report->meter) ? PL_OK : pl_fail(PL_ERR_MALFORMED, "meter is not one: letters, digits, . _ -");
}

static pl_err read_reports(pl_arena *arena, const pl_json *array, pl_usage_batch *batch)
{
    size_t count = pl_json_count(array);
    int64_t last = batch->from - 1;
    pl_usage_report *reports;
    pl_err err = PL_OK;

    if (count == 0)
        return pl_fail(PL_ERR_MALFORMED, "usage.reports is empty");
    if (!(reports = pl_arena_take(arena, count * sizeof *reports)))
        return pl_fail(PL_ERR_MEMORY, "reports of usage");
    for (size_t i = 0; !err && i < count; i++) {
        err = read_report(pl_json_at(array, i), last, &reports[i]);
        last = reports[i].sequence;
    }
    batch->reports = reports;
    batch->count = count;
    return err;
}

pl_err pl_usage_batch_read(pl_arena *arena, const pl_json *object, const pl_usage_batch **batch)
{
    const pl_json *member = NULL, *reports = NULL;
    pl_usage_batch *read;
    pl_err err = pl_json_may_object(object, "usage", &member);

    *batch = NULL;
    if (err || !member)
        return err;
    if (!(read = pl_arena_take(arena, sizeof *read)))
        return pl_fail(PL_ERR_MEMORY, "usage");
    if ((err = read_id(member, "log", read->log)) || (err = pl_json_want_int(member, "from", 1, INT64_MAX - 1, &read->from)) ||
        (err = pl_json_may_array(member, "reports", PL_USAGE_REPORTS_MAX, &reports)) ||
        (err = read_reports(arena, reports, read)))
        return err;
    *batch = read;
    return PL_OK;
}

/* ---- what is signed ---- */

static void add_number(pl_buf *bytes, int64_t number)
{
    uint8_t big_endian[8];

    for (int i = 0; i < 8; i++)
        big_endian[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    pl_buf_add(bytes, big_endian, sizeof big_endian);
}

pl_err pl_usage_batch_digest(const pl_usage_batch *batch, uint8_t digest[PL_DIGEST_SIZE])
{
    static const char label[] = "pospal-usage"; /* with the NUL */
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    pl_buf_add(&bytes, label, sizeof label);
    pl_buf_add(&bytes, batch->log, PL_USAGE_ID_SIZE);
    add_number(&bytes, batch->from);
    for (size_t i = 0; i < batch->count; i++) {
        const pl_usage_report *report = &batch->reports[i];

        add_number(&bytes, report->sequence);
        add_number(&bytes, report->amount);
        add_number(&bytes, report->at);
        pl_buf_add(&bytes, report->id, PL_USAGE_ID_SIZE);
        pl_buf_add(&bytes, report->meter, strlen(report->meter) + 1);
    }
    if (!(err = bytes.err))
        pl_digest(pl_buf_span(&bytes), digest);
    pl_buf_reset(&bytes);
    return err;
}
