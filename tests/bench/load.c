/* SPDX-License-Identifier: Apache-2.0
 *
 * The load generator; see load.h. Requests are in calls.c.
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "measure.h"

enum { REPLY_MAX = 16384, EVENTS = 256, PATIENCE_MS = 10000, STATUS_AT = 9, STATUS_OK_SIZE = 3 };

typedef struct {
    int fd;
    size_t size;  /* of the reply so far */
    size_t whole; /* its size in all; 0: not known yet */
    char reply[REPLY_MAX];
} connection_t;

struct load {
    const validator_t *server;
    int epoll;
    size_t count;
    connection_t *connections;
};

static pl_err connect_one(int port, connection_t *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof address))
        return pl_fail(PL_ERR_IO, "no connection to the server: %s", strerror(errno));
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return PL_OK;
}

static pl_err connect_all(load_t *load, size_t count)
{
    for (; load->count < count; load->count++) {
        connection_t *connection = &load->connections[load->count];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        pl_err err = connect_one(load->server->port, connection);

        if (!err && epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event))
            err = pl_fail(PL_ERR_IO, "epoll: %s", strerror(errno));
        if (!err)
            continue;
        if (connection->fd >= 0)
            (void)close(connection->fd);
        return err;
    }
    return PL_OK;
}

pl_err load_open(const validator_t *server, size_t connections, load_t **load)
{
    load_t *fresh = pl_alloc(sizeof *fresh);
    pl_err err = PL_ERR_MEMORY;

    *load = NULL;
    if (!fresh)
        return err;
    fresh->server = server;
    fresh->epoll = epoll_create1(EPOLL_CLOEXEC);
    fresh->connections = pl_alloc(connections * sizeof *fresh->connections);
    if (fresh->epoll >= 0 && fresh->connections)
        err = connect_all(fresh, connections);
    if (err)
        load_close(fresh);
    else
        *load = fresh;
    return err;
}

void load_close(load_t *load)
{
    if (!load)
        return;
    for (size_t i = 0; i < load->count; i++)
        (void)close(load->connections[i].fd);
    if (load->epoll >= 0)
        (void)close(load->epoll);
    pl_free(load->connections);
    pl_free(load);
}

static bool has_next(const calls_t *calls)
{
    return !calls->is_once || calls->next < calls->count;
}

/* A request is small and the connection idle, so that it always fits whole. */
static pl_err send_next(connection_t *connection, calls_t *calls)
{
    pl_span call = calls->items[calls->next % calls->count];

    calls->next++;
    connection->size = connection->whole = 0;
    if (send(connection->fd, call.data, call.size, MSG_NOSIGNAL) != (ssize_t)call.size)
        return pl_fail(PL_ERR_IO, "a request could not be sent: %s", strerror(errno));
    return PL_OK;
}

/* Once the head is there: its status, and how long the whole will be. */
static pl_err read_head(connection_t *connection)
{
    const char *end = memmem(connection->reply, connection->size, "\r\n\r\n", 4);
    const char *length;
    size_t head;

    if (!end)
        return PL_OK;
    head = (size_t)(end - connection->reply) + 4;
    length = memmem(connection->reply, head, "\r\nContent-Length: ", 18);
    if (memcmp(connection->reply + STATUS_AT, "200", STATUS_OK_SIZE) != 0)
        return pl_fail(PL_ERR_STATE, "the server answered: %.*s", (int)connection->size, connection->reply);
    if (!length)
        return pl_fail(PL_ERR_MALFORMED, "a reply without Content-Length");
    connection->whole = head + strtoul(length + 18, NULL, 10);
    return connection->whole < REPLY_MAX ? PL_OK : pl_fail(PL_ERR_TOO_LARGE, "a reply of %zu bytes", connection->whole);
}

/* *is_done: the reply is whole. */
static pl_err receive(connection_t *connection, bool *is_done)
{
    ssize_t got = recv(connection->fd, connection->reply + connection->size, REPLY_MAX - 1 - connection->size, MSG_DONTWAIT);
    pl_err err = PL_OK;

    *is_done = false;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return PL_OK;
    if (got <= 0)
        return pl_fail(PL_ERR_IO, "the server closed a connection");
    connection->size += (size_t)got;
    if (!connection->whole && (err = read_head(connection)))
        return err;
    *is_done = connection->whole && connection->size >= connection->whole;
    return PL_OK;
}

/* One run of a load. */
typedef struct {
    load_t *load;
    calls_t *calls;
    double until_ns;
    size_t under_way;
    size_t replies;
} run_t;

static pl_err take_event(run_t *run, connection_t *connection, bool is_over)
{
    bool is_done;
    pl_err err = receive(connection, &is_done);

    if (err || !is_done)
        return err;
    run->under_way--;
    run->replies++;
    if (is_over || !has_next(run->calls))
        return PL_OK;
    run->under_way++;
    return send_next(connection, run->calls);
}

static pl_err take_events(run_t *run)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(run->load->epoll, events, EVENTS, PATIENCE_MS);
    bool is_over = wall_ns() >= run->until_ns;
    pl_err err = PL_OK;

    if (count <= 0)
        return pl_fail(PL_ERR_STATE, "no reply for %d s, %zu requests under way", PATIENCE_MS / 1000, run->under_way);
    for (int i = 0; i < count && !err; i++)
        err = take_event(run, events[i].data.ptr, is_over);
    return err;
}

static pl_err start_all(run_t *run)
{
    pl_err err = PL_OK;

    for (size_t i = 0; i < run->load->count && has_next(run->calls) && !err; i++) {
        err = send_next(&run->load->connections[i], run->calls);
        run->under_way++;
    }
    return err;
}

pl_err load_run(load_t *load, calls_t *calls, double seconds, load_result_t *result)
{
    double began = wall_ns(), cpu_before, cpu_after;
    run_t run = {.load = load, .calls = calls, .until_ns = began + seconds * 1e9};
    pl_err err;

    if ((err = validator_cpu_ns(load->server, &cpu_before)) || (err = start_all(&run)))
        return err;
    while (run.under_way > 0 && !err)
        err = take_events(&run);
    if (err || (err = validator_cpu_ns(load->server, &cpu_after)))
        return err;
    *result = (load_result_t){run.replies, (wall_ns() - began) / 1e9, cpu_after - cpu_before};
    return PL_OK;
}
