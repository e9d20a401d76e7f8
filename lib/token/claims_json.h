/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims of licenses and answers as JSON, both ways; the one place that knows their member names (docs/PROTOCOL.md lists them).
 */
#ifndef PL_TOKEN_CLAIMS_JSON_H
#define PL_TOKEN_CLAIMS_JSON_H

#include "license/claims.h"
#include "token/jws.h"

/* From a verified token of type LICENSE or ANSWER. Unknown members are ignored. PL_ERR_MALFORMED with the member named. */
pl_err pl_claims_read(pl_arena *arena, const pl_jws *jws, pl_claims *claims);
/* The members of the claims object, without the braces' owner: opens and closes the object itself. */
void pl_claims_write(pl_json_writer *writer, const pl_claims *claims);

#endif
