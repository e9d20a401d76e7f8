/* SPDX-License-Identifier: Apache-2.0
 *
 * Distances of time in words; see moment.h.
 */
#include "moment.h"

#include <stddef.h>
#include <stdio.h>

void moment_text(int64_t seconds, int64_t now, char text[MOMENT_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{365 * 86400, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    /* in unsigned arithmetic any two times have a distance */
    uint64_t distance = seconds > now ? (uint64_t)seconds - (uint64_t)now : (uint64_t)now - (uint64_t)seconds;
    size_t unit = 0;
    uint64_t count;

    while (unit + 1 < sizeof units / sizeof *units && distance < (uint64_t)units[unit].seconds)
        unit++;
    count = distance / (uint64_t)units[unit].seconds;
    if (count == 0)
        (void)snprintf(text, MOMENT_SIZE, "now");
    else
        (void)snprintf(text, MOMENT_SIZE, "%s%llu %s%s%s", seconds > now ? "in " : "", (unsigned long long)count,
                       units[unit].name, count == 1 ? "" : "s", seconds > now ? "" : " ago");
}
