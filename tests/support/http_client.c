/* SPDX-License-Identifier: Apache-2.0
 *
 * A raw HTTP client. Understands Content-Length alone, which is all that our server sends.
 */
#include "support/http_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

bool http_open(http_client_t *client, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    struct timeval wait = {HTTP_CLIENT_WAIT_S, 0};
    int on = 1;

    client->size = 0;
    client->room = malloc(HTTP_CLIENT_ROOM);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (client->room && connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0)
        return true;
    http_close(client);
    return false;
}

void http_close(http_client_t *client)
{
    close(client->fd);
    free(client->room);
    client->fd = -1;
    client->room = NULL;
}

bool http_send(http_client_t *client, const void *data, size_t size)
{
    const char *rest = data;

    while (size > 0) {
        ssize_t sent = send(client->fd, rest, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        rest += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool http_send_text(http_client_t *client, const char *text)
{
    return http_send(client, text, strlen(text));
}

void http_end(http_client_t *client)
{
    (void)shutdown(client->fd, SHUT_WR);
}

static bool receive_more(http_client_t *client)
{
    ssize_t got;

    if (client->size + 1 >= HTTP_CLIENT_ROOM)
        return false;
    got = recv(client->fd, client->room + client->size, HTTP_CLIENT_ROOM - 1 - client->size, 0);
    if (got <= 0)
        return false;
    client->size += (size_t)got;
    client->room[client->size] = '\0';
    return true;
}

bool http_is_closed(http_client_t *client)
{
    return client->size == 0 && recv(client->fd, client->room, 1, 0) == 0;
}

bool http_header(const http_response_t *response, const char *name, char *text, size_t size)
{
    const char *line = response->head;
    size_t length = strlen(name);

    while ((line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            line += length + 1 + strspn(line + length + 1, " ");
            (void)snprintf(text, size, "%.*s", (int)strcspn(line, "\r"), line);
            return true;
        }
    }
    return false;
}

static void drop(http_client_t *client, size_t size)
{
    client->size -= size;
    memmove(client->room, client->room + size, client->size);
    client->room[client->size] = '\0';
}

bool http_receive(http_client_t *client, bool is_head, http_response_t *response)
{
    char length[24];
    char *end;
    size_t head;

    client->room[client->size] = '\0';
    while (!(end = strstr(client->room, "\r\n\r\n")))
        if (!receive_more(client))
            return false;
    head = (size_t)(end - client->room) + 4;
    if (head >= sizeof response->head || strncmp(client->room, "HTTP/1.", 7) != 0)
        return false;
    memcpy(response->head, client->room, head);
    response->head[head] = '\0';
    response->status = (int)strtol(response->head + 9, NULL, 10);
    drop(client, head);
    response->body_size =
        !is_head && http_header(response, "Content-Length", length, sizeof length) ? strtoul(length, NULL, 10) : 0;
    if (response->body_size >= sizeof response->body)
        return false;
    while (client->size < response->body_size)
        if (!receive_more(client))
            return false;
    memcpy(response->body, client->room, response->body_size);
    response->body[response->body_size] = '\0';
    drop(client, response->body_size);
    return true;
}

bool http_send_post(http_client_t *client, const char *path, const char *body)
{
    char head[512];

    (void)snprintf(head, sizeof head,
                   "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", path,
                   strlen(body));
    return http_send_text(client, head) && http_send_text(client, body);
}

bool http_post(http_client_t *client, const char *path, const char *body, http_response_t *response)
{
    return http_send_post(client, path, body) && http_receive(client, false, response);
}

bool http_get(int port, const char *path, http_response_t *response)
{
    http_client_t client;
    char head[512];
    bool done;

    if (!http_open(&client, port))
        return false;
    (void)snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    done = http_send_text(&client, head) && http_receive(&client, false, response);
    http_close(&client);
    return done;
}
