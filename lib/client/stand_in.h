/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault in memory that stands in for one that was busy when it was first needed, and what of it is carried over. Opening is in
 * records.c.
 */
#ifndef PL_CLIENT_STAND_IN_H
#define PL_CLIENT_STAND_IN_H

#include "client/client.h"

/*
 * Mutex held, before the real vault inherits. Of two identities the one counts that the validator knows this device by, of two that it does
 * not know the older. PL_ERR_BUSY, PL_ERR_MEMORY: not now.
 */
pl_err pl_stand_in_reconcile(pospal_client *client, pl_vault *real);

#endif
