/* SPDX-License-Identifier: Apache-2.0
 *
 * Activating, finding and releasing the seat of a product without the library. Whoever has the license key may do all three: the answer
 * is not signed and proves nothing, see docs/SECURITY-MODEL.md.
 */
#ifndef LICENSING_INSTANCE_SEAT_H
#define LICENSING_INSTANCE_SEAT_H

#include "licensing/admin_licenses.h"
#include "licensing/instance_identifier.h"
#include "licensing/key_access.h"
#include "store/instance_seats.h"

/* Whose seat: by its id, or by the first of the spellings under which there is one. */
typedef struct {
    pl_uuid id; /* nil: not told */
    const instance_identifier_t *spellings;
    size_t count;
} seat_name_t;

typedef struct {
    license_view_t view; /* as it is afterwards */
    instance_seat_t seat;
    bool is_new; /* activate took a seat; false where the instance had one */
} seat_outcome_t;

/* PL_ERR_LICENSE_CANCELLED, _SUSPENDED, _EXPIRED, _NOT_STARTED; PL_OK for a license that is in order. */
pl_err instance_seat_judge(const license_t *license, const product_policy_t *policy, int64_t now_ms);

/*
 * An instance that has a seat gets it back, whatever is left of others. PL_ERR_NO_LICENSE; PL_ERR_INVALID where the key opens several
 * products and none is named; PL_ERR_SEATS_TAKEN; as instance_seat_judge.
 */
pl_err instance_seat_activate(tx_t *tx, const key_access_t *key, const instance_identifier_t *identifier, const char *metadata,
                              seat_outcome_t *out);
/* Reads only. By its id also one that was released. PL_ERR_NO_ACTIVATION. */
pl_err instance_seat_find(tx_t *tx, const key_access_t *key, const seat_name_t *name, instance_seat_t *seat);
/*
 * For who asks by the key alone: where an instance has the only seat of a license, it must be that one, and it checks in (check_in.h). The
 * views are told so; *seat: the one that was heard of least recently, its id nil where there is none.
 */
pl_err instance_seat_check_in_alone(tx_t *tx, license_view_t *views, size_t count, instance_seat_t *seat);
/* Whatever the license is worth. One that is released already is released again. PL_ERR_NO_ACTIVATION. */
pl_err instance_seat_release(tx_t *tx, const key_access_t *key, const seat_name_t *name, seat_outcome_t *out);

#endif
