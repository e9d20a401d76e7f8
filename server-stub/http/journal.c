/* SPDX-License-Identifier: Apache-2.0
 *
 * The structured log.
 */
#include "http/journal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
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
    journal_t *journal = context;
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
    pl_json_put_text(&line, "trace_id", request->trace_id);
    pl_json_put_text(&line, "method", request->method);
    pl_json_put_text(&line, "route", request->route);
    pl_json_put_int(&line, "status", request->status);
    pl_json_put_int(&line, "duration_us", request->duration_us);
    pl_json_put_text(&line, "brand", request->brand);
    pl_json_put_text(&line, "code", request->code);
    pl_json_put_text(&line, "detail", request->detail);
    close_line(&line, lines);
}

/* A pipe that polls as writable takes as many bytes as this without blocking. */
static bool has_room(int fd)
{
    struct pollfd end = {fd, POLLOUT, 0};

    return poll(&end, 1, 0) == 1 && end.revents == POLLOUT;
}

static bool put(int fd, pl_span piece)
{
    while (piece.size > 0 && has_room(fd)) {
        ssize_t done = write(fd, piece.data, piece.size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        piece = pl_span_of(piece.data + done, piece.size - (size_t)done);
    }
    return piece.size == 0;
}

/* As many whole lines as fit. */
static pl_span first_piece(pl_span lines)
{
    size_t size = lines.size < PIPE_BUF ? lines.size : PIPE_BUF;
    size_t whole = size;

    while (whole > 0 && lines.data[whole - 1] != '\n')
        whole--;
    return pl_span_of(lines.data, whole > 0 ? whole : size);
}

static int64_t count_lines(pl_span text)
{
    int64_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '\n';
    return count;
}

/* Until this line gets through nothing else does. */
static bool tell_dropped(journal_t *journal)
{
    pl_json_writer line;
    bool is_told;
    pl_buf out;

    if (journal->dropped == 0)
        return true;
    pl_buf_init(&out);
    open_line(journal, PL_LOG_WARN, &line, &out);
    pl_json_put_text(&line, "message", "nobody read the log in time");
    pl_json_put_int(&line, "lines_dropped", journal->dropped);
    close_line(&line, &out);
    is_told = !out.err && put(journal->fd, pl_buf_span(&out));
    pl_buf_reset(&out);
    if (is_told)
        journal->dropped = 0;
    return is_told;
}

static void write_lines(journal_t *journal, pl_span lines)
{
    if (lines.size > 0 && tell_dropped(journal))
        for (pl_span piece = first_piece(lines); piece.size > 0 && put(journal->fd, piece); piece = first_piece(lines))
            lines = pl_span_of(lines.data + piece.size, lines.size - piece.size);
    journal->dropped += count_lines(lines);
}

void journal_flush(journal_t *journal, pl_buf *lines)
{
    if (lines->err) { /* a buffer that ran out of memory once starts afresh */
        pl_buf_reset(lines);
        return;
    }
    if (lines->size == 0)
        return;
    if (journal->mutex)
        pl_mutex_lock(journal->mutex);
    write_lines(journal, pl_buf_span(lines));
    if (journal->mutex)
        pl_mutex_unlock(journal->mutex);
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
