/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "session" of an answer as JSON, both ways; the one place that knows its member names (docs/PROTOCOL.md lists them).
 */
#ifndef PL_TOKEN_SESSION_JSON_H
#define PL_TOKEN_SESSION_JSON_H

#include "base/json.h"
#include "license/session.h"

/* Reads the member "session" of the claims; NULL where absent. PL_ERR_MALFORMED with the member named. */
pl_err pl_session_claims_read(pl_arena *arena, const pl_json *claims, const pl_session_claims **session);
/* Writes the member; nothing for NULL. */
void pl_session_claims_write(pl_json_writer *writer, const pl_session_claims *session);

#endif
