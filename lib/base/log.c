/* SPDX-License-Identifier: Apache-2.0
 *
 * Formats a line for the sink, if there is one and it wants the level.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_SIZE = 1024 };

void pl_log_write(const pl_log *log, pl_log_level level, const char *format, ...)
{
    char line[LINE_MAX_SIZE];
    va_list args;
    int size;

    if (!log || !log->write || level > log->level)
        return;
    va_start(args, format);
    size = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (size >= 0)
        log->write(log->context, level, line);
}
