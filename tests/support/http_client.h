/* SPDX-License-Identifier: Apache-2.0
 *
 * A raw HTTP/1.1 client on a loopback socket, for tests: sends any bytes, reads one response at a time, never waits for ever.
 */
#ifndef POSPAL_TESTS_HTTP_CLIENT_H
#define POSPAL_TESTS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_CLIENT_ROOM = 256 * 1024, HTTP_CLIENT_WAIT_S = 30 };

typedef struct {
    int fd;
    size_t size; /* received and not yet taken */
    char *room;
} http_client_t;

typedef struct {
    int status;
    char head[4096]; /* status line and headers */
    char body[64 * 1024];
    size_t body_size;
} http_response_t;

bool http_open(http_client_t *client, int port);
void http_close(http_client_t *client);
bool http_send(http_client_t *client, const void *data, size_t size);
bool http_send_text(http_client_t *client, const char *text);
/* False when the connection ended or was silent too long. is_head: no body follows whatever the length says. */
bool http_receive(http_client_t *client, bool is_head, http_response_t *response);
/* Nothing more will be sent. */
void http_end(http_client_t *client);
/* True when the peer closes without another byte. */
bool http_is_closed(http_client_t *client);
/* The value of a header into text, false where absent. */
bool http_header(const http_response_t *response, const char *name, char *text, size_t size);

/* One POST of JSON on an open connection, without its answer or with it. */
bool http_send_post(http_client_t *client, const char *path, const char *body);
bool http_post(http_client_t *client, const char *path, const char *body, http_response_t *response);
/* One request on a connection of its own. */
bool http_get(int port, const char *path, http_response_t *response);

#endif
