/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as they travel: binary in both directions, numbers with the high byte first.
 */
#ifndef STORE_DB_POSTGRES_VALUE_H
#define STORE_DB_POSTGRES_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* What is bound to a parameter; bytes are borrowed until the statement's run ends. */
typedef struct {
    enum { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB } kind;
    uint8_t number[8]; /* as it travels */
    int64_t integer;
    pl_span bytes;
} postgres_value_t;

/* The engine's numbers for types: those that we take. */
bool postgres_type_is_known(unsigned type);
/* *data stays NULL for NULL. PL_ERR_DATABASE where the statement has another type at that place. */
pl_err postgres_value_encode(postgres_value_t *value, unsigned type, const char **data, int *size);
/* Of a column; 0 where it is no number. */
int64_t postgres_value_number(const char *data, int size);

#endif
