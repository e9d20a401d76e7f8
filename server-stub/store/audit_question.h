/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking for rows of the audit: by target, actor, action and time, the newest first.
 */
#ifndef STORE_AUDIT_QUESTION_H
#define STORE_AUDIT_QUESTION_H

#include "store/audit.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid before;    /* rows older than this one; nil: from the end */
    pl_uuid target;    /* nil: any */
    const char *actor; /* NULL: any */
    int64_t action;    /* 0: any */
    int64_t since_ms;  /* 0: any; both are compared with the time in the id */
    int64_t until_ms;  /* 0: any */
    int64_t limit;     /* 1 to AUDIT_PAGE_MAX */
} audit_question_t;

pl_err audit_ask(tx_t *tx, const audit_question_t *question, audit_t **entries, size_t *count);

#endif
