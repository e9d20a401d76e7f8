/* SPDX-License-Identifier: Apache-2.0
 *
 * Until when the seat's lease runs, as the process that beats tells the others: a note in the data directory with a MAC of the session's
 * key. It changes with every beat, so it is not in the record, which is written down to the medium.
 */
#ifndef PL_CLIENT_SESSION_LEASE_H
#define PL_CLIENT_SESSION_LEASE_H

#include "client/client.h"

/* Mutex held. Tells the others what this process learned from the server. */
void pl_lease_tell(pospal_client *client);
/* Mutex held. Takes over what was told of the session on record; what is missing, half or of another session changes nothing. */
void pl_lease_look(pospal_client *client);

#endif
