/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands before the body of a request.
 */
#include "http/server_head.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* "%00" would end path and value where the rest of them is not looked at: it stays something that nothing is called. */
size_t server_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    for (char *zero = text; (zero = strstr(zero, "%00")); zero += 3)
        memset(zero, 1, 3);
    return MHD_http_unescape(text);
}

static const char *find_query(const request_t *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

typedef struct {
    void (*see)(void *context, const char *name);
    void *context;
} sight_t;

static enum MHD_Result see_query(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    const sight_t *sight = context;

    (void)kind;
    (void)value;
    sight->see(sight->context, name);
    return MHD_YES;
}

static void each_query(const request_t *request, void (*see)(void *context, const char *name), void *context)
{
    sight_t sight = {see, context};

    (void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, see_query, &sight);
}

static const char *find_header(const request_t *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static void find_address(struct MHD_Connection *connection, uint8_t address[LIMITER_ADDRESS_MAX])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info ? info->client_addr : NULL;

    if (from && from->sa_family == AF_INET6) {
        memcpy(address, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, LIMITER_ADDRESS_MAX);
    } else if (from && from->sa_family == AF_INET) {
        address[10] = address[11] = 0xff;
        memcpy(address + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    }
}

/* What stands in several headers of one name: a look-up finds the first of them only. */
static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    exchange_head_t *head = context;

    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0)
        head->forwarded_for = value;
    if (strcasecmp(name, "traceparent") == 0)
        head->traceparent = head->traceparent ? "" : value;
    if (strcasecmp(name, "Content-Length") == 0) {
        head->has_two_lengths |= head->content_length != NULL;
        head->content_length = value;
    }
    return MHD_YES;
}

void server_read_head(struct MHD_Connection *connection, exchange_head_t *head)
{
    const request_t asked = {.connection = connection};

    head->request_id = find_header(&asked, "X-Request-Id");
    head->content_type = find_header(&asked, "Content-Type");
    head->transfer_encoding = find_header(&asked, "Transfer-Encoding");
    head->query = find_query;
    head->each_query = each_query;
    head->header = find_header;
    find_address(connection, head->address);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, see_header, head);
}
