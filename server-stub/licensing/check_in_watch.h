/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking for licenses that did not check in, for the event that tells it. Nothing depends on it: that one is overdue is computed
 * (check_in.h). A brand's licenses are looked through a page at a time, for the times of validations are in no index: with many licenses
 * the event is as much later as that takes.
 */
#ifndef LICENSING_CHECK_IN_WATCH_H
#define LICENSING_CHECK_IN_WATCH_H

#include "store/store.h"

/* One page of a brand's licenses; those that are overdue become notices, each once for the check-in that it missed. */
pl_err check_in_look(tx_t *tx, pl_uuid brand_id);

#endif
