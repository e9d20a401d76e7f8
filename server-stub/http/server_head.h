/* SPDX-License-Identifier: Apache-2.0
 *
 * A request's head, as the HTTP library has it.
 */
#ifndef POSPAL_HTTP_SERVER_HEAD_H
#define POSPAL_HTTP_SERVER_HEAD_H

#include "http/exchange.h"

struct MHD_Connection;

/* All but method, path and connection. */
void server_read_head(struct MHD_Connection *connection, exchange_head_t *head);
/* Decodes a path, or a name or value of a query, in place; for the library. */
size_t server_unescape(void *context, struct MHD_Connection *connection, char *text);

#endif
