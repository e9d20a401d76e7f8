/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening the listening sockets. What is done with the connections is in server.c.
 */
#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, HOST_MAX = 255, PORT_TEXT_MAX = 5, PORT_MAX = 65535 };

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

static pl_err split(const char *address, char host[HOST_MAX + 1], const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t size = colon ? (size_t)(colon - address) : 0;

    if (!colon || size > HOST_MAX || strlen(colon + 1) == 0 || strlen(colon + 1) > PORT_TEXT_MAX ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || strtol(colon + 1, NULL, 10) > PORT_MAX)
        return pl_fail(PL_ERR_INVALID, "listen address \"%s\" is not HOST:PORT", address);
    if (size >= 2 && address[0] == '[' && colon[-1] == ']') {
        address++;
        size -= 2;
    } else if (memchr(address, ':', size)) {
        return pl_fail(PL_ERR_INVALID, "listen address \"%s\": write an IPv6 address in brackets", address);
    }
    memcpy(host, address, size);
    host[size] = '\0';
    *port = colon + 1;
    return PL_OK;
}

static pl_err resolve(const char *address, struct addrinfo **found)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char host[HOST_MAX + 1];
    const char *port;
    pl_err err;
    int code;

    if ((err = split(address, host, &port)))
        return err;
    code = getaddrinfo(host[0] ? host : NULL, port, &hints, found);
    if (code != 0)
        return pl_fail(PL_ERR_INVALID, "listen address \"%s\": %s", address, gai_strerror(code));
    return PL_OK;
}

/* A bound socket, or -1 with errno. */
static int bind_socket(const struct sockaddr *address, socklen_t size, int is_shared)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    int saved;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!is_shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) && bind(fd, address, size) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/*
 * Sockets that share a port would silently share it with a second server of the same account too. A socket that does not share
 * finds out.
 */
static int is_taken(const struct sockaddr *address, socklen_t size)
{
    int fd = bind_socket(address, size, 0);
    int taken = fd < 0 && errno == EADDRINUSE;

    close_if_open(fd);
    return taken;
}

static pl_err describe(int fd, struct sockaddr_storage *bound, socklen_t *size, char text[LISTEN_TEXT_SIZE])
{
    char host[LISTEN_TEXT_SIZE - 10];
    char port[PORT_TEXT_MAX + 1];

    *size = sizeof *bound;
    if (getsockname(fd, (struct sockaddr *)bound, size) != 0 ||
        getnameinfo((struct sockaddr *)bound, *size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return pl_fail(PL_ERR_IO, "the listening socket has no address");
    (void)snprintf(text, LISTEN_TEXT_SIZE, bound->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    return PL_OK;
}

static pl_err open_all(const struct addrinfo *wanted, size_t count, listeners_t *listeners)
{
    struct sockaddr_storage bound;
    socklen_t size = wanted->ai_addrlen;
    pl_err err;

    memcpy(&bound, wanted->ai_addr, size);
    for (size_t i = 0; i < count; i++) {
        int fd = bind_socket((struct sockaddr *)&bound, size, count > 1);

        if (fd < 0)
            return pl_fail(errno == EADDRINUSE ? PL_ERR_CONFLICT : PL_ERR_IO, "bind: %s", strerror(errno));
        listeners->fds[listeners->count++] = fd;
        /* The first decides the port when any will do. */
        if ((i == 0 && (err = describe(fd, &bound, &size, listeners->address))) || listen(fd, BACKLOG) != 0)
            return pl_fail(PL_ERR_IO, "listen on %s: %s", listeners->address, strerror(errno));
    }
    return PL_OK;
}

void listeners_close(listeners_t *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        close_if_open(listeners->fds[i]);
    listeners->count = 0;
}

pl_err listeners_open(const char *address, size_t count, listeners_t *listeners)
{
    struct addrinfo *found = NULL;
    pl_err err;

    memset(listeners, 0, sizeof *listeners);
    if (count == 0 || count > LISTEN_LOOPS_MAX)
        return pl_fail(PL_ERR_INVALID, "%zu event loops; 1 to %d are possible", count, LISTEN_LOOPS_MAX);
    if ((err = resolve(address, &found)))
        return err;
    if (count > 1 && is_taken(found->ai_addr, found->ai_addrlen))
        err = pl_fail(PL_ERR_CONFLICT, "%s is in use by another program; choose another port", address);
    else
        err = open_all(found, count, listeners);
    freeaddrinfo(found);
    if (err)
        listeners_close(listeners);
    return err;
}
