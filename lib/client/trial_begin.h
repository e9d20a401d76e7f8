/* SPDX-License-Identifier: Apache-2.0
 *
 * The begin of the offline trial on this machine: there is one for the product, whatever document it began with, and it is never taken back.
 * It lies in the vault and in a small file beside the documents; each alone tells it. Every function is called with the mutex held.
 */
#ifndef PL_CLIENT_TRIAL_BEGIN_H
#define PL_CLIENT_TRIAL_BEGIN_H

#include "client/client.h"

/*
 * Unix seconds; 0: it has not begun here, or on other hardware. Does not wait, and opens the vault only where the file does not tell and
 * there is a vault. PL_ERR_BUSY and other errors of storage: it can't be known now.
 */
pl_err pl_trial_begin_recall(pospal_client *client, int64_t *begun_at);
/*
 * Lock held too. Begins the trial, unless it has begun or the document's own end is past. Waits for the vault: whatever the mutex guards may
 * have changed. What can't be noted in the vault does not begin, for it would begin anew at each start: PL_ERR_READ_ONLY, _BUSY and other
 * errors of storage. PL_ERR_TRIAL_CLOCK. In none of these cases anything has changed.
 */
pl_err pl_trial_begin_take(pospal_client *client, const pl_claims *claims);

/* Around forgetting all else: what was begun stays, and with it how late it is at least. */
bool pl_trial_begin_is_known(pospal_client *client);
void pl_trial_begin_restore(pospal_client *client);

#endif
