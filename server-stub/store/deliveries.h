/* SPDX-License-Identifier: Apache-2.0
 *
 * Events and their deliveries to endpoints: the outbox, and the log of what became of it.
 */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "store/store.h"

enum { DELIVERY_ANSWER_MAX = 256, DELIVERY_KEPT_DAYS = 30, DELIVERY_SWEEP = 500, DELIVERIES_DUE_MAX = 50 };

typedef enum { DELIVERY_WAITING = 1, DELIVERY_DONE = 2, DELIVERY_DEAD = 3 /* given up */ } delivery_state;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    const char *type; /* "license.renewed" */
    pl_uuid license_id;
    const char *payload;
} event_row_t;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    pl_uuid endpoint_id;
    pl_uuid event_id;
    delivery_state state;
    int64_t attempts;
    int64_t due_at_ms;
    int64_t expires_at_ms; /* given up when the next attempt would be later */
    int64_t created_at_ms;
    int64_t status;      /* HTTP, of the last attempt; 0: no answer */
    const char *type;    /* of the event; filled in when read */
    const char *payload; /* by deliveries_due and deliveries_find alone */
    const char *trace;   /* by deliveries_due alone; NULL: none */
} delivery_t;

typedef struct {
    pl_uuid brand_id;
    pl_uuid delivery_id;
    int64_t number; /* from 1 */
    int64_t sent_at_ms;
    int64_t duration_ms;
    int64_t status;     /* 0: no answer */
    const char *answer; /* its first bytes; NULL: none */
    const char *error;  /* NULL: none */
} attempt_t;

/* The number of the license's next event. */
pl_err events_count(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *number);
pl_err events_insert(tx_t *tx, const event_row_t *event);
pl_err deliveries_insert(tx_t *tx, const delivery_t *delivery);

/* What is due for an endpoint, in the order in which it became so; at most DELIVERIES_DUE_MAX. */
pl_err deliveries_due(tx_t *tx, pl_uuid brand_id, pl_uuid endpoint_id, delivery_t **list, size_t *count);
/* Writes attempts, due_at, status, and the state of one that waits still or is done now. PL_ERR_NOT_FOUND. */
pl_err deliveries_settle(tx_t *tx, const delivery_t *delivery);
/* One that does not wait: it waits again, until its new due_at and expires_at. PL_ERR_NOT_FOUND. */
pl_err deliveries_repeat(tx_t *tx, const delivery_t *delivery);
pl_err attempts_insert(tx_t *tx, const attempt_t *attempt);

typedef struct {
    pl_uuid brand_id;
    pl_uuid endpoint_id;
    pl_uuid before; /* nil: from the newest */
    int64_t state;  /* 0: any */
    int64_t limit;
} delivery_page_t;

pl_err deliveries_list(tx_t *tx, const delivery_page_t *page, delivery_t **list, size_t *count); /* the newest first */
pl_err deliveries_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, delivery_t *delivery);            /* PL_ERR_NOT_FOUND */
pl_err attempts_list(tx_t *tx, pl_uuid brand_id, pl_uuid delivery_id, attempt_t **list, size_t *count);
enum { OUTBOX_COUNTED_MAX = 10000 };

typedef struct {
    int64_t waiting; /* deliveries, of all brands; OUTBOX_COUNTED_MAX at most are counted */
    int64_t lag_ms;  /* since the oldest of them was recorded; 0: none waits */
} outbox_t;

pl_err deliveries_measure(tx_t *tx, outbox_t *outbox);
/* Gives up what waits for an endpoint that is gone. */
pl_err deliveries_abandon(tx_t *tx, pl_uuid brand_id, pl_uuid endpoint_id);
/* Forgets what was settled DELIVERY_KEPT_DAYS ago, DELIVERY_SWEEP at a time. */
pl_err deliveries_sweep(tx_t *tx);

#endif
