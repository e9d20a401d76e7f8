/* SPDX-License-Identifier: Apache-2.0
 *
 * An event as it is sent.
 */
#ifndef LICENSING_EVENT_JSON_H
#define LICENSING_EVENT_JSON_H

#include "licensing/events.h"
#include "store/licenses.h"

/* number: which of the license's events it is; 0: it is about none. *payload lives in the arena. */
pl_err event_write(tx_t *tx, const event_t *event, pl_uuid id, int64_t number, const char **payload);

/* The members of a license that differ, as they were and as they became: two short JSON objects for the audit. NULL: memory. */
pl_err event_license_change(pl_arena *arena, const license_t *was, const license_t *is, audit_t *entry);

#endif
