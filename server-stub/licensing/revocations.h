/* SPDX-License-Identifier: Apache-2.0
 *
 * The revocation list of a brand: what it names, and signing it anew when that has changed.
 */
#ifndef LICENSING_REVOCATIONS_H
#define LICENSING_REVOCATIONS_H

#include "license/revocations.h"
#include "licensing/keys.h"

enum {
    REVOCATIONS_SHARE = PL_REVOCATIONS_NAMES_MAX / 2, /* of each kind, licenses and devices: what one leaves is the other's */
    REVOCATIONS_DAYS = 90,                            /* until exp: then the vendor should have sent a newer one */
    REVOCATIONS_RENEW_DAYS = 30,                      /* a list so old is signed anew though it names the same */
    REVOCATIONS_LEASE_DAYS =
        366, /* no answer holds for longer: an activation that was taken away before that names nobody any more */
};

typedef struct {
    pl_revocations list;
    const char *token;
    bool is_full; /* there was more than a list may name: the latest of both kinds are in it */
    size_t licenses_left_out;
    size_t devices_left_out;
} revocations_view_t;

/*
 * The list as it is to be sent now. Cancelled licenses whose end is not past, activations that an operator took away within the longest
 * lease, revoked keys. Signed anew, stored and audited where what it names, or the epoch, has changed (then under the next sequence), or
 * where it has become old. PL_ERR_STATE when the brand has no current key for licenses; PL_ERR_CLOCK.
 */
pl_err revocations_publish(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, revocations_view_t *view);
/*
 * After a cancelled license lives again: where a list was ever published, one without it follows, under a higher sequence. Documents
 * issued after the older list hold against it anyway; the new one also clears those of the time before. A brand that cannot sign
 * now is no failure: its next list will say so.
 */
pl_err revocations_follow(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id);

#endif
