/* SPDX-License-Identifier: Apache-2.0
 *
 * Which members of an object a change touches, and the audit's row that names them: {"changed":["seats","name"]}. The values are not in
 * it, for some are personal.
 */
#ifndef LICENSING_CHANGES_H
#define LICENSING_CHANGES_H

#include "store/audit.h"

enum { CHANGES_MAX = 48 };

typedef struct {
    audit_action action;
    pl_uuid brand_id;
    pl_uuid target;
    const char *names[CHANGES_MAX];
    size_t count;
} changes_t;

/* Counts the member in where the values differ; texts may be NULL. */
void changes_text(changes_t *changes, const char *name, const char *before, const char *after);
void changes_number(changes_t *changes, const char *name, int64_t before, int64_t after);
/* Appends to the audit. */
pl_err changes_note(tx_t *tx, const changes_t *changes);

#endif
