/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "usage" of an answer, both ways.
 */
#ifndef PL_TOKEN_USAGE_JSON_H
#define PL_TOKEN_USAGE_JSON_H

#include "base/json.h"
#include "license/usage.h"

/* *usage is NULL where the claims have none. Texts live in the arena. PL_ERR_MALFORMED, _MEMORY. */
pl_err pl_usage_claims_read(pl_arena *arena, const pl_json *claims, const pl_usage_claims **usage);
void pl_usage_claims_write(pl_json_writer *writer, const pl_usage_claims *usage); /* NULL: writes nothing */

#endif
