/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 3339 times. The calendar is computed here (proleptic Gregorian), because the C library's needs locale and zone.
 */
#include "base/timestamp.h"

#include <stdbool.h>

#define FIRST_SECOND INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */

enum { DAY = 86400 };

typedef struct {
    int year, month, day;
} date;

/* Howard Hinnant's algorithms: the year starts in March, eras of 400 years. */
static int64_t days_of(date d)
{
    int year = d.year - (d.month <= 2);
    int era = year / 400;
    int of_era = year - era * 400;
    int of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

    return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static date date_of(int64_t days)
{
    int64_t shifted = days + 719468;
    int era = (int)(shifted / 146097);
    int of_era = (int)(shifted - (int64_t)era * 146097);
    int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * of_year + 2) / 153;
    date d = {year_of_era + era * 400, month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1};

    d.year += d.month <= 2;
    return d;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

/* Takes exactly count digits off the front. */
static bool take_number(pl_span *text, int count, int min, int max, int *number)
{
    int value = 0;

    if (text->size < (size_t)count)
        return false;
    for (int i = 0; i < count; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        value = value * 10 + (text->data[i] - '0');
    }
    *text = pl_span_of(text->data + count, text->size - (size_t)count);
    *number = value;
    return value >= min && value <= max;
}

/* Takes one character of the set off the front; NUL if there is none. */
static char take_one(pl_span *text, const char *set)
{
    char found = '\0';

    for (; text->size && *set; set++)
        if (text->data[0] == *set)
            found = *set;
    if (found)
        *text = pl_span_of(text->data + 1, text->size - 1);
    return found;
}

static bool take_fraction(pl_span *text)
{
    int digit;
    size_t count = 0;

    if (!take_one(text, "."))
        return true;
    while (take_number(text, 1, 0, 9, &digit))
        count++;
    return count > 0;
}

static bool take_date(pl_span *text, date *d)
{
    return take_number(text, 4, 1, 9999, &d->year) && take_one(text, "-") && take_number(text, 2, 1, 12, &d->month) &&
           take_one(text, "-") && take_number(text, 2, 1, days_in_month(d->year, d->month), &d->day);
}

static bool take_offset(pl_span *text, int *seconds)
{
    int hours, minutes;
    char sign = take_one(text, "Zz+-");

    *seconds = 0;
    if (sign == 'Z' || sign == 'z')
        return true;
    if (!sign || !take_number(text, 2, 0, 23, &hours) || !take_one(text, ":") || !take_number(text, 2, 0, 59, &minutes))
        return false;
    *seconds = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
    return true;
}

/* A leap second counts as the first of the next minute. */
static bool take_time(pl_span *text, int64_t *seconds)
{
    int hour, minute, second, offset;

    if (!take_number(text, 2, 0, 23, &hour) || !take_one(text, ":") || !take_number(text, 2, 0, 59, &minute) ||
        !take_one(text, ":") || !take_number(text, 2, 0, 60, &second) || !take_fraction(text) || !take_offset(text, &offset))
        return false;
    *seconds = (int64_t)hour * 3600 + minute * 60 + second - offset;
    return true;
}

static int64_t clamp(int64_t unix_seconds)
{
    if (unix_seconds < FIRST_SECOND)
        return FIRST_SECOND;
    return unix_seconds > PL_TIME_MAX ? PL_TIME_MAX : unix_seconds;
}

static char *put_number(char *text, int number, int digits, char after)
{
    for (int at = digits - 1; at >= 0; at--, number /= 10)
        text[at] = (char)('0' + number % 10);
    text[digits] = after;
    return text + digits + 1;
}

/* Up to the seconds; returns the end, where after stands. */
static char *format(int64_t unix_seconds, char after, char text[PL_TIMESTAMP_SIZE])
{
    int64_t moved = unix_seconds - FIRST_SECOND; /* never negative, so that / and % round down */
    date d = date_of(moved / DAY + FIRST_SECOND / DAY);
    int second = (int)(moved % DAY);

    text = put_number(text, d.year, 4, '-');
    text = put_number(text, d.month, 2, '-');
    text = put_number(text, d.day, 2, 'T');
    text = put_number(text, second / 3600, 2, ':');
    text = put_number(text, second / 60 % 60, 2, ':');
    return put_number(text, second % 60, 2, after);
}

void pl_timestamp_format(int64_t unix_seconds, char text[PL_TIMESTAMP_SIZE])
{
    *format(clamp(unix_seconds), 'Z', text) = '\0';
}

void pl_timestamp_format_ms(int64_t unix_ms, char text[PL_TIMESTAMP_SIZE])
{
    int64_t seconds = unix_ms / 1000 - (unix_ms % 1000 < 0);
    int ms = clamp(seconds) == seconds ? (int)(unix_ms - seconds * 1000) : 0;
    char *fraction = format(clamp(seconds), '.', text);

    *put_number(fraction, ms, 3, 'Z') = '\0';
}

pl_err pl_timestamp_parse(pl_span text, int64_t *unix_seconds)
{
    int64_t seconds = 0;
    date d;

    if (!take_date(&text, &d) || (text.size && (!take_one(&text, "Tt ") || !take_time(&text, &seconds))) || text.size)
        return pl_fail(PL_ERR_MALFORMED, "not a time like 2026-11-22T18:00:00Z");
    *unix_seconds = days_of(d) * DAY + seconds;
    return PL_OK;
}
