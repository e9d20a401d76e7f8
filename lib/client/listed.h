/* SPDX-License-Identifier: Apache-2.0
 *
 * The revocation list that is held: read from the shelf, and taken in whatever way it came. What it does to documents is
 * license/policy.h's.
 */
#ifndef PL_CLIENT_LISTED_H
#define PL_CLIENT_LISTED_H

#include "client/client.h"
#include "token/typed_text.h"

/*
 * Into a holding whose keyset is loaded, before its documents are. PL_ERR_MEMORY only: what can't be believed is passed over; what can't be
 * read just now is taken over from previous, which may be NULL.
 */
pl_err pl_listed_load(const pl_shelf *shelf, const pl_log *log, const pl_holding *previous, pl_holding *holding);
/* Mutex and lock held. PL_ERR_OLDER; PL_OK for the one that is held; why it does not verify. keyset may be empty. */
pl_err pl_listed_take(pospal_client *client, pl_span token, pl_span keyset);

#endif
