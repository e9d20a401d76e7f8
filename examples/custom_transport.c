/* SPDX-License-Identifier: Apache-2.0
 *
 * A transport of one's own: HTTP through a gateway on this machine, `custom_transport PORT`; the rest is as in minimal.c.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <pospal/license.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int dial(const char *port, int64_t timeout_ms)
{
    struct sockaddr_in gateway = {AF_INET, htons((uint16_t)strtol(port, NULL, 10)), {htonl(INADDR_LOOPBACK)}, {0}};
    struct timeval limit = {.tv_sec = (time_t)(timeout_ms / 1000), .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000)};
    int line = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return connect(line, (struct sockaddr *)&gateway, sizeof gateway) == 0 ? line : (close(line), -1);
}

static pospal_result_t exchange(void *context, const pospal_exchange_t *ask, pospal_reply *reply)
{
    char text[140 * 1024];
    size_t size = 0;
    int line = dial(context, ask->timeout_ms);
    if (line < 0)
        return POSPAL_ERROR_UNREACHABLE; /* there is no other failure: only a signed answer decides */
    const char *path = strchr(strstr(ask->url, "//") + 2, '/'), *content = ask->body ? ask->body : "";
    int asked = snprintf(text, sizeof text, "%s %s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                         ask->body ? "POST" : "GET", path, ask->body_size, (int)ask->body_size, content);
    ssize_t got = send(line, text, (size_t)asked, MSG_NOSIGNAL) == asked ? 1 : -1;
    while (got > 0 && size < sizeof text - 1 && (got = read(line, text + size, sizeof text - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
    close(line);
    char *headers = strchr(text, '\n'), *body = strstr(text, "\r\n\r\n");
    if (got < 0 || !body || strncmp(text, "HTTP/1.", 7) != 0)
        return POSPAL_ERROR_UNREACHABLE;
    body[2] = '\0'; /* the header lines end here */
    return pospal_reply_set(reply, (int)strtol(text + 9, NULL, 10), headers + 1, body + 4, size - (size_t)(body + 4 - text));
}

int main(int argc, char **argv)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, getenv("TILL_SERVER"));
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, ""); /* in memory */
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_options_set_transport(options, exchange, argc > 1 ? argv[1] : "80");
    int failed = pospal_client_open(options, &client) || pospal_client_activate(client, getenv("TILL_LICENSE_KEY"), NULL);
    printf("%s %s\n", pospal_status_name(pospal_client_status(client)), failed ? pospal_error_detail() : "");
    pospal_client_close(client);
    pospal_options_free(options);
    return failed;
}
