/* SPDX-License-Identifier: Apache-2.0
 *
 * The scripted HTTP server: one thread, one connection after the other, one request each.
 */
#include "support/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUESTS_MAX = 64, REQUEST_MAX = 64 * 1024 };

struct loopback {
    const loopback_reply *replies;
    size_t reply_count;
    int listener, port;
    bool is_raw;
    int stop[2]; /* a pipe: closing its end wakes the thread wherever it waits */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char *requests[REQUESTS_MAX];
    size_t request_count;
};

static int listen_somewhere(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    *port = ntohs(address.sin_port);
    return listener;
}

/* -1 where this machine has no IPv6. */
static int listen_ipv6(int *port)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0)
        return -1;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        close(listener);
        return -1;
    }
    *port = ntohs(address.sin6_port);
    return listener;
}

/* False when the server is being stopped. */
static bool wait_for(const loopback *l, int socket)
{
    struct pollfd fds[2] = {{.fd = socket, .events = POLLIN}, {.fd = l->stop[0], .events = POLLIN}};

    while (poll(fds, 2, -1) < 0)
        continue;
    return fds[1].revents == 0;
}

static bool is_whole(const loopback *l, const char *text, size_t size)
{
    const char *blank = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\nContent-Length:");
    size_t body = length && length < blank ? (size_t)strtoul(length + 17, NULL, 10) : 0;

    return l->is_raw ? size > 0 : blank && size >= (size_t)(blank + 4 - text) + body;
}

static bool read_request(const loopback *l, int socket, char *text)
{
    size_t size = 0;

    text[0] = '\0';
    while (!is_whole(l, text, size)) {
        ssize_t got;

        if (size == REQUEST_MAX || !wait_for(l, socket) || (got = recv(socket, text + size, REQUEST_MAX - size, 0)) <= 0)
            return false;
        size += (size_t)got;
        text[size] = '\0';
    }
    return true;
}

static const loopback_reply *note_request(loopback *l, char *text)
{
    size_t index;

    pthread_mutex_lock(&l->mutex);
    index = l->request_count;
    if (index < REQUESTS_MAX)
        l->requests[index] = text;
    else
        free(text);
    l->request_count++;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->mutex);
    return &l->replies[index < l->reply_count ? index : l->reply_count - 1];
}

static void send_bytes(int socket, const char *bytes, size_t size, size_t step)
{
    while (size > 0) {
        ssize_t sent = send(socket, bytes, size < step ? size : step, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void send_reply(const loopback *l, int socket, const loopback_reply *reply)
{
    size_t size = !reply->bytes ? 0 : reply->size ? reply->size : strlen(reply->bytes);
    char rest[512];
    int on = 1;

    if (reply->cuts_at_once)
        size = 0;
    else if (reply->cut_at && reply->cut_at < size)
        size = reply->cut_at;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    send_bytes(socket, reply->bytes, size, reply->drips ? 1 : size);
    while (reply->holds && wait_for(l, socket) && recv(socket, rest, sizeof rest, 0) > 0)
        continue;
    if (reply->resets) {
        struct linger now = {.l_onoff = 1, .l_linger = 0};

        setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
}

static void *serve(void *context)
{
    loopback *l = context;

    while (wait_for(l, l->listener)) {
        int socket = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC);
        char *text = malloc(REQUEST_MAX + 1);

        if (socket >= 0 && text && read_request(l, socket, text)) {
            send_reply(l, socket, note_request(l, text));
            text = NULL;
        }
        free(text);
        if (socket >= 0)
            close(socket);
    }
    return NULL;
}

static loopback *start(const loopback_reply *replies, size_t count, int listener, int port)
{
    loopback *l = calloc(1, sizeof *l);

    if (!l || pipe(l->stop) != 0)
        abort();
    l->replies = replies;
    l->reply_count = count;
    l->listener = listener;
    l->port = port;
    pthread_mutex_init(&l->mutex, NULL);
    pthread_cond_init(&l->changed, NULL);
    return l;
}

static loopback *run(loopback *l)
{
    if (pthread_create(&l->thread, NULL, serve, l) != 0)
        abort();
    return l;
}

loopback *loopback_start(const loopback_reply *replies, size_t count)
{
    int port;
    int listener = listen_somewhere(&port);

    return run(start(replies, count, listener, port));
}

loopback *loopback_start_raw(const loopback_reply *replies, size_t count)
{
    int port;
    int listener = listen_somewhere(&port);
    loopback *l = start(replies, count, listener, port);

    l->is_raw = true;
    return run(l);
}

loopback *loopback_start_ipv6(const loopback_reply *replies, size_t count)
{
    int port = 0;
    int listener = listen_ipv6(&port);

    return listener < 0 ? NULL : run(start(replies, count, listener, port));
}

void loopback_stop(loopback *l)
{
    size_t i;

    close(l->stop[1]);
    pthread_join(l->thread, NULL);
    close(l->stop[0]);
    close(l->listener);
    for (i = 0; i < REQUESTS_MAX; i++)
        free(l->requests[i]);
    pthread_mutex_destroy(&l->mutex);
    pthread_cond_destroy(&l->changed);
    free(l);
}

int loopback_port(const loopback *l)
{
    return l->port;
}

size_t loopback_requests(loopback *l)
{
    size_t count;

    pthread_mutex_lock(&l->mutex);
    count = l->request_count;
    pthread_mutex_unlock(&l->mutex);
    return count;
}

const char *loopback_request(loopback *l, size_t index)
{
    const char *text;

    pthread_mutex_lock(&l->mutex);
    text = index < REQUESTS_MAX && l->requests[index] ? l->requests[index] : "";
    pthread_mutex_unlock(&l->mutex);
    return text;
}

void loopback_wait(loopback *l, size_t requests)
{
    pthread_mutex_lock(&l->mutex);
    while (l->request_count < requests)
        pthread_cond_wait(&l->changed, &l->mutex);
    pthread_mutex_unlock(&l->mutex);
}

int loopback_closed_port(void)
{
    int port;

    close(listen_somewhere(&port));
    return port;
}
