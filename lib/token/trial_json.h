/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "trial" of an answer, both ways.
 */
#ifndef PL_TOKEN_TRIAL_JSON_H
#define PL_TOKEN_TRIAL_JSON_H

#include "base/json.h"
#include "license/trial.h"

/* *trial is NULL where the claims have none. PL_ERR_MALFORMED, _MEMORY. */
pl_err pl_trial_claims_read(pl_arena *arena, const pl_json *claims, const pl_trial_claims **trial);
void pl_trial_claims_write(pl_json_writer *writer, const pl_trial_claims *trial); /* NULL: writes nothing */

#endif
