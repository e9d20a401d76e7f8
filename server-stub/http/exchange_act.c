/* SPDX-License-Identifier: Apache-2.0
 *
 * The act of a request by the kind of its route: nothing, at once, by the writer, by a worker. With a database on the line nothing is
 * done at once: the pool's threads read and write.
 */
#include "http/exchange_act.h"

#include <arpa/inet.h>

#include "api/brand.h"
#include "api/product.h"
#include "platform/clock.h"

void exchange_fail(exchange_t *exchange, pl_err err)
{
    exchange->err = err;
    exchange->detail = pl_err_detail()[0] ? pl_arena_text(&exchange->arena, pl_span_text(pl_err_detail())) : NULL;
    pl_err_clear();
}

/* Who acts, for the audit. */
static const char *actor(const exchange_t *exchange)
{
    switch (exchange->route->role) {
    case ROLE_DEVICE:
        return "device";
    case ROLE_PRODUCT:
        return "product";
    case ROLE_FACADE:
        return "facade";
    case ROLE_BRAND: /* api/brand.c names the key */
    case ROLE_OPERATOR:
    case ROLE_PUBLIC:
    case ROLE_OBSERVER:
        break;
    }
    return "public";
}

static breaker_t *breaker_of(const exchange_t *exchange)
{
    engine_t *engine = exchange->loop->engine;

    return exchange->route->kind == KIND_WRITE ? &engine->writing : &engine->reading;
}

/* ---- on other threads ---- */

/* On the writer's thread, inside a transaction; again if that is rolled back. */
static pl_err act_in_group(write_job_t *job, tx_t *tx)
{
    exchange_t *exchange = (exchange_t *)(void *)((char *)job - offsetof(exchange_t, write));
    pl_err err = exchange->route->endpoint->act(exchange->loop->engine->api, tx, exchange->in, &exchange->out);

    if (err)
        exchange_fail(exchange, err);
    return err;
}

/* On the writer's thread. */
static void tell_loop(write_job_t *job, pl_err err)
{
    exchange_t *exchange = (exchange_t *)(void *)((char *)job - offsetof(exchange_t, write));

    /* Not this job was busy but the database, for as long as is waited for it: another process keeps it from us. */
    bool is_locked_out = err == PL_ERR_BUSY && job->err != PL_ERR_BUSY;

    breaker_note(&exchange->loop->engine->writing, is_locked_out ? PL_ERR_DATABASE : err, pl_clock_monotonic_us() / 1000);
    if (err && err != job->err)
        exchange_fail(exchange, err);
    else
        exchange->err = err;
    loop_finish(exchange->loop, exchange);
}

/* store NULL, unless it is on a thread of its own; address NULL: not told. */
static tx_t about_exchange(exchange_t *exchange, store_t *store, const char *address)
{
    return (tx_t){.store = store,
                  .arena = &exchange->arena,
                  .now_ms = exchange->now_ms,
                  .actor = actor(exchange),
                  .address = address,
                  .request_id = exchange->id,
                  .trace = exchange->trace.text[0] ? exchange->trace.text : NULL};
}

/* On a worker's thread. An end without error says nothing about the database, which it may not have needed. */
static void act_on_worker(slow_job_t *job, store_t *store)
{
    exchange_t *exchange = (exchange_t *)(void *)((char *)job - offsetof(exchange_t, slow));
    loop_t *loop = exchange->loop;
    tx_t tx = about_exchange(exchange, store, exchange->address_text);
    pl_err err = exchange->route->endpoint->act(loop->engine->api, &tx, exchange->in, &exchange->out);

    if (err) {
        breaker_note(&loop->engine->reading, err, pl_clock_monotonic_us() / 1000);
        exchange_fail(exchange, err);
    } else if (exchange->route->role != ROLE_OBSERVER) { /* who observes has taken no turn */
        breaker_return(&loop->engine->reading, exchange->started_us / 1000);
    }
    loop_finish(loop, exchange);
}

static pl_err act_now(void *context, tx_t *tx)
{
    exchange_t *exchange = context;

    return exchange->route->endpoint->act(exchange->loop->engine->api, tx, exchange->in, &exchange->out);
}

/* On a thread of the pool: one transaction for one request. */
static void act_in_pool(slow_job_t *job, store_t *store)
{
    exchange_t *exchange = (exchange_t *)(void *)((char *)job - offsetof(exchange_t, slow));
    loop_t *loop = exchange->loop;
    bool writes = exchange->route->kind == KIND_WRITE;
    tx_t about = about_exchange(exchange, NULL, writes ? exchange->address_text : NULL);
    int64_t began_ms = pl_clock_monotonic_us() / 1000;
    pl_err err = (writes ? store_write : store_read)(store, &about, act_now, exchange);

    breaker_note_try(breaker_of(exchange), (breaker_try_t){err, began_ms, pl_clock_monotonic_us() / 1000});
    if (err)
        exchange_fail(exchange, err);
    loop_finish(loop, exchange);
}

/* ---- on the loop's thread ---- */

static pl_err act_by_reading(exchange_t *exchange)
{
    tx_t about = about_exchange(exchange, NULL, NULL);
    pl_err err = store_read(exchange->loop->reader, &about, act_now, exchange);

    breaker_note(&exchange->loop->engine->reading, err, exchange->started_us / 1000);
    return err;
}

static const char *write_address(exchange_t *exchange)
{
    const uint8_t *address = exchange->address;
    bool is_ipv4 = limiter_is_ipv4(address);

    return inet_ntop(is_ipv4 ? AF_INET : AF_INET6, is_ipv4 ? address + 12 : address, exchange->address_text,
                     sizeof exchange->address_text);
}

/* A key that nobody has is refused by reading, in the words of the act, and never waits for the writer. */
static pl_err work_screen(void *context, tx_t *tx)
{
    exchange_t *exchange = context;
    pl_err err = (exchange->route->role == ROLE_BRAND ? brand_screen : product_screen)(tx, exchange->in);

    return err ? act_now(exchange, tx) : PL_OK;
}

static pl_err screen(exchange_t *exchange)
{
    const route_t *route = exchange->route;
    tx_t about = about_exchange(exchange, NULL, NULL);
    pl_err err;

    if (!exchange->loop->reader || route->kind != KIND_WRITE || (route->role != ROLE_BRAND && route->role != ROLE_PRODUCT))
        return PL_OK;
    err = store_read(exchange->loop->reader, &about, work_screen, exchange);
    breaker_note(&exchange->loop->engine->reading, err, exchange->started_us / 1000);
    return err;
}

static pl_err hand_to_writer(exchange_t *exchange)
{
    tx_t about = about_exchange(exchange, NULL, write_address(exchange));

    exchange->write.about = about;
    exchange->write.act = act_in_group;
    exchange->write.done = tell_loop;
    return writer_submit(exchange->loop->engine->writer, &exchange->write);
}

static pl_err hand_to_workers(exchange_t *exchange)
{
    exchange->slow.run = act_on_worker;
    (void)write_address(exchange);
    return workers_submit(exchange->loop->engine->workers, &exchange->slow);
}

static pl_err hand_to_pool(exchange_t *exchange)
{
    exchange->slow.run = act_in_pool;
    (void)write_address(exchange);
    return workers_submit(exchange->loop->engine->pool, &exchange->slow);
}

/* To another thread, which gives it to loop_finish. */
static pl_err hand_over(exchange_t *exchange)
{
    if (exchange->route->kind == KIND_SLOW)
        return hand_to_workers(exchange);
    return exchange->loop->engine->pool ? hand_to_pool(exchange) : hand_to_writer(exchange);
}

/* A database that fails is left alone for a while, and that is no verdict on anybody's license. */
static pl_err check_database(exchange_t *exchange)
{
    breaker_t *breaker = breaker_of(exchange);
    int64_t monotonic_ms = exchange->started_us / 1000;

    if (breaker_allows(breaker, monotonic_ms))
        return PL_OK;
    exchange->retry_after_s = breaker_retry_s(breaker, monotonic_ms);
    return pl_fail(PL_ERR_DATABASE, "the database failed several times and is given a pause");
}

pl_err exchange_act(exchange_t *exchange)
{
    const route_t *route = exchange->route;
    pl_err err;

    if (route->kind == KIND_MEMORY)
        return PL_OK;
    err = trusted_time_now(exchange->loop->engine->time, &exchange->now_ms);
    /* what memory can answer needs no database, and goes on while that is given a pause */
    if (!err && route->kind == KIND_CACHED &&
        route->endpoint->recall(exchange->loop->engine->api, exchange->now_ms, exchange->in))
        return PL_OK;
    if (route->role != ROLE_OBSERVER && (err || (err = check_database(exchange))))
        return err;
    if (exchange->loop->reader && (route->kind == KIND_READ || route->kind == KIND_CACHED))
        return act_by_reading(exchange);
    if ((err = screen(exchange)) || (err = hand_over(exchange))) {
        breaker_return(breaker_of(exchange), exchange->started_us / 1000);
        return err;
    }
    exchange->is_waiting = true;
    exchange->loop->waiting++;
    return PL_OK;
}
