/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a license: its states, and what may be done in which. One table, the same that docs/VENDOR-API.md shows. "Expired" is no
 * state: it is computed from the end, and whatever an active license allows an expired one does.
 */
#ifndef LICENSING_LICENSE_STATES_H
#define LICENSING_LICENSE_STATES_H

#include "store/licenses.h"

typedef enum {
    LICENSE_SUSPEND,
    LICENSE_RESUME,
    LICENSE_CANCEL,
    LICENSE_REACTIVATE,
    LICENSE_RENEW,
    LICENSE_TRANSFER,
    LICENSE_EDIT,     /* plan, seats, entitlements, what is foreseen */
    LICENSE_ANNOTATE, /* metadata */
    LICENSE_CHANGES
} license_change;

/* Its state at a time: a suspension or cancellation that was foreseen has come when its time has, whether anything ran or not. */
license_status license_status_at(const license_t *license, int64_t now_ms);
const char *license_state_text(license_status status);
/* Why it is not active: what was foreseen is the vendor's doing. */
pl_reason license_reason_at(const license_t *license, int64_t now_ms);

/* The state after a change, which may be the one before. PL_ERR_STATE where that change is refused; the detail names the state. */
pl_err license_state_after(const license_t *license, int64_t now_ms, license_change change, license_status *after);

/* The earliest time at which it is to be suspended or cancelled; 0: none is foreseen. */
int64_t license_stop_ms(const license_t *license);
/* What was foreseen and is now done, undone or of no more use is forgotten. */
void license_settle(license_t *license, int64_t now_ms, license_status status);

#endif
