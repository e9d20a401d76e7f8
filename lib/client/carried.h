/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person carried here from the vendor besides license files: the answer to a pending request, and keysets.
 */
#ifndef PL_CLIENT_CARRIED_H
#define PL_CLIENT_CARRIED_H

#include "client/client.h"
#include "token/typed_text.h"

/*
 * Mutex and lock held. An answer counts only for a request of this device that is pending; then it is the lease, as one that came online. PL_OK too
 * where it is the answer held already. PL_ERR_NO_REQUEST, _OTHER_DEVICE, _OTHER_PRODUCT, _OLDER, why it does not verify; PL_ERR_DENIED with
 * the reason for a denial, which changes nothing: the request stays pending, so the vendor may answer it again.
 */
pl_err pl_carried_answer(pospal_client *client, pl_arena *arena, const pl_typed *typed);
/* Mutex and lock held. A keyset alone, for those whose answer did not fit one code with it. PL_ERR_OLDER; PL_OK for the one that is held. */
pl_err pl_carried_keyset(pospal_client *client, pl_span token);

#endif
