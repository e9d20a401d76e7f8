/* SPDX-License-Identifier: Apache-2.0
 *
 * The member "usage" of a usage request: reports of one log for one activation, in the order of their numbers. The device's proof signs
 * their digest, which is made over values and not over text.
 */
#ifndef PL_WIRE_USAGE_BATCH_H
#define PL_WIRE_USAGE_BATCH_H

#include "base/json.h"
#include "crypto/crypto.h"
#include "license/usage.h"

/* Written into an object that is open. NULL: writes nothing. */
void pl_usage_batch_write(pl_json_writer *writer, const pl_usage_batch *batch);
/* *batch is NULL where there is none. PL_ERR_MALFORMED with the member named; numbers must rise. */
pl_err pl_usage_batch_read(pl_arena *arena, const pl_json *object, const pl_usage_batch **batch);
/* PL_ERR_MEMORY. */
pl_err pl_usage_batch_digest(const pl_usage_batch *batch, uint8_t digest[PL_DIGEST_SIZE]);

#endif
