/* SPDX-License-Identifier: Apache-2.0
 *
 * The inbox at work. An event that came in is first written down, then worked on; its effects and the mark that it is done are one
 * transaction. What fails is tried again: the provider sends it anew, and we go on by ourselves. Done once, it is never done again.
 */
#ifndef BILLING_INBOX_H
#define BILLING_INBOX_H

#include "billing/accounts.h"

enum {
    INBOX_HELD_MS = 60 * 1000,  /* longer than the provider is waited for */
    INBOX_RETRY_MS = 30 * 1000, /* the first pause; it doubles */
    INBOX_RETRY_MAX_MS = 3600 * 1000,
    INBOX_DAYS = 3 /* then it is given up, and the operator decides */
};

typedef enum {
    INBOX_DONE,
    INBOX_IGNORED,
    INBOX_WAS_DONE, /* before */
    INBOX_IN_WORK,  /* by another one */
    INBOX_UNKNOWN,  /* it is about what is not known, yet; tried again */
    INBOX_INVALID,  /* it lacks what it must have; tried no more */
    INBOX_FAILED    /* tried again */
} inbox_verdict;

typedef struct {
    inbox_verdict verdict;
    const effect_row_t *row; /* NULL: nothing is done for its type */
    billing_result_t result;
    int64_t settled_at_ms; /* of one that was done before */
    const char *detail;    /* why not; NULL */
} inbox_answer_t;

/* What works on events: with a store that writes, and no transaction open. */
typedef struct {
    billing_t *billing;
    store_t *store;
    const tx_t *about;
    billing_scope_t scope;
} inbox_t;

/*
 * One that came in, by its bytes, whose signature was found good. An error means that nothing can be said, not even that it was written down:
 * the sender sends it again.
 */
pl_err inbox_take(const inbox_t *inbox, pl_span body, inbox_answer_t *answer);
/* The same for those that wait, of any brand, as far as they are due. *count: how many were worked on. */
pl_err inbox_work_due(const inbox_t *inbox, size_t *count);
/* One of the operator's choice, at once. PL_ERR_NOT_FOUND; PL_ERR_STATE: it is done. */
pl_err inbox_retry(const inbox_t *inbox, const char *event_id, inbox_answer_t *answer);

#endif
