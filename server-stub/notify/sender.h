/* SPDX-License-Identifier: Apache-2.0
 *
 * The threads that send webhooks. Each has a connection to the database; none holds a transaction while it waits for a network.
 */
#ifndef NOTIFY_SENDER_H
#define NOTIFY_SENDER_H

#include "base/log.h"
#include "notify/webhooks.h"

enum { SENDERS_MAX = 16 };

typedef struct {
    store_t *const *stores; /* one for each thread; theirs until senders_stop */
    size_t count;
    const address_list_t *allowed;
    const char *ca_file; /* NULL: the system's */
    int64_t timeout_ms;
    int64_t first_retry_ms;
    /* The present; any error: it is not known, and nothing is sent. */
    pl_err (*now)(void *context, int64_t *now_ms);
    /* The secrets that sign for an endpoint, the current first; at most 2. */
    pl_err (*secrets)(void *context, int64_t now_ms, const webhook_t *endpoint, uint8_t keys[2][WEBHOOK_KEY_SIZE], size_t *count);
    /* Told in the transaction that disables an endpoint; NULL: nobody is. */
    pl_err (*disabled)(void *context, tx_t *tx, const webhook_t *endpoint, const post_result_t *result);
    void *context;
    pl_log log;
} senders_options_t;

typedef struct senders senders_t;

pl_err senders_start(const senders_options_t *options, senders_t **senders);
/* Leaves what is under way, which will be sent again, and ends the threads; accepts NULL. */
void senders_stop(senders_t *senders);

#endif
