/* SPDX-License-Identifier: Apache-2.0
 *
 * Refunds that customers asked for. What may become of one is licensing/refunds.h's.
 */
#ifndef STORE_REFUND_REQUESTS_H
#define STORE_REFUND_REQUESTS_H

#include "store/store.h"

enum { REFUND_REASON_MAX = 200, REFUND_DETAILS_MAX = 4000, REFUND_NOTE_MAX = 1000, REFUND_PAGE_MAX = 500 };

/* Stored as numbers: append only. */
typedef enum {
    REFUND_PENDING = 1,
    REFUND_APPROVED = 2, /* decided, and the money not yet given back as far as is known here */
    REFUND_REJECTED = 3,
    REFUND_MADE = 4
} refund_state;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id; /* UUIDv7: when it was asked for */
    pl_uuid customer_id;
    pl_uuid license_id;
    const char *invoice; /* the provider's; NULL: not told */
    const char *reason;
    const char *details; /* NULL: none */
    refund_state state;
    int64_t amount;              /* minor units; -1: not told */
    const char *provider_refund; /* its id there; NULL: none */
    const char *note;            /* of who decided; NULL: none */
    int64_t created_at_ms;
    int64_t decided_at_ms;  /* 0: not yet */
    const char *decided_by; /* as the audit has it; NULL: nobody yet */
} refund_request_t;

const char *refund_state_text(refund_state state); /* "pending" */

/* *is_new: false where there is one of that id. */
pl_err refund_requests_insert(tx_t *tx, const refund_request_t *request, bool *is_new);
/* In a transaction that writes, the row is then this transaction's alone. PL_ERR_NOT_FOUND. */
pl_err refund_requests_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, refund_request_t *request);
/* Writes state, amount, provider_refund, note and the decision. PL_ERR_NOT_FOUND. */
pl_err refund_requests_change(tx_t *tx, const refund_request_t *request);
/* The oldest first, after an id (nil: from the start). state 0: any. */
pl_err refund_requests_list(tx_t *tx, const refund_request_t *after, int64_t limit, refund_request_t **requests, size_t *count);
pl_err refund_requests_list_of(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, refund_request_t **requests, size_t *count);
/* What a customer wrote in them. */
pl_err refund_requests_erase(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id);

#endif
