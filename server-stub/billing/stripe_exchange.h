/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP exchange with the payment provider, and what is behind it: libcurl, or what a test puts in its place. What a reply means, and
 * whether to ask again, is stripe.c's.
 */
#ifndef BILLING_STRIPE_EXCHANGE_H
#define BILLING_STRIPE_EXCHANGE_H

#include "base/buf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    STRIPE_REPLY_MAX = 1024 * 1024,
    STRIPE_CONNECT_MS = 5000,
    STRIPE_TIMEOUT_MS = 10000, /* of one exchange, as long as nobody says otherwise */
    STRIPE_ERROR_MAX = 300
};

typedef struct {
    const char *url;
    const char *secret;          /* the API key; never logged */
    const char *version;         /* Stripe-Version */
    const char *idempotency_key; /* NULL: none, it is a GET */
    const char *form;            /* the body of a POST; NULL: GET */
} stripe_request_t;

typedef struct {
    int status;                   /* HTTP; 0: no answer */
    pl_buf body;                  /* the caller's */
    int should_retry;             /* Stripe-Should-Retry: 1, 0; -1: it does not say */
    int64_t retry_after_s;        /* 0: it does not say */
    char request_id[64];          /* Request-Id; "" */
    char error[STRIPE_ERROR_MAX]; /* why there is no answer */
} stripe_reply_t;

typedef struct stripe_line stripe_line_t; /* belongs to one thread at a time; keeps its connection */

typedef struct {
    void *context;
    stripe_line_t *(*open)(void *context); /* NULL: memory */
    void (*exchange)(stripe_line_t *line, const stripe_request_t *request, stripe_reply_t *reply);
    void (*close)(stripe_line_t *line); /* accepts NULL */
} stripe_transport_t;

/* libcurl's. is_ending: then an exchange is left within a second. */
typedef struct {
    int64_t timeout_ms;
    const char *ca_file; /* NULL: the system's */
    const atomic_bool *is_ending;
} stripe_curl_options_t;

/* options must outlive what is opened by it. */
stripe_transport_t stripe_curl_transport(const stripe_curl_options_t *options);

#endif
