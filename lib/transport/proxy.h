/* SPDX-License-Identifier: Apache-2.0
 *
 * Which proxy an exchange goes through, told from the outside for the details of failures: libcurl decides, this names. Names and
 * passwords never leave this file.
 */
#ifndef PL_TRANSPORT_PROXY_H
#define PL_TRANSPORT_PROXY_H

#include <stdbool.h>

#include "transport/authority.h"
#include "transport/transport.h"

typedef struct {
    bool is_set;                       /* one is configured; the environment's no_proxy may still pass it by */
    bool has_credentials;              /* a name stands in its URL */
    bool is_program;                   /* set by the program; else by the environment */
    char variable[16];                 /* the environment's; "" if is_program */
    char host[PL_AUTHORITY_SIZE];      /* without credentials and port; "" where it cannot be told */
    char authority[PL_AUTHORITY_SIZE]; /* host and port, without credentials */
} pl_proxy;

void pl_proxy_find(const pl_exchange *exchange, pl_proxy *proxy);
/* What is wrong when it answers 407. */
const char *pl_proxy_wants(const pl_proxy *proxy);
/* "", or [scheme://][user:password@]host[:port][/] with a scheme that libcurl may know. */
bool pl_proxy_is_url(const char *text);

/* It goes to this machine, and in the clear: no proxy of the environment's is to see it. */
bool pl_proxy_is_bypassed(const pl_exchange *exchange);

#endif
