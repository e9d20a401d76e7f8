/* SPDX-License-Identifier: Apache-2.0
 *
 * Which members of an object a change touches, and the audit's row that tells them: their names ({"changed":["seats","name"]}), and before
 * and after. Of a personal value there is a commitment under the row's salt (store/audit.h).
 */
#ifndef LICENSING_CHANGES_H
#define LICENSING_CHANGES_H

#include "store/audit.h"

enum { CHANGES_MAX = 48 };

typedef enum { CHANGE_TEXT, CHANGE_JSON, CHANGE_PERSONAL, CHANGE_NUMBER, CHANGE_TIME } change_kind;

typedef struct {
    const char *name;
    change_kind kind;
    const char *texts[2]; /* before and after; NULL: none */
    int64_t numbers[2];
} change_t;

typedef struct {
    audit_action action;
    pl_uuid brand_id;
    pl_uuid target;
    pl_uuid license_id; /* whose event it is; nil: none's */
    change_t list[CHANGES_MAX];
    size_t count;
} changes_t;

/* Counts the member in where the values differ; texts may be NULL. */
void changes_text(changes_t *changes, const char *name, const char *before, const char *after);
void changes_json(changes_t *changes, const char *name, const char *before, const char *after); /* texts of JSON values */
void changes_personal(changes_t *changes, const char *name, const char *before, const char *after);
void changes_number(changes_t *changes, const char *name, int64_t before, int64_t after);
void changes_time(changes_t *changes, const char *name, int64_t before_ms, int64_t after_ms); /* 0: none */
/* Appends to the audit, and records the event of the action. */
pl_err changes_note(tx_t *tx, const changes_t *changes);

#endif
