/* SPDX-License-Identifier: Apache-2.0
 *
 * Leases: what one process at a time does for all that share a database. A lease that is not renewed goes to whoever asks next.
 */
#ifndef STORE_LEASES_H
#define STORE_LEASES_H

#include "store/store.h"

/* Takes or renews the lease of that name until now + ms. *held: false when another process has it. */
pl_err leases_claim(tx_t *tx, const char *name, pl_uuid holder, int64_t ms, bool *held);

#endif
