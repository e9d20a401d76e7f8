/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines of standard input, and the signals that end it.
 */
#include "chaos_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 256 };

static int stop_pipe[2] = {-1, -1}; /* a signal handler has no context but what is static */

typedef struct {
    tool_t *tool;
    service *service;
    char line[LINE_SIZE];
    size_t size;
    bool is_too_long; /* up to its end it is passed over */
    bool is_over;
} console;

static void stop(int number)
{
    int before = errno;

    (void)number;
    (void)!write(stop_pipe[1], "", 1);
    errno = before;
}

static pl_err catch_signals(void)
{
    struct sigaction stopping = {.sa_handler = stop};
    struct sigaction nothing = {.sa_handler = SIG_IGN};

    if (pipe(stop_pipe) != 0)
        return pl_fail(PL_ERR_IO, "there is no pipe to be had");
    (void)fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK);
    (void)sigaction(SIGINT, &stopping, NULL);
    (void)sigaction(SIGTERM, &stopping, NULL);
    (void)sigaction(SIGPIPE, &nothing, NULL);
    return PL_OK;
}

static void show_state(const console *c)
{
    pl_buf text;

    pl_buf_init(&text);
    service_describe(c->service, &text);
    if (text.data)
        (void)fprintf(c->tool->out, "%s\n", text.data);
    pl_buf_reset(&text);
}

static void run_line(console *c)
{
    if (c->is_too_long)
        (void)fprintf(c->tool->err, "chaos: that line is too long\n");
    else if (strcmp(c->line, "quit") == 0)
        c->is_over = true;
    else if (strcmp(c->line, "show") == 0)
        show_state(c);
    else if (c->line[0] && service_command(c->service, c->line))
        (void)fprintf(c->tool->err, "chaos: %s\n", pl_err_detail());
    else if (c->line[0])
        (void)fprintf(c->tool->out, "ok %s\n", c->line);
    (void)fflush(c->tool->out);
}

static void take(console *c, char character)
{
    if (character == '\n') {
        c->line[c->size] = '\0';
        if (c->size > 0 && c->line[c->size - 1] == '\r')
            c->line[c->size - 1] = '\0';
        run_line(c);
        c->size = 0;
        c->is_too_long = false;
    } else if (c->size == LINE_SIZE - 1) {
        c->is_too_long = true;
    } else {
        c->line[c->size++] = character;
    }
}

/* False at the end of the input. */
static bool read_some(console *c, int input)
{
    char some[LINE_SIZE];
    ssize_t size = read(input, some, sizeof some);

    for (ssize_t i = 0; i < size && !c->is_over; i++)
        take(c, some[i]);
    return size > 0 || (size < 0 && errno == EINTR);
}

pl_err chaos_console_run(tool_t *tool, service *s)
{
    console c = {.tool = tool, .service = s};
    struct pollfd fds[] = {{.fd = -1, .events = POLLIN}, {.fd = fileno(tool->in), .events = POLLIN}};
    pl_err err = catch_signals();

    fds[0].fd = stop_pipe[0];
    while (!err && !c.is_over && !fds[0].revents) {
        if (poll(fds, 2, -1) < 0) {
            if (errno != EINTR)
                return pl_fail(PL_ERR_IO, "standard input cannot be waited for");
            fds[0].revents = fds[1].revents = 0;
            continue;
        }
        if (fds[1].revents && !read_some(&c, fds[1].fd))
            fds[1].fd = -1;
    }
    return err;
}
