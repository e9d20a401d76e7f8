/* SPDX-License-Identifier: Apache-2.0
 *
 * traceparent: version "-" trace id "-" parent id "-" flags, in lower-case hex digits.
 */
#include "http/traceparent.h"

#include <string.h>

enum { TRACE_DIGITS = TRACE_ID_SIZE - 1, PARENT_DIGITS = 16, PAIR_DIGITS = 2 };

/* Exactly so many digits and this end; an id is not zero. */
static bool take_digits(const char **text, size_t count, char end, bool is_id)
{
    bool is_zero = strspn(*text, "0") >= count;

    if (strspn(*text, "0123456789abcdef") != count || (*text)[count] != end || (is_id && is_zero))
        return false;
    *text += count + (end != '\0');
    return true;
}

bool traceparent_read(const char *header, trace_t *trace)
{
    const char *at = header;
    const char *flags;
    bool is_first_version;

    *trace = (trace_t){.id = ""};
    if (!at || strncmp(at, "ff", PAIR_DIGITS) == 0 || !take_digits(&at, PAIR_DIGITS, '-', false))
        return false;
    is_first_version = strncmp(header, "00", PAIR_DIGITS) == 0;
    if (!take_digits(&at, TRACE_DIGITS, '-', true) || !take_digits(&at, PARENT_DIGITS, '-', true))
        return false;
    flags = at;
    /* later versions may go on behind another dash */
    if (!take_digits(&at, PAIR_DIGITS, '\0', false) && (is_first_version || !take_digits(&at, PAIR_DIGITS, '-', false)))
        return false;
    memcpy(trace->id, header + PAIR_DIGITS + 1, TRACE_DIGITS);
    memcpy(trace->text, trace->id, TRACE_DIGITS);
    trace->text[TRACE_DIGITS] = '-';
    memcpy(trace->text + TRACE_DIGITS + 1, flags, PAIR_DIGITS);
    return true;
}
