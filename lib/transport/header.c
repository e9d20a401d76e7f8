/* SPDX-License-Identifier: Apache-2.0
 *
 * The reply headers that matter. All of them are diagnosis or courtesy: what does not follow its format is ignored, never an error.
 */
#include "transport/header.h"

#include <stdbool.h>
#include <string.h>

#include "base/timestamp.h"

enum { IMF_FIXDATE_SIZE = 29, RETRY_AFTER_DIGITS_MAX = 9 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_named(pl_span name, const char *wanted)
{
    size_t i;

    for (i = 0; i < name.size && wanted[i]; i++)
        if (lower(name.data[i]) != wanted[i])
            return false;
    return i == name.size && !wanted[i];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static pl_span trim(pl_span text)
{
    while (text.size > 0 && is_blank(text.data[0]))
        text = pl_span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

static void take_content_type(pl_exchange_reply *reply, pl_span value)
{
    size_t end = 0;

    while (end < value.size && value.data[end] != ';' && !is_blank(value.data[end]) && end < sizeof reply->content_type - 1) {
        reply->content_type[end] = lower(value.data[end]);
        end++;
    }
    reply->content_type[end] = '\0';
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110), the one form that servers send, by way of RFC 3339. */
static bool parse_date(pl_span value, int64_t *unix_seconds)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[] = "0000-00-00T00:00:00Z";
    const char *from = value.data;
    int month;

    if (value.size != IMF_FIXDATE_SIZE || memcmp(from + 25, " GMT", 4) != 0)
        return false;
    for (month = 0; month < 12; month++)
        if (memcmp(from + 8, months + 3 * month, 3) == 0)
            break;
    memcpy(text, from + 12, 4);
    text[5] = (char)('0' + (month + 1) / 10);
    text[6] = (char)('0' + (month + 1) % 10);
    memcpy(text + 8, from + 5, 2);
    memcpy(text + 11, from + 17, 8);
    return month < 12 && !pl_timestamp_parse(pl_span_text(text), unix_seconds);
}

static bool parse_seconds(pl_span value, int64_t *seconds)
{
    int64_t number = 0;
    size_t i;

    if (value.size == 0 || value.size > RETRY_AFTER_DIGITS_MAX)
        return false;
    for (i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
        number = number * 10 + (value.data[i] - '0');
    }
    *seconds = number;
    return true;
}

/* A date counts from the server's own clock: the machine's may be years off. The two headers come in any order. */
static void relate_dates(pl_exchange_reply *reply)
{
    if (!reply->retry_at_s || !reply->date_s)
        return;
    reply->retry_after_s = reply->retry_at_s > reply->date_s ? reply->retry_at_s - reply->date_s : 0;
}

/* Scheme and host of an absolute reference; of a relative one nothing. */
static void take_location(pl_exchange_reply *reply, pl_span value)
{
    size_t start = is_named(pl_span_of(value.data, value.size < 7 ? value.size : 7), "http://")    ? 7
                   : is_named(pl_span_of(value.data, value.size < 8 ? value.size : 8), "https://") ? 8
                                                                                                   : 0;
    size_t end = start;

    while (start && end < value.size && !strchr("/?#", value.data[end]) && end < sizeof reply->location - 1) {
        if (value.data[end] < 0x21 || value.data[end] > 0x7E)
            break;
        end++;
    }
    memcpy(reply->location, value.data, end);
    reply->location[end] = '\0';
}

void pl_header_take(pl_exchange_reply *reply, pl_span name, pl_span value)
{
    name = trim(name);
    value = trim(value);
    if (is_named(name, "content-type"))
        take_content_type(reply, value);
    else if (is_named(name, "location"))
        take_location(reply, value);
    else if (is_named(name, "date") && parse_date(value, &reply->date_s))
        relate_dates(reply);
    else if (is_named(name, "retry-after") && !parse_seconds(value, &reply->retry_after_s) &&
             parse_date(value, &reply->retry_at_s))
        relate_dates(reply);
}
