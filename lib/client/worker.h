/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's background: one thread, started when first needed, that refreshes quietly, sees what other processes wrote, and tells
 * changes. Clients that only look at what is stored never start it.
 */
#ifndef PL_CLIENT_WORKER_H
#define PL_CLIENT_WORKER_H

#include "client/client.h"

/* Starts the thread where there is something to watch; a failure to start is logged, and tried again next time. Any thread. */
void pl_worker_need(pospal_client *client);
/* Mutex NOT held, is_closing set: waits for its end, unless this thread is it. */
void pl_worker_stop(pospal_client *client);
/* One round of the background's work; the thread calls it once a second. Mutex NOT held. */
void pl_worker_round(pospal_client *client);

#endif
