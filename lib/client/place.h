/* SPDX-License-Identifier: Apache-2.0
 *
 * The data directory: whether it can be used, at open and whenever it could not before.
 */
#ifndef PL_CLIENT_PLACE_H
#define PL_CLIENT_PLACE_H

#include "client/client.h"

/* Finds and makes the directory and readies the shelf; that it can't be used is noted. PL_ERR_MEMORY. */
pl_err pl_place_prepare(pospal_client *client);
/* Notes that what is in it is this product's, where all that is held is. */
void pl_place_own(const pospal_client *client);
/* Mutex held. Tries again what failed, and puts on the disk what only memory holds where nothing else is on it. Waits for nobody. */
void pl_place_settle(pospal_client *client);
/* Mutex held. Whether it is by now; true where nothing is to be on the disk. */
bool pl_place_is_usable(pospal_client *client);

#endif
