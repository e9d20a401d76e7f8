/* SPDX-License-Identifier: Apache-2.0
 *
 * The socket of the chaos server. Addresses are numeric: a name could come to be another machine's.
 */
#include "chaos_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_SIZE = 64 };

static pl_err fail_text(const char *text)
{
    return pl_fail(PL_ERR_INVALID, "--listen is \"%s\"; ADDRESS:PORT or [ADDRESS]:PORT is needed, as 127.0.0.1:8080", text);
}

static pl_err split(const char *text, char host[HOST_SIZE], const char **port)
{
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : 0;

    if (size > 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (size == 0 || size >= HOST_SIZE || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon) > 6)
        return fail_text(text);
    memcpy(host, text, size);
    host[size] = '\0';
    *port = colon + 1;
    return PL_OK;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static pl_err open_socket(const struct addrinfo *place, int *listener)
{
    int on = 1;
    int fd = socket(place->ai_family, SOCK_STREAM, 0);

    if (fd < 0)
        return pl_fail(PL_ERR_IO, "there is no socket to be had");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, place->ai_addr, place->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0) {
        (void)close(fd);
        return pl_fail(PL_ERR_IO, "the address cannot be listened on; is another program there?");
    }
    *listener = fd;
    return PL_OK;
}

/* With the port that the system chose. */
static void write_url(int listener, const char *host, char url[CHAOS_URL_SIZE])
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t size = sizeof address;
    unsigned port = 0;

    memset(&address, 0, sizeof address);
    if (getsockname(listener, &address.any, &size) == 0)
        port = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    (void)snprintf(url, CHAOS_URL_SIZE, strchr(host, ':') ? "http://[%s]:%u" : "http://%s:%u", host, port);
}

pl_err chaos_listen(const char *text, bool may_be_remote, int *listener, char url[CHAOS_URL_SIZE])
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *place = NULL;
    char host[HOST_SIZE] = "";
    const char *port = "";
    pl_err err;

    if ((err = split(text, host, &port)))
        return err;
    if (getaddrinfo(host, port, &hints, &place) != 0)
        return fail_text(text);
    if (!may_be_remote && !is_loopback(place->ai_addr))
        err = pl_fail(PL_ERR_INVALID,
                      "%s can be reached from other machines, and anybody there could change the faults: give --allow-remote if "
                      "that is meant",
                      host);
    else if (!(err = open_socket(place, listener)))
        write_url(*listener, host, url);
    freeaddrinfo(place);
    return err;
}
