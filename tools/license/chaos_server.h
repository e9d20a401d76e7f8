/* SPDX-License-Identifier: Apache-2.0
 *
 * What `chaos` needs of HTTP and of the system: a listening socket, a server on it, and a console until somebody stops it. Where
 * libmicrohttpd is missing at build time, chaos_missing.c says so in place of the others.
 */
#ifndef POSPAL_TOOL_CHAOS_SERVER_H
#define POSPAL_TOOL_CHAOS_SERVER_H

#include "chaos/service.h"
#include "command.h"

enum { CHAOS_URL_SIZE = 96 };

typedef struct chaos_server chaos_server;

/* Of libmicrohttpd; NULL where it is not built in. */
const char *chaos_server_version(void);
/* ADDRESS:PORT, [ADDRESS]:PORT; port 0: a free one. Numeric, and loopback unless may_be_remote. PL_ERR_INVALID, _UNSUPPORTED, _IO. */
pl_err chaos_listen(const char *text, bool may_be_remote, int *listener, char url[CHAOS_URL_SIZE]);
/* Takes the listener. PL_ERR_IO, _MEMORY. */
pl_err chaos_server_start(service *s, int listener, chaos_server **server);
/* Ends what is being delayed, and waits for it. */
void chaos_server_stop(chaos_server *server);
/* Runs the lines of standard input until SIGINT, SIGTERM or "quit". The end of the input alone ends nothing. */
pl_err chaos_console_run(tool_t *tool, service *s);

#endif
