/* SPDX-License-Identifier: Apache-2.0
 *
 * The structured log: one JSON object per line, to a file descriptor. Lines name routes, never raw paths or queries, and hold no
 * license keys, API keys or bodies.
 */
#ifndef POSPAL_HTTP_JOURNAL_H
#define POSPAL_HTTP_JOURNAL_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "platform/thread.h"

enum { JOURNAL_FLUSH_SIZE = 32 * 1024 };

typedef struct {
    int fd;
    pl_log_level level; /* the most detailed level wanted */
    pl_clock clock;
    pl_mutex
        *mutex; /* several threads write: between asking whether there is room and using it nobody else may; NULL: one thread */
    int64_t dropped; /* lines that nobody read in time, since the last that was written */
} journal_t;

/* One served request. Texts may be NULL. */
typedef struct {
    const char *id;
    const char *method;
    const char *route; /* the table's path, "-" where none fitted */
    const char *brand; /* slug or id, where known */
    const char *code;  /* of the error, where one occurred */
    const char *detail;
    int status;
    int64_t duration_us;
    const char *trace_id; /* the caller's, see http/traceparent.h */
} journal_request_t;

bool journal_wants(const journal_t *journal, pl_log_level level);
/* Appends one line. Requests of one loop are gathered and written together. */
void journal_add_request(const journal_t *journal, const journal_request_t *request, pl_buf *lines);
/*
 * Writes the gathered lines and empties the buffer. Never waits for who reads the log: what finds no room is dropped and counted, and
 * the next line that gets through says how many were ("lines_dropped").
 */
void journal_flush(journal_t *journal, pl_buf *lines);
/* A sink for everything else; each message is one line, written at once. The journal must outlive it. */
pl_log journal_log(journal_t *journal);
/* "error", "warn", "info", "debug". PL_ERR_INVALID. */
pl_err journal_level_parse(const char *text, pl_log_level *level);

#endif
