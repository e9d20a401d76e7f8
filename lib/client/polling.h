/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for another process, which cannot wake us: trying again and again. Ends at once when the client is closed.
 */
#ifndef PL_CLIENT_POLLING_H
#define PL_CLIENT_POLLING_H

#include "client/client.h"

typedef struct {
    int64_t until_us; /* monotonic; 0: it does not wait */
    int64_t pause_ms;
    bool has_waited;
} pl_polling;

/* 0: the first wait is refused. */
pl_polling pl_polling_begin(int64_t patience_ms);
/*
 * One pause before the next try. Mutex held, and free meanwhile: a check must not wait for who waits. False when the patience is at its end or
 * the client is being closed. The first pause and an end by closing are logged (DEBUG), with what is waited for.
 */
bool pl_polling_wait(pospal_client *client, pl_polling *polling, const char *what);

#endif
