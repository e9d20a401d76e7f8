/* SPDX-License-Identifier: Apache-2.0
 *
 * Handing one mail to a server: by SMTP, or by HTTP to an API like Resend's. TLS, always, but to this very machine where the operator allows that.
 */
#ifndef MAIL_CARRIER_H
#define MAIL_CARRIER_H

#include <stdatomic.h>

#include "mail/message.h"
#include "mail/verdict.h"

enum { CARRIER_ANSWER_MAX = 300, CARRIER_ID_MAX = 128 };

typedef struct {
    const char *url;              /* smtp://host:587 (STARTTLS), smtps://host:465, https://api.resend.com */
    const char *user;             /* NULL: none. By HTTP there is no user. */
    const char *secret;           /* the password, or the API's key; NULL: none */
    const char *ca_file;          /* NULL: the system's */
    int64_t timeout_ms;           /* of the whole exchange */
    bool allows_plain;            /* without TLS, to loopback addresses alone */
    const atomic_bool *is_ending; /* then an exchange is left within a second; NULL: never */
} carrier_options_t;

typedef struct {
    carrier_outcome outcome;
    int status; /* SMTP's or HTTP's; 0: no answer */
    int64_t duration_ms;
    char answer[CARRIER_ANSWER_MAX];  /* of the server, or why there is none; printable ASCII */
    char provider_id[CARRIER_ID_MAX]; /* "": none */
} carrier_result_t;

typedef struct carrier carrier_t; /* belongs to one thread; keeps the connection between mails */

/* PL_ERR_INVALID says what is wrong with the URL, or with what goes with it. */
pl_err carrier_check(const carrier_options_t *options);
carrier_t *carrier_new(const carrier_options_t *options); /* checked; NULL: memory */
void carrier_free(carrier_t *carrier);                    /* accepts NULL */
void carrier_send(carrier_t *carrier, const message_t *message, carrier_result_t *result);

#endif
