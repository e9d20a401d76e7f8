/* SPDX-License-Identifier: Apache-2.0
 *
 * Rehearsals.
 */
#include "licensing/rehearsal.h"

typedef struct {
    store_work work;
    void *context;
    bool is_done; /* it went well, and only the rolling back made an error of it */
} rehearsal_t;

static pl_err rehearse(void *context, tx_t *tx)
{
    rehearsal_t *rehearsal = context;
    pl_err err = rehearsal->work(rehearsal->context, tx);

    rehearsal->is_done = !err;
    return err ? err : PL_ERR_STATE;
}

pl_err instance_rehearse(instance_t *instance, pl_arena *arena, store_work work, void *context)
{
    rehearsal_t rehearsal = {work, context, false};
    pl_err err = instance_write(instance, arena, rehearse, &rehearsal);

    return rehearsal.is_done && err == PL_ERR_STATE ? PL_OK : err;
}
