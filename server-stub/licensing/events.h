/* SPDX-License-Identifier: Apache-2.0
 *
 * Domain events: what a vendor's endpoints may hear of, recorded in the transaction of the change and only where an endpoint of the
 * brand wants it. They carry ids, times and the license as it then is; never a license key, name or e-mail address. docs/WEBHOOKS.md
 * describes them for those who receive them; sending is notify/webhooks.h's.
 */
#ifndef LICENSING_EVENTS_H
#define LICENSING_EVENTS_H

#include "store/audit.h"

enum { EVENT_LIFE_DAYS = 2 /* how long its delivery is tried */ };

typedef struct {
    pl_uuid brand_id;
    const char *type;    /* one of the names */
    pl_uuid license_id;  /* nil: none */
    pl_uuid target;      /* what it is about besides: an activation, an endpoint; nil: nothing */
    const char *details; /* a JSON object; NULL: none */
    int64_t days;        /* license.expiring; 0: not told */
    pl_uuid endpoint_id; /* for this endpoint alone, whatever it wants; nil: for all that want it */
} event_t;

/* The name at a place, NULL at the end. */
const char *event_name(size_t index);
bool event_is_name(const char *name);
/* Whether an endpoint's list (names with spaces between, or "*") has it. */
bool event_is_wanted(const char *events, const char *name);

pl_err events_record(tx_t *tx, const event_t *event);
/* Appends the row to the audit, and records the event that belongs to its action. license_id: of what it is about; nil: of none. */
pl_err events_append(tx_t *tx, const audit_t *entry, pl_uuid license_id);

#endif
