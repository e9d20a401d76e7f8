/* SPDX-License-Identifier: Apache-2.0
 *
 * Text forms of a time (RFC 3339). Times are int64 Unix seconds or milliseconds, named so; local zones do not exist here.
 */
#ifndef PL_BASE_TIMESTAMP_H
#define PL_BASE_TIMESTAMP_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* The end of the year 9999: the last second that has a text, hence the largest time that a document may hold. */
#define PL_TIME_MAX INT64_C(253402300799)

enum { PL_TIMESTAMP_SIZE = 32 };

/* "2026-11-22T18:00:00Z"; years outside 0001..9999 print as the nearest of them. */
void pl_timestamp_format(int64_t unix_seconds, char text[PL_TIMESTAMP_SIZE]);
void pl_timestamp_format_ms(int64_t unix_ms, char text[PL_TIMESTAMP_SIZE]); /* with .000 */
/* RFC 3339 with any offset, or a date alone (midnight UTC). PL_ERR_MALFORMED. */
pl_err pl_timestamp_parse(pl_span text, int64_t *unix_seconds);

#endif
