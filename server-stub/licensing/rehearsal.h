/* SPDX-License-Identifier: Apache-2.0
 *
 * What would happen: work that runs like any other, in a transaction that is always rolled back.
 */
#ifndef LICENSING_REHEARSAL_H
#define LICENSING_REHEARSAL_H

#include "licensing/instance.h"

/* As instance_write, but nothing stays. Returns what work returned; PL_ERR_STATE never comes from the rolling back itself. */
pl_err instance_rehearse(instance_t *instance, pl_arena *arena, store_work work, void *context);

#endif
