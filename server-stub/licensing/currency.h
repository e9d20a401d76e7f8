/* SPDX-License-Identifier: Apache-2.0
 *
 * Amounts of money as people read them. They are kept as payment providers count them: in the smallest unit of their currency.
 */
#ifndef POSPAL_STUB_LICENSING_CURRENCY_H
#define POSPAL_STUB_LICENSING_CURRENCY_H

#include "base/arena.h"

#include <stdint.h>

/* minor: 0 or more; currency: ISO 4217, in small letters; point: '.' or ','. "29.00", "2900", "2.900". NULL: out of memory. */
char *currency_amount(pl_arena *arena, int64_t minor, const char *currency, char point);

#endif
