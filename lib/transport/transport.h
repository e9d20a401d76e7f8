/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP exchange, as the SDK needs it: POST a small body, get a small body. Implementations: transport_curl.c, and whatever an
 * application sets (client/transport_custom.c). Retrying is retry.h's.
 */
#ifndef PL_TRANSPORT_TRANSPORT_H
#define PL_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

typedef struct {
    const char *url;
    pl_span body;            /* application/json; empty: GET */
    int64_t timeout_ms;      /* of the whole exchange, at least 1 */
    const char *proxy;       /* NULL: the system's; "": none */
    const char *ca_file;     /* NULL: the system's */
    const char *pinned_keys; /* of the server, "sha256//...;..." as libcurl has it; NULL: any */
    const char *user_agent;
    bool wants_certificate; /* ask until when the server's certificate holds */
} pl_exchange;

typedef struct {
    int status;                  /* HTTP status */
    pl_buf body;                 /* at most PL_REPLY_MAX */
    char content_type[64];       /* lower case, without parameters */
    char location[96];           /* of a redirect, without path and query; "" absent. For diagnosis only */
    int64_t retry_after_s;       /* -1: absent */
    int64_t retry_at_s;          /* the same given as a date; 0: absent */
    int64_t date_s;              /* the Date header, Unix seconds; 0: absent. Not signed: for diagnosis only */
    int64_t certificate_ends_at; /* Unix seconds; 0: not asked, or the TLS library does not tell */
} pl_exchange_reply;

typedef struct pl_transport pl_transport;
struct pl_transport {
    /* Blocks up to timeout_ms. PL_OK for a reply of any status; one of the "unreachable" errors where none was had, PL_ERR_INVALID for
     * a URL that is none. Any thread, several at once. */
    pl_err (*exchange)(pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply);
    /* Makes running exchanges return soon with PL_ERR_CLOSED, and later ones at once. From another thread, or before free. */
    void (*cancel)(pl_transport *transport);
    void (*free)(pl_transport *transport);
};

/* Loads libcurl at the first exchange, not before. NULL when memory is exhausted. */
pl_transport *pl_transport_curl_new(void);
/* "libcurl/7.88.1 OpenSSL/3.0.11 ...", static; NULL where there is no libcurl. Loads it. */
const char *pl_transport_curl_version(void);

#endif
