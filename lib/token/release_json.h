/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "release" of an answer, both ways.
 */
#ifndef PL_TOKEN_RELEASE_JSON_H
#define PL_TOKEN_RELEASE_JSON_H

#include "base/json.h"
#include "license/release.h"

/* *release is NULL where the claims have none. Texts live in the arena. PL_ERR_MALFORMED, _MEMORY. */
pl_err pl_release_claims_read(pl_arena *arena, const pl_json *claims, const pl_release_claims **release);
void pl_release_claims_write(pl_json_writer *writer, const pl_release_claims *release); /* NULL: writes nothing */

#endif
