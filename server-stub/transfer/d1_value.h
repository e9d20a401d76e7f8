/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of the old database: times in three forms, numbers, and ids that are made of theirs so that a second import makes the same.
 */
#ifndef TRANSFER_D1_VALUE_H
#define TRANSFER_D1_VALUE_H

#include "store/d1.h"

/*
 * "2027-01-31 12:00:00" (UTC), "2027-01-31T12:00:00.000Z", either with another offset, or seconds or milliseconds since 1970; NULL and ""
 * are 0. PL_ERR_INVALID names the column.
 */
pl_err d1_time(pl_arena *arena, const d1_row_t *row, size_t index, int64_t *unix_ms);
/* Where a time is only told, a bad one is none. */
int64_t d1_time_if_any(pl_arena *arena, const d1_row_t *row, size_t index);
/* 0 to 10^12; NULL is absent. PL_ERR_INVALID names the column. */
pl_err d1_number(const d1_row_t *row, size_t index, int64_t absent, int64_t *number);
/* NULL for "". */
const char *d1_text(const d1_row_t *row, size_t index);
/* A UUIDv7 of a time, always the same for a row of a brand. */
pl_uuid d1_made_id(pl_uuid brand_id, const d1_row_t *row, int64_t at_ms);
/* All values as a JSON object, those that are there; NULL: memory. */
const char *d1_json(pl_arena *arena, const d1_row_t *row);

#endif
