/* SPDX-License-Identifier: Apache-2.0
 *
 * The server on libmicrohttpd, which only this file knows. One event loop of our own per thread: the library's own epoll thread
 * stalls when exactly 128*k connections are ready (0.9.75), and in external mode a resumed connection needs a second MHD_run.
 */
#include "http/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "http/exchange.h"
#include "http/listen.h"
#include "http/patience.h"
#include "http/server_head.h"
#include "platform/clock.h"
#include "platform/thread.h"

enum {
    CONNECTION_MEMORY = 8192, /* the head of a request must fit; an idle connection costs 9 KB instead of 33 */
    STOP_MS = 10000,
    STEP_FACTOR = 2, /* an idle connection has its time-out, and then its next head as much again */
    IDLE_WAIT_MS = 1000,
    URL_SIZE = LISTEN_TEXT_SIZE + 16
};

typedef struct {
    loop_t loop;
    http_server_t *server;
    struct MHD_Daemon *daemon;
    patience_t patience;
    pl_thread *thread;
    int epoll_fd;
} runner_t;

struct http_server {
    http_options_t options;
    engine_t *engine;
    listeners_t listeners;
    _Atomic bool is_stopping;
    char url[URL_SIZE];
    char refusal[256]; /* the library's last words while a daemon starts */
    size_t count;
    runner_t runners[];
};

/* For patience, which is counted in seconds: some milliseconds behind, and several times as cheap. */
static int64_t now_ms(void)
{
    return pl_clock_coarse_up_ms();
}

/* ---- one connection ---- */

static guest_t *guest_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static void wait_no_longer(runner_t *runner, struct MHD_Connection *connection)
{
    guest_t *guest = guest_of(connection);

    if (guest)
        patience_end(&runner->patience, guest);
}

static void begin_step(runner_t *runner, struct MHD_Connection *connection)
{
    guest_t *guest = guest_of(connection);

    if (guest)
        patience_begin(&runner->patience, guest, now_ms());
}

/* Without memory to watch it a connection has no more than the library's own time-out. */
static void notice(void *context, struct MHD_Connection *connection, void **state, enum MHD_ConnectionNotificationCode code)
{
    runner_t *runner = context;
    guest_t *guest = *state;
    const union MHD_ConnectionInfo *info;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED && guest) {
        patience_end(&runner->patience, guest);
        pl_free(guest);
        *state = NULL;
    }
    if (code != MHD_CONNECTION_NOTIFY_STARTED || !(info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)))
        return;
    *state = guest = pl_alloc(sizeof *guest);
    if (guest) {
        guest->fd = info->connect_fd;
        patience_begin(&runner->patience, guest, now_ms());
    }
}

/* ---- one request ---- */

static exchange_t *begin(runner_t *runner, struct MHD_Connection *connection, const char *method, const char *path)
{
    exchange_head_t head = {.method = method, .path = path, .connection = connection};

    server_read_head(connection, &head);
    return exchange_open(&runner->loop, &head);
}

static enum MHD_Result send_reply(runner_t *runner, struct MHD_Connection *connection, exchange_t *exchange)
{
    const http_reply_t *reply = exchange_reply(exchange);
    /* The body stays the exchange's, which lives until the library says that the request is completed. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.size, (void *)(uintptr_t)reply->body.data, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result queued = MHD_NO;
    bool is_complete = response != NULL;

    begin_step(runner, connection);
    for (size_t i = 0; is_complete && i < reply->header_count; i++)
        is_complete = MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) == MHD_YES;
    if (is_complete && atomic_load(&runner->server->is_stopping))
        is_complete = MHD_add_response_header(response, "Connection", "close") == MHD_YES;
    if (is_complete)
        queued = MHD_queue_response(connection, (unsigned)reply->status, response);
    if (response)
        MHD_destroy_response(response);
    return queued;
}

/* Called for the head, for each piece of the body, for its end, and once more when a suspended connection is resumed. */
static enum MHD_Result serve(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                             const char *version, const char *data, size_t *size, void **state)
{
    runner_t *runner = context;
    exchange_t *exchange = *state;

    (void)version;
    if (!exchange) {
        if (!(exchange = *state = begin(runner, connection, method, path)))
            return MHD_NO;
        begin_step(runner, connection);
        return exchange_is_decided(exchange) ? send_reply(runner, connection, exchange) : MHD_YES;
    }
    if (*size > 0) {
        size_t taken = *size;

        *size = 0;
        return exchange_add_body(exchange, data, taken) ? MHD_YES : MHD_NO;
    }
    exchange_run(exchange);
    if (exchange->is_waiting) {
        wait_no_longer(runner, connection);
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    return send_reply(runner, connection, exchange);
}

static void complete(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
    (void)code;
    if (*state)
        exchange_close(*state);
    *state = NULL;
    begin_step(context, connection);
}

/* ---- the loop ---- */

/* How long to sleep: until the library's next time-out, never so long that a stop would be noticed late. */
static int wait_ms(runner_t *runner)
{
    MHD_UNSIGNED_LONG_LONG timeout;

    if (MHD_get_timeout(runner->daemon, &timeout) == MHD_YES && timeout < IDLE_WAIT_MS)
        return (int)timeout;
    return IDLE_WAIT_MS;
}

static bool resume_finished(runner_t *runner)
{
    exchange_t *exchange = loop_take_finished(&runner->loop);
    bool any = exchange != NULL;

    while (exchange) {
        exchange_t *next = exchange->next;

        exchange->is_waiting = false;
        runner->loop.waiting--;
        MHD_resume_connection(exchange->request.connection);
        exchange = next;
    }
    return any;
}

static void turn(runner_t *runner)
{
    struct pollfd fds[] = {{runner->epoll_fd, POLLIN, 0}, {runner->loop.event_fd, POLLIN, 0}};

    journal_flush(runner->server->engine->journal, &runner->loop.lines);
    (void)poll(fds, 2, wait_ms(runner));
    (void)patience_expire(&runner->patience, now_ms(), runner->server->options.timeout_s * 1000 * STEP_FACTOR);
    if (fds[1].revents && resume_finished(runner))
        MHD_run(runner->daemon);
    MHD_run(runner->daemon);
}

/* Once stopping: what the writer and the workers have must come back; who is slow to send or to read has some seconds. */
static bool is_over(const runner_t *runner, int64_t *deadline_us)
{
    if (!atomic_load(&runner->server->is_stopping))
        return false;
    if (*deadline_us == 0) {
        *deadline_us = pl_clock_monotonic_us() + (int64_t)STOP_MS * 1000;
        MHD_quiesce_daemon(runner->daemon); /* the sockets are closed with the others */
    }
    return runner->loop.open == 0 || (runner->loop.waiting == 0 && pl_clock_monotonic_us() > *deadline_us);
}

static void run_loop(void *context)
{
    runner_t *runner = context;
    int64_t deadline_us = 0;

    while (!is_over(runner, &deadline_us))
        turn(runner);
    MHD_stop_daemon(runner->daemon);
    journal_flush(runner->server->engine->journal, &runner->loop.lines);
}

/* ---- start and stop ---- */

static void take_words(void *context, const char *format, va_list arguments)
{
    http_server_t *server = context;
    char words[sizeof server->refusal];

    (void)vsnprintf(words, sizeof words, format, arguments);
    words[strcspn(words, "\n")] = '\0';
    if (server->url[0])
        pl_log_write(&server->options.log, PL_LOG_DEBUG, "libmicrohttpd: %s", words);
    else
        memcpy(server->refusal, words, sizeof words);
}

static struct MHD_Daemon *start_daemon(runner_t *runner, int listener)
{
    http_server_t *server = runner->server;
    const http_options_t *options = &server->options;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->tls_key},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    unsigned connections = (unsigned)(options->connections / (int64_t)options->loops) + 1;

    if (!options->tls_cert)
        tls[0].option = MHD_OPTION_END;
    return MHD_start_daemon(flags | (options->tls_cert ? MHD_USE_TLS : 0), 0, NULL, NULL, serve, runner,
                            MHD_OPTION_EXTERNAL_LOGGER, take_words, server, MHD_OPTION_LISTEN_SOCKET, listener,
                            MHD_OPTION_NOTIFY_COMPLETED, complete, runner, MHD_OPTION_NOTIFY_CONNECTION, notice, runner,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
                            connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)options->timeout_s,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, server_unescape, NULL,
                            MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static pl_err start_runner(http_server_t *server, size_t index)
{
    runner_t *runner = &server->runners[index];
    const union MHD_DaemonInfo *info;
    pl_err err;

    runner->server = server;
    if ((err = loop_init(&runner->loop, server->engine, server->options.readers[index])))
        return err;
    server->count = index + 1;
    runner->daemon = start_daemon(runner, server->listeners.fds[index]);
    if (!runner->daemon)
        return pl_fail(server->options.tls_cert ? PL_ERR_INVALID : PL_ERR_IO, "the HTTP server did not start: %s",
                       server->refusal);
    info = MHD_get_daemon_info(runner->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    runner->epoll_fd = info ? info->epoll_fd : -1;
    return PL_OK;
}

static pl_err start_threads(http_server_t *server)
{
    pl_err err;

    for (size_t i = 0; i < server->count; i++)
        if ((err = pl_thread_start(run_loop, &server->runners[i], &server->runners[i].thread)))
            return err;
    return PL_OK;
}

const char *http_server_url(const http_server_t *server)
{
    return server->url;
}

void http_server_close(http_server_t *server)
{
    if (!server)
        return;
    atomic_store(&server->is_stopping, true);
    for (size_t i = 0; i < server->count; i++)
        loop_wake(&server->runners[i].loop);
    for (size_t i = 0; i < server->count; i++) {
        runner_t *runner = &server->runners[i];

        if (runner->thread)
            pl_thread_join(runner->thread);
        else if (runner->daemon)
            MHD_stop_daemon(runner->daemon);
        loop_reset(&runner->loop);
    }
    listeners_close(&server->listeners);
    pl_free(server);
}

pl_err http_server_open(const http_options_t *options, engine_t *engine, http_server_t **server)
{
    http_server_t *made = pl_alloc(sizeof *made + options->loops * sizeof(runner_t));
    pl_err err;

    if (!made)
        return PL_ERR_MEMORY;
    made->options = *options;
    made->engine = engine;
    atomic_init(&made->is_stopping, false);
    if ((err = listeners_open(options->listen, options->loops, &made->listeners)))
        goto done;
    for (size_t i = 0; i < options->loops; i++)
        if ((err = start_runner(made, i)))
            goto done;
    (void)snprintf(made->url, sizeof made->url, "http%s://%s", options->tls_cert ? "s" : "", made->listeners.address);
    err = start_threads(made);
done:
    if (err)
        http_server_close(made);
    else
        *server = made;
    return err;
}
