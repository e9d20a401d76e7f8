/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of lists as JSON, JSON lines or CSV.
 */
#include "api/listing.h"

#include <inttypes.h>
#include <string.h>

enum { ITEM_MAX = 256 * 1024, NAME_MAX_SIZE = 64 };

static const char json_lines[] = "application/jsonl";
static const char csv_with_names[] = "text/csv; charset=utf-8; header=present";
static const char csv_alone[] = "text/csv; charset=utf-8; header=absent";

/* ---- CSV ---- */

void listing_put_field(pl_buf *out, const char *text)
{
    bool is_formula = text[0] && strchr("=+-@\t\r", text[0]);
    bool is_quoted = text[strcspn(text, "\",\r\n")] || text[0] == ' ';

    if (is_quoted)
        pl_buf_add_text(out, "\"");
    if (is_formula)
        pl_buf_add_text(out, "'");
    for (; *text; text++)
        pl_buf_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    if (is_quoted)
        pl_buf_add_text(out, "\"");
}

/* The member "a.b" is b of the object a. */
static const pl_json *find(const pl_json *object, const char *column)
{
    const char *dot = strchr(column, '.');
    char name[NAME_MAX_SIZE] = "";

    if (!dot)
        return pl_json_get(object, column);
    if ((size_t)(dot - column) < sizeof name)
        memcpy(name, column, (size_t)(dot - column));
    object = pl_json_get(object, name);
    return pl_json_is_object(object) ? pl_json_get(object, dot + 1) : NULL;
}

/* Of objects and arrays the JSON text. */
static void put_text_of(pl_buf *out, const pl_json *value)
{
    pl_json_writer writer;
    pl_buf text;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_put_value(&writer, NULL, value);
    if (text.err)
        out->err = text.err;
    else
        listing_put_field(out, text.data);
    pl_buf_reset(&text);
}

static void put_value(pl_buf *out, const pl_json *value)
{
    int64_t number;

    if (pl_json_text(value))
        listing_put_field(out, pl_json_text(value));
    else if (pl_json_int(value, &number))
        pl_buf_add_format(out, "%" PRId64, number);
    else if (value)
        put_text_of(out, value);
}

static void put_names(pl_buf *out, const char *const *columns)
{
    for (size_t i = 0; columns[i]; i++)
        pl_buf_add_format(out, "%s%s", i ? "," : "", columns[i]);
    pl_buf_add_text(out, "\r\n");
}

static pl_err put_row(tx_t *tx, pl_buf *out, const char *const *columns, pl_span item)
{
    const pl_json *object;
    pl_err err = pl_json_parse(tx->arena, item, ITEM_MAX, &object);

    if (err)
        return err;
    for (size_t i = 0; columns[i]; i++) {
        if (i)
            pl_buf_add_text(out, ",");
        put_value(out, find(object, columns[i]));
    }
    pl_buf_add_text(out, "\r\n");
    return out->err;
}

/* ---- forms ---- */

static pl_err write_array(brand_reply_t *reply, const listing_t *listing)
{
    pl_err err = PL_OK;

    pl_json_open(&reply->json, NULL, '[');
    for (size_t i = 0; !err && i < listing->count; i++)
        err = listing->put(listing->context, &reply->json, i);
    pl_json_close(&reply->json);
    return err;
}

static pl_err write_line(tx_t *tx, brand_reply_t *reply, const listing_t *listing, pl_span item)
{
    if (reply->media_type != json_lines)
        return put_row(tx, &reply->body, listing->columns, item);
    pl_buf_add(&reply->body, item.data, item.size);
    pl_buf_add_text(&reply->body, "\n");
    return reply->body.err;
}

static pl_err write_lines(tx_t *tx, brand_reply_t *reply, const listing_t *listing)
{
    pl_err err = PL_OK;
    pl_buf item;

    pl_buf_init(&item);
    for (size_t i = 0; !err && i < listing->count; i++) {
        pl_json_writer writer;

        pl_buf_clear(&item);
        pl_json_writer_init(&writer, &item);
        if (!(err = listing->put(listing->context, &writer, i)) && !(err = item.err))
            err = write_line(tx, reply, listing, pl_buf_span(&item));
    }
    pl_buf_reset(&item);
    return err;
}

typedef enum { FORM_JSON, FORM_LINES, FORM_CSV, FORM_COUNT } form;

static const char *const media_types[FORM_COUNT] = {"application/json", json_lines, "text/csv"};

/* "q=0", "q=0.000": what has it is not wanted (RFC 9110, 12.4.2). parameters ends with the next comma. */
static bool is_refused(const char *parameters)
{
    while (*parameters == ' ' || *parameters == '\t' || *parameters == ';') {
        size_t size;

        parameters += strspn(parameters, " \t;");
        size = strcspn(parameters, " \t;,");
        if (size >= 3 && (parameters[0] == 'q' || parameters[0] == 'Q') && parameters[1] == '=')
            return parameters[2] == '0' && strspn(parameters + 2, "0.") == size - 2;
        parameters += size;
    }
    return false;
}

/* The first that there is of those which Accept names and does not refuse; JSON where there is none. */
static form choose(const char *accept)
{
    while (accept && *accept) {
        size_t size;

        accept += strspn(accept, " \t,");
        size = strcspn(accept, " \t;,");
        for (int i = 0; i < FORM_COUNT; i++)
            if (pl_span_is(pl_span_of(accept, size), media_types[i]) && !is_refused(accept + size))
                return (form)i;
        accept += strcspn(accept, ",");
    }
    return FORM_JSON;
}

pl_err listing_write(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, const listing_t *listing)
{
    switch (choose(call->accept)) {
    case FORM_LINES:
        reply->media_type = json_lines;
        return write_lines(tx, reply, listing);
    case FORM_CSV:
        reply->media_type = listing->is_first ? csv_with_names : csv_alone;
        if (listing->is_first)
            put_names(&reply->body, listing->columns);
        return write_lines(tx, reply, listing);
    case FORM_JSON:
    case FORM_COUNT:
        break;
    }
    return write_array(reply, listing);
}
