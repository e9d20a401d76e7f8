/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting verdicts.
 */
#include "licensing/tally.h"

void tally_note(tally_t *tally, pl_verdict verdict, pl_reason reason)
{
    if ((unsigned)verdict < PL_VERDICT_COUNT && (unsigned)reason < PL_REASON_COUNT)
        atomic_fetch_add_explicit(&tally->given[verdict][reason], 1, memory_order_relaxed);
}

uint64_t tally_read(tally_t *tally, pl_verdict verdict, pl_reason reason)
{
    return atomic_load_explicit(&tally->given[verdict][reason], memory_order_relaxed);
}
