/* SPDX-License-Identifier: Apache-2.0
 *
 * Revocation lists as JSON, both ways. An id that is a UUID is written as base64url of its 16 bytes, others and kids as they stand.
 */
#ifndef PL_TOKEN_REVOCATIONS_JSON_H
#define PL_TOKEN_REVOCATIONS_JSON_H

#include "license/revocations.h"
#include "token/jws.h"

enum { PL_REVOCATIONS_MAX = 48 * 1024 /* bytes of the signed list */ };

/* From a verified token of type REVOCATIONS. Unknown members are ignored. PL_ERR_MALFORMED with the member named. */
pl_err pl_revocations_read(pl_arena *arena, const pl_jws *jws, pl_revocations *list);
/* Opens and closes the object itself. */
void pl_revocations_write(pl_json_writer *writer, const pl_revocations *list);

#endif
