/* SPDX-License-Identifier: Apache-2.0
 *
 * What the three verbs share: what the license itself is worth, and which of its seats is this device's.
 */
#ifndef LICENSING_JUDGE_H
#define LICENSING_JUDGE_H

#include "licensing/device.h"

enum { SIGHTING_AFTER_MS = 60 * 1000 /* the stored time of the last check is as exact as that */ };

/* When documents of the license end, Unix ms: with its end and renewal slack, or where it is to be suspended or cancelled before. 0: never. */
int64_t license_end_ms(const license_t *license, const product_policy_t *policy);
int64_t license_seats(const license_t *license, const product_policy_t *policy);
/* The seats that may be taken: with those that the policy tolerates beyond the limit. */
int64_t license_room(const license_t *license, const product_policy_t *policy);
/* The verdict on a license without regard to any device: ACTIVE, SUSPENDED, REVOKED, EXPIRED; NOT_ACTIVATED before its start. */
pl_verdict judge_license(const license_t *license, const product_policy_t *policy, int64_t now_ms, pl_reason *reason);
/* Finds product and license of a call and judges them: also UNKNOWN_KEY, WRONG_PRODUCT. Fills in out. */
pl_err judge_call(tx_t *tx, const device_call_t *call, outcome_t *out);

typedef struct {
    bool found;
    activation_t activation;
    bool is_clone;  /* a live seat has this instance id, or is the one told, on other hardware */
    pl_uuid cloned; /* that seat */
} seat_t;

/*
 * The live seat that is this device's, by the product's match rule. The device key counts too where one piece of hardware is still
 * the same: a repair may replace more than the rule forgives. Of several the best is taken: same device key, same instance, the one told, the same fingerprint, older.
 * The activation told and the same fingerprint are looked up first; all seats of the license are walked through only where neither
 * agrees with all that the call tells: a new device, or one that changed.
 */
pl_err judge_seat(tx_t *tx, const device_call_t *call, const outcome_t *out, seat_t *seat);

/* Whether a call's proof is signed by that activation's device for this act and request, and what the act needs besides. PL_ERR_UNAUTHORIZED. */
pl_err judge_proof(const device_call_t *call, const activation_t *activation);

#endif
