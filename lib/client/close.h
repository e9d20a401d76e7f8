/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a client.
 */
#ifndef PL_CLIENT_CLOSE_H
#define PL_CLIENT_CLOSE_H

#include "client/client.h"

/* is_closing set, no callback of it on this thread: waits for its threads (its own end excepted), writes what is unsaved, frees it. */
void pl_client_end(pospal_client *client);
/* Frees what there is of a client, whole or half made, without threads. */
void pl_client_free(pospal_client *client);

#endif
