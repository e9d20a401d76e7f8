/* SPDX-License-Identifier: Apache-2.0
 *
 * What all event loops share (engine_t) and what belongs to one of them (loop_t). The loops themselves run in server.c.
 */
#ifndef POSPAL_HTTP_LOOP_H
#define POSPAL_HTTP_LOOP_H

#include <stdatomic.h>

#include "api/endpoint.h"
#include "http/breaker.h"
#include "http/buckets.h"
#include "http/journal.h"
#include "http/limiter.h"
#include "http/request_counts.h"
#include "http/request_id.h"
#include "http/router.h"
#include "http/workers.h"
#include "http/writer.h"
#include "licensing/trusted_time.h"

typedef struct exchange exchange_t;

typedef struct {
    const api_t *api;
    routes_t routes;
    trusted_time_t *time;
    journal_t *journal;
    writer_t *writer;
    workers_t *workers; /* for what may take long */
    workers_t *
        pool; /* for all that asks the database, where that is on the line; NULL: it is SQLite's, and the loops read themselves */
    breaker_t reading; /* two, for a full disk must not end the reading of what is there */
    breaker_t writing;
    request_counts_t *const *counts; /* one for each loop; none: nothing is counted */
    size_t counts_count;
    size_t counts_taken;
    int64_t body_timeout_ms;     /* from the first byte of a request to its last */
    int64_t refusals_per_minute; /* of one address before it must wait; 0: no limit */
    buckets_t *api_keys;         /* NULL: no limit */
    const char *cors_origins;    /* NULL: none, see cors.h */
    bool has_proxy;              /* whose X-Forwarded-For is believed */
    uint8_t proxy[LIMITER_ADDRESS_MAX];
} engine_t;

/* Used by the loop's own thread alone, but for finished and event_fd. */
typedef struct {
    engine_t *engine;
    store_t *reader;
    request_ids_t ids;
    limiter_t limiter;
    request_counts_t *counts; /* NULL: none */
    pl_buf lines;             /* of the log, not yet written */
    exchange_t *spare;
    size_t spare_count;
    size_t open;                    /* exchanges begun and not ended */
    size_t waiting;                 /* those of them that the writer or a worker has */
    _Atomic(exchange_t *) finished; /* by other threads, newest first */
    int event_fd;
} loop_t;

/* Opens event_fd; reader is the caller's, NULL where there is a pool. */
pl_err loop_init(loop_t *loop, engine_t *engine, store_t *reader);
void loop_reset(loop_t *loop);
/* From any thread: the loop takes another turn. */
void loop_wake(loop_t *loop);
/* From any thread: the exchange's reply may be made now. */
void loop_finish(loop_t *loop, exchange_t *exchange);
/* What has finished since the last call, oldest first, linked by next. */
exchange_t *loop_take_finished(loop_t *loop);

#endif
