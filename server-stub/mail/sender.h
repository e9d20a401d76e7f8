/* SPDX-License-Identifier: Apache-2.0
 *
 * The threads that send mail. Each has a connection to the database and one to the mail server; none holds a transaction while it waits for a network.
 */
#ifndef MAIL_SENDER_H
#define MAIL_SENDER_H

#include "base/log.h"
#include "mail/outbox.h"

enum { MAIL_SENDERS_MAX = 8 };

typedef struct {
    store_t *const *stores; /* one for each thread; theirs until mail_senders_stop */
    size_t count;
    carrier_options_t carrier; /* is_ending is set by us; its texts must outlive the threads */
    const char *templates;     /* of brands' own; NULL: none */
    int64_t first_retry_ms;
    keys_t *keys;
    /* The present; any error: it is not known, and nothing is sent. */
    pl_err (*now)(void *context, int64_t *now_ms);
    void *context;
    pl_log log;
} mail_senders_options_t;

typedef struct mail_senders mail_senders_t;

/* Since the start, of this process. */
typedef struct {
    int64_t sent;
    int64_t failed;
    int64_t suppressed;
    int64_t retried; /* attempts after which the mail waits */
} mail_counts_t;

pl_err mail_senders_start(const mail_senders_options_t *options, mail_senders_t **senders);
mail_counts_t mail_senders_counts(mail_senders_t *senders); /* any thread; NULL: zeros */
/* Leaves what is under way, which will be sent again, and ends the threads; accepts NULL. */
void mail_senders_stop(mail_senders_t *senders);

#endif
