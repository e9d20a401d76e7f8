/* SPDX-License-Identifier: Apache-2.0
 *
 * The inbox: what payment providers told, each event once. Whoever works on an event holds it for a while; the effects are committed
 * together with its settlement, which fails for who holds it no more.
 */
#ifndef STORE_INBOUND_EVENTS_H
#define STORE_INBOUND_EVENTS_H

#include "store/store.h"

enum {
    INBOUND_ID_MAX = 255,
    INBOUND_TYPE_MAX = 100,
    INBOUND_BODY_MAX = 256 * 1024,
    INBOUND_PAGE_MAX = 200,
    INBOUND_DUE_MAX = 20,
    INBOUND_BODY_DAYS = 90, /* then what is settled is known by its id alone */
    INBOUND_SWEEP = 200
};

/* Stored as numbers: append only. */
typedef enum {
    INBOUND_WAITING = 1, /* to be worked on, at once or again */
    INBOUND_DONE = 2,
    INBOUND_IGNORED = 3, /* of a type that does nothing, or about what is not ours */
    INBOUND_FAILED = 4   /* given up; the operator may have it tried again */
} inbound_state;

typedef struct {
    pl_uuid brand_id;
    const char *provider; /* "stripe" */
    const char *event_id;
    const char *type;
    const char *object_id; /* NULL: none */
    int64_t created_at_ms; /* by the provider's clock */
    int64_t received_at_ms;
    inbound_state state;
    int64_t attempts;
    int64_t due_at_ms;
    int64_t held_until_ms; /* 0: by nobody */
    int64_t settled_at_ms; /* 0: not yet */
    pl_uuid product_id;    /* nil: not known, these two */
    pl_uuid customer_id;
    const char *outcome; /* NULL: none yet */
    pl_span body;        /* not in lists */
} inbound_event_t;

/* Takes one in that was not there, held until held_until_ms, one attempt begun. *is_new: false where it was, which stays as it is. */
pl_err inbound_events_insert(tx_t *tx, const inbound_event_t *event, bool *is_new);
/* PL_ERR_NOT_FOUND. In a transaction that writes, the row is then this transaction's alone. */
pl_err inbound_events_find(tx_t *tx, pl_uuid brand_id, const char *event_id, inbound_event_t *event);
/* For the operator, who may not know the brand: tries each. */
pl_err inbound_events_find_in_any_brand(tx_t *tx, const char *event_id, inbound_event_t *event);
/* Begins an attempt at one that waits and that nobody holds. PL_ERR_NOT_FOUND: it does not, or somebody does. */
pl_err inbound_events_hold(tx_t *tx, inbound_event_t *event, int64_t held_until_ms);
/* Writes state, due_at, customer_id and outcome of one that is held as event says, and lets go of it. PL_ERR_CHANGED: it is not. */
pl_err inbound_events_settle(tx_t *tx, const inbound_event_t *event);
/* One that was given up waits again, from now on. PL_ERR_NOT_FOUND: none was. */
pl_err inbound_events_repeat(tx_t *tx, const inbound_event_t *event);
/* Of any brand, the longest due first, at most INBOUND_DUE_MAX; those that nobody holds. */
pl_err inbound_events_due(tx_t *tx, inbound_event_t **events, size_t *count);
/* Nobody works on any: at the start of a server that is alone with its database. */
pl_err inbound_events_release(tx_t *tx);

typedef struct {
    pl_uuid brand_id;
    int64_t state;             /* 0: any */
    int64_t received_after_ms; /* 0: from the start */
} inbound_page_t;

/* The newest first, at most INBOUND_PAGE_MAX. */
pl_err inbound_events_list(tx_t *tx, const inbound_page_t *page, inbound_event_t **events, size_t *count);

typedef struct {
    int64_t waiting;
    int64_t failed;
    int64_t oldest_ms; /* when the oldest that waits came in; 0: none waits */
} inbound_count_t;

pl_err inbound_events_measure(tx_t *tx, inbound_count_t *count);
/* Forgets what the oldest settled ones said, some at a time. */
pl_err inbound_events_sweep(tx_t *tx);

#endif
