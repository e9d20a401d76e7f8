/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two families of session routes of POSPal's licensing API share.
 */
#ifndef POSPAL_API_POSPAL_SESSION_H
#define POSPAL_API_POSPAL_SESSION_H

#include "api/pospal_customer.h"
#include "licensing/subscriber_session.h"

/* Members "conflict" and "conflictInfo": {deviceInfo, lastSeen}, null where nothing is known. */
void pospal_put_conflict(pl_json_writer *json, const client_session_t *other);

#endif
