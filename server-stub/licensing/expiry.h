/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling of licenses that end: license.expiring 30, 7 and 1 days before, license.expired when it is over (license.updates_ended where it
 * works on all the same), license.suspended and .cancelled when what was foreseen has come; each once, also after a restart
 * and with several processes on one database. Whether a license has expired never depends on this: it is computed where it is asked.
 *
 * An event is due when its moment passes. A license that is made or renewed within the last 30 days before its end hears of the moments
 * that are still to come; a brand without an endpoint that wants these events has none.
 */
#ifndef LICENSING_EXPIRY_H
#define LICENSING_EXPIRY_H

#include "store/store.h"

typedef struct {
    pl_uuid id;      /* of this process, for the lease */
    int64_t next_ms; /* when to look again */
    bool is_ending;  /* the lease is given back */
} expiry_watch_t;

void expiry_watch_init(expiry_watch_t *watch);
/* Looks every few seconds; nothing happens in between. about: as for store_write, with a present that is trusted. */
pl_err expiry_watch_run(expiry_watch_t *watch, store_t *store, const tx_t *about);

#endif
