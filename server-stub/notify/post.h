/* SPDX-License-Identifier: Apache-2.0
 *
 * One webhook by HTTP: where it may go is checked at the moment of connecting, by the very address that is connected to. Redirects are
 * not followed, proxies of the environment not used.
 */
#ifndef NOTIFY_POST_H
#define NOTIFY_POST_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/span.h"
#include "notify/address.h"

enum { POST_ANSWER_MAX = 256, POST_ERROR_MAX = 300 };

typedef struct {
    const address_list_t *allowed; /* besides what is public; http goes to these alone */
    const char *ca_file;           /* NULL: the system's */
    int64_t timeout_ms;            /* of the whole exchange */
    const atomic_bool *is_ending;  /* then an exchange is left within a second */
} post_options_t;

typedef struct {
    const char *url;
    const char *id;
    int64_t timestamp_s;
    const char *signature;
    const char *traceparent; /* NULL: none */
    pl_span body;
} post_message_t;

typedef struct {
    int status; /* HTTP; 0: no answer */
    int64_t duration_ms;
    char answer[POST_ANSWER_MAX + 1]; /* its first bytes, what is not printable ASCII as '?' */
    char error[POST_ERROR_MAX];       /* "" where there was an answer */
} post_result_t;

typedef struct poster poster_t; /* belongs to one thread; keeps connections between messages */

poster_t *poster_new(const post_options_t *options); /* NULL: memory */
void poster_free(poster_t *poster);                  /* accepts NULL */
void poster_send(poster_t *poster, const post_message_t *message, post_result_t *result);

#endif
