/* SPDX-License-Identifier: Apache-2.0
 *
 * The structured log.
 */
#include "http/journal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/timestamp.h"

static const char *const level_names[] = {"", "error", "warn", "info", "debug"};

enum { LEVEL_NAMES = sizeof level_names / sizeof *level_names };

static void open_line(const journal_t *journal, pl_log_level level, pl_json_writer *line, pl_buf *out)
{
    char time[PL_TIMESTAMP_SIZE];

    pl_timestamp_format_ms(pl_clock_read(&journal->clock).wall_ms, time);
    pl_json_writer_init(line, out);
    pl_json_open(line, NULL, '{');
    pl_json_put_text(line, "time", time);
    pl_json_put_text(line, "level", level_names[level]);
}

static void close_line(pl_json_writer *line, pl_buf *out)
{
    pl_json_close(line);
    pl_buf_add(out, "\n", 1);
}

static pl_log_level request_level(int status)
{
    if (status >= 500)
        return status == 503 ? PL_LOG_WARN : PL_LOG_ERROR;
    return PL_LOG_INFO;
}

static void write_message(void *context, pl_log_level level, const char *message)
{
    const journal_t *journal = context;
    pl_json_writer line;
    pl_buf out;

    pl_buf_init(&out);
    open_line(journal, level, &line, &out);
    pl_json_put_text(&line, "message", message);
    close_line(&line, &out);
    journal_flush(journal, &out);
    pl_buf_reset(&out);
}

bool journal_wants(const journal_t *journal, pl_log_level level)
{
    return level <= journal->level;
}

void journal_add_request(const journal_t *journal, const journal_request_t *request, pl_buf *lines)
{
    pl_log_level level = request_level(request->status);
    pl_json_writer line;

    if (!journal_wants(journal, level))
        return;
    open_line(journal, level, &line, lines);
    pl_json_put_text(&line, "request_id", request->id);
    pl_json_put_text(&line, "method", request->method);
    pl_json_put_text(&line, "route", request->route);
    pl_json_put_int(&line, "status", request->status);
    pl_json_put_int(&line, "duration_us", request->duration_us);
    pl_json_put_text(&line, "brand", request->brand);
    pl_json_put_text(&line, "code", request->code);
    pl_json_put_text(&line, "detail", request->detail);
    close_line(&line, lines);
}

void journal_flush(const journal_t *journal, pl_buf *lines)
{
    pl_span rest = pl_buf_span(lines);

    while (!lines->err && rest.size > 0) {
        ssize_t done = write(journal->fd, rest.data, rest.size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            break;
        rest = pl_span_of(rest.data + done, rest.size - (size_t)done);
    }
    /* A buffer that ran out of memory once starts afresh. */
    if (lines->err)
        pl_buf_reset(lines);
    pl_buf_clear(lines);
}

pl_log journal_log(journal_t *journal)
{
    pl_log log = {write_message, journal, journal->level};

    return log;
}

pl_err journal_level_parse(const char *text, pl_log_level *level)
{
    for (size_t i = 1; i < LEVEL_NAMES; i++)
        if (strcmp(text, level_names[i]) == 0) {
            *level = (pl_log_level)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "\"%s\" is no log level; error, warn, info and debug are", text);
}
