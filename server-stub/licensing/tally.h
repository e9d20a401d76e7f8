/* SPDX-License-Identifier: Apache-2.0
 *
 * How often which verdict was given, since the start of the process. Any thread.
 */
#ifndef LICENSING_TALLY_H
#define LICENSING_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

#include "license/status.h"

typedef struct {
    _Atomic uint64_t given[PL_VERDICT_COUNT][PL_REASON_COUNT];
} tally_t;

void tally_note(tally_t *tally, pl_verdict verdict, pl_reason reason);
uint64_t tally_read(tally_t *tally, pl_verdict verdict, pl_reason reason);

#endif
