/* SPDX-License-Identifier: Apache-2.0
 *
 * The log seam: a sink that the owner of a client or server gives; without one nothing is printed. Never pass secrets.
 */
#ifndef PL_BASE_LOG_H
#define PL_BASE_LOG_H

#include "base/err.h"

typedef enum { PL_LOG_ERROR = 1, PL_LOG_WARN, PL_LOG_INFO, PL_LOG_DEBUG } pl_log_level;

typedef struct {
    void (*write)(void *context, pl_log_level level, const char *message);
    void *context;
    pl_log_level level; /* the most detailed level wanted */
} pl_log;

/* log may be NULL. */
void pl_log_write(const pl_log *log, pl_log_level level, const char *format, ...) PL_PRINTF(3, 4);

#endif
