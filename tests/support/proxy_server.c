/* SPDX-License-Identifier: Apache-2.0
 *
 * The proxy of tests: reads what is wanted, asks for the password, and then carries bytes both ways.
 */
#include "support/proxy_server.h"

#include <arpa/inet.h>
#include <mbedtls/base64.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 16 * 1024, SOCKS_VERSION = 5, SOCKS_NO_AUTH = 0, SOCKS_PASSWORD = 2, SOCKS_NONE = 0xFF };

struct proxy_server {
    proxy_server_options options;
    char wanted[512]; /* the header that opens */
    int listener, port;
    int stop[2]; /* a pipe: closing its end wakes the thread wherever it waits */
    pthread_t thread;
    atomic_size_t passed, refused;
};

static bool wait_for(const proxy_server *p, int socket)
{
    struct pollfd fds[2] = {{.fd = socket, .events = POLLIN}, {.fd = p->stop[0], .events = POLLIN}};

    while (poll(fds, 2, -1) < 0)
        continue;
    return fds[1].revents == 0;
}

static void say(int socket, const void *bytes, size_t size)
{
    (void)send(socket, bytes, size, MSG_NOSIGNAL);
}

static int dial(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) == 0)
        return line;
    if (line >= 0)
        close(line);
    return -1;
}

static bool carry_one_way(int from, int to)
{
    char bytes[4096];
    ssize_t got = recv(from, bytes, sizeof bytes, 0);

    if (got > 0)
        say(to, bytes, (size_t)got);
    return got > 0;
}

static void carry(const proxy_server *p, int client, int server)
{
    struct pollfd fds[3] = {
        {.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}, {.fd = p->stop[0], .events = POLLIN}};
    bool is_open = true;

    while (is_open) {
        if (poll(fds, 3, -1) < 0)
            continue;
        is_open = fds[2].revents == 0 && (!fds[0].revents || carry_one_way(client, server)) &&
                  (!fds[1].revents || carry_one_way(server, client));
    }
}

/* Exactly so many bytes. */
static bool take(const proxy_server *p, int client, void *bytes, size_t size)
{
    return wait_for(p, client) && recv(client, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

static bool take_text(const proxy_server *p, int client, char text[256])
{
    unsigned char size;

    if (!take(p, client, &size, 1) || !take(p, client, text, size))
        return false;
    text[size] = '\0';
    return true;
}

/* RFC 1929. */
static bool check_socks_password(proxy_server *p, int client)
{
    char version, user[256], password[256];
    bool is_right = take(p, client, &version, 1) && take_text(p, client, user) && take_text(p, client, password) &&
                    strcmp(user, p->options.user) == 0 && strcmp(password, p->options.password) == 0;

    say(client, is_right ? "\1\0" : "\1\1", 2);
    return is_right;
}

static bool greet_socks(proxy_server *p, int client)
{
    char methods[256];
    char wanted = p->options.user ? SOCKS_PASSWORD : SOCKS_NO_AUTH;
    unsigned char head[2];

    if (!take(p, client, head, 2) || !take(p, client, methods, head[1]))
        return false;
    if (!memchr(methods, wanted, head[1])) {
        say(client, "\5\xff", 2);
        return false;
    }
    say(client, (char[]){SOCKS_VERSION, wanted}, 2);
    return wanted == SOCKS_NO_AUTH || check_socks_password(p, client);
}

/* RFC 1928: a name or an IPv4 address; which one does not matter here, the port does. */
static void serve_socks(proxy_server *p, int client)
{
    static const unsigned char done[] = {SOCKS_VERSION, 0, 0, 1, 127, 0, 0, 1, 0, 0};
    unsigned char head[4], port[2];
    char host[256];
    int server;

    if (!greet_socks(p, client)) {
        atomic_fetch_add(&p->refused, 1);
        return;
    }
    if (!take(p, client, head, 4) || !(head[3] == 3 ? take_text(p, client, host) : take(p, client, host, 4)) ||
        !take(p, client, port, 2) || (server = dial(port[0] << 8 | port[1])) < 0)
        return;
    atomic_fetch_add(&p->passed, 1);
    say(client, done, sizeof done);
    carry(p, client, server);
    close(server);
}

static bool read_head(const proxy_server *p, int client, char *head, size_t *size)
{
    *size = 0;
    head[0] = '\0';
    while (!strstr(head, "\r\n\r\n")) {
        ssize_t got;

        if (*size == HEAD_MAX || !wait_for(p, client) || (got = recv(client, head + *size, HEAD_MAX - *size, 0)) <= 0)
            return false;
        *size += (size_t)got;
        head[*size] = '\0';
    }
    return true;
}

/* "METHOD http://host:port/path ..." goes on as "METHOD /path ...". */
static void pass_plain(const char *head, size_t size, int server)
{
    size_t method = strcspn(head, " ") + 1;
    const char *host = strstr(head, "://") + 3;
    const char *path = host + strcspn(host, "/ ");

    say(server, head, method);
    say(server, path, size - (size_t)(path - head));
}

static int port_of(const char *head)
{
    bool is_connect = strncmp(head, "CONNECT ", 8) == 0;
    const char *host = is_connect ? head + 8 : strstr(head, "://");
    const char *port;

    if (!host)
        return -1;
    host += is_connect ? 0 : 3;
    if (host[0] == '[')
        host += strcspn(host, "]");
    port = host + strcspn(host, ": /");
    return *port == ':' ? (int)strtol(port + 1, NULL, 10) : 80;
}

static void serve_http(proxy_server *p, int client)
{
    static const char refusal[] = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"shop\"\r\nContent-Length: 0\r\n"
                                  "Connection: close\r\n\r\n";
    static const char done[] = "HTTP/1.1 200 Connected\r\n\r\n";
    char head[HEAD_MAX + 1];
    size_t size;
    int server;

    if (!read_head(p, client, head, &size) || p->options.cuts)
        return;
    if (p->options.user && !strstr(head, p->wanted)) {
        atomic_fetch_add(&p->refused, 1);
        say(client, refusal, sizeof refusal - 1);
        return;
    }
    if ((server = dial(port_of(head))) < 0) {
        say(client, "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", 39);
        return;
    }
    atomic_fetch_add(&p->passed, 1);
    if (strncmp(head, "CONNECT ", 8) == 0)
        say(client, done, sizeof done - 1);
    else
        pass_plain(head, size, server);
    carry(p, client, server);
    close(server);
}

static void *serve(void *context)
{
    proxy_server *p = context;

    while (wait_for(p, p->listener)) {
        int client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
        char first;

        if (client < 0)
            continue;
        if (wait_for(p, client) && recv(client, &first, 1, MSG_PEEK) == 1)
            (first == SOCKS_VERSION ? serve_socks : serve_http)(p, client);
        close(client);
    }
    return NULL;
}

static void listen_somewhere(proxy_server *p)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&address, size) != 0 || listen(p->listener, 16) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    p->port = ntohs(address.sin_port);
}

proxy_server *proxy_server_start(const proxy_server_options *options)
{
    proxy_server *p = calloc(1, sizeof *p);
    char pair[256];
    unsigned char coded[400] = "";
    size_t size;

    if (!p || pipe(p->stop) != 0)
        abort();
    p->options = *options;
    if (options->user) {
        (void)snprintf(pair, sizeof pair, "%s:%s", options->user, options->password);
        if (mbedtls_base64_encode(coded, sizeof coded, &size, (const unsigned char *)pair, strlen(pair)) != 0)
            abort();
        (void)snprintf(p->wanted, sizeof p->wanted, "\r\nProxy-Authorization: Basic %s\r\n", (const char *)coded);
    }
    listen_somewhere(p);
    if (pthread_create(&p->thread, NULL, serve, p) != 0)
        abort();
    return p;
}

void proxy_server_stop(proxy_server *p)
{
    close(p->stop[1]);
    pthread_join(p->thread, NULL);
    close(p->stop[0]);
    close(p->listener);
    free(p);
}

int proxy_server_port(const proxy_server *p)
{
    return p->port;
}

size_t proxy_server_passed(proxy_server *p)
{
    return atomic_load(&p->passed);
}

size_t proxy_server_refused(proxy_server *p)
{
    return atomic_load(&p->refused);
}
