/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /livez: the process answers. GET /readyz: so does its database, the clock can be signed with, the writer goes on and its disk has
 * room; where not, a problem document says what is wrong, as everywhere. GET /health: database, writer, clock and disk one by one, 200 when all are
 * well and 503 when not. It is measured by a worker, so that a slow disk keeps no loop waiting.
 */
#include "api/operator.h"
#include "api/pospal_health.h"
#include "base/json.h"
#include "platform/clock.h"
#include "store/brands.h"
#include "wire/problem.h"

enum { MB = 1024 * 1024, STALLED_MS = 10000 }; /* longer than one transaction may wait for another program's */

typedef struct {
    pl_err database;
    int64_t database_us;
    vitals_t vitals;
} health_t;

/* Asks for a row that does not exist: a read through the index, whatever the size of the database. */
static pl_err ask_database(tx_t *tx)
{
    static const pl_uuid nil = {{0}};
    brand_t brand;
    pl_err err = brands_find(tx, nil, &brand);

    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err act_ready(const api_t *api, tx_t *tx, const void *in, void **out)
{
    (void)api;
    (void)in;
    (void)out;
    return ask_database(tx);
}

static pl_err work_ask(void *context, tx_t *tx)
{
    (void)context;
    return ask_database(tx);
}

static pl_err act_health(const api_t *api, tx_t *tx, const void *in, void **out)
{
    health_t *health = pl_arena_take(tx->arena, sizeof *health);
    int64_t began_us = pl_clock_monotonic_us();

    (void)in;
    if (!health)
        return PL_ERR_MEMORY;
    health->database = store_read(tx->store, tx, work_ask, NULL);
    health->database_us = pl_clock_monotonic_us() - began_us;
    api->read_vitals(api->context, &health->vitals);
    *out = health;
    return PL_OK;
}

static pl_err reply_status(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    pl_json_writer writer;

    (void)api;
    (void)arena;
    (void)in;
    (void)out;
    reply->cache_control = "no-store";
    pl_json_writer_init(&writer, reply->body);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "status", "ok");
    pl_json_close(&writer);
    return PL_OK;
}

/* What is wrong with each, "ok" where nothing is. */
static const char *writer_status(const vitals_t *vitals)
{
    return vitals->writer_stalled_ms >= STALLED_MS ? "stalled" : "ok";
}

static const char *disk_status(const vitals_t *vitals)
{
    return vitals->is_disk_low ? "low" : "ok";
}

/* ---- readiness ---- */

/* The database has answered, or this would not be written: its schema is what this program knows, or it would not serve. */
static void put_checks(const void *context, pl_json_writer *writer)
{
    const vitals_t *vitals = context;

    pl_json_open(writer, "checks", '{');
    pl_json_put_text(writer, "database", "ok");
    pl_json_put_text(writer, "migrations", "ok");
    pl_json_put_text(writer, "writer", writer_status(vitals));
    if (vitals->disk.total_bytes > 0)
        pl_json_put_text(writer, "disk", disk_status(vitals));
    pl_json_close(writer);
}

static const char *explain(pl_arena *arena, const vitals_t *vitals)
{
    if (vitals->writer_stalled_ms >= STALLED_MS)
        return "writer: it has finished no transaction for a while; the disk is slow, or another program holds the lock";
    return pl_arena_format(arena, "disk: %lld of %lld MB are free where the database is; free some, or see disk-min-free-mb",
                           (long long)(vitals->disk.free_bytes / MB), (long long)(vitals->disk.total_bytes / MB));
}

/* Said by the reply: it is no failure of the database, of which a pause would come. */
static pl_err reply_ready(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    pl_json_writer writer;
    vitals_t vitals;

    (void)in;
    (void)out;
    api->read_vitals(api->context, &vitals);
    reply->cache_control = "no-store";
    if (vitals.is_disk_low || vitals.writer_stalled_ms >= STALLED_MS) {
        const pl_err err = vitals.writer_stalled_ms >= STALLED_MS ? PL_ERR_OVERLOADED : PL_ERR_DISK_FULL;
        const pl_problem problem = {err, explain(arena, &vitals), NULL, put_checks, &vitals};

        reply->status = 503;
        reply->media_type = "application/problem+json";
        reply->headers[0].name = "Retry-After";
        reply->headers[0].value = "10";
        pl_problem_write(&problem, reply->body);
        return PL_OK;
    }
    pl_json_writer_init(&writer, reply->body);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "status", "ok");
    put_checks(&vitals, &writer);
    pl_json_close(&writer);
    return PL_OK;
}

/* ---- health ---- */

static const char *database_status(const health_t *health)
{
    if (health->database)
        return pl_err_code(health->database);
    return health->vitals.database_pause_s > 0 ? "paused" : "ok";
}

static const char *clock_status(const health_t *health)
{
    return health->vitals.is_clock_trusted ? "ok" : "untrusted";
}

static bool is_well(const health_t *health)
{
    return !health->database && health->vitals.database_pause_s == 0 && health->vitals.is_clock_trusted &&
           health->vitals.writer_stalled_ms < STALLED_MS && !health->vitals.is_disk_low;
}

static void put_disk(pl_json_writer *writer, const vitals_t *vitals)
{
    if (vitals->disk.total_bytes == 0)
        return;
    pl_json_open(writer, "disk", '{');
    pl_json_put_text(writer, "status", disk_status(vitals));
    pl_json_put_int(writer, "free_bytes", vitals->disk.free_bytes);
    pl_json_put_int(writer, "total_bytes", vitals->disk.total_bytes);
    pl_json_close(writer);
}

/* At a host that is bound to POSPal's licensing API its monitors ask. */
static pl_err parse_health(const api_t *api, const request_t *request, void **in)
{
    static char asked;

    if (pospal_health_is_asked(api, request))
        *in = &asked;
    return PL_OK;
}

static pl_err reply_facade(pl_arena *arena, const health_t *health, reply_t *reply)
{
    const pospal_health_t facade = {.is_database_there = !health->database,
                                    .database_ms = health->database_us / 1000,
                                    .total_ms = health->database_us / 1000,
                                    .is_well = is_well(health),
                                    .vitals = health->vitals};

    return pospal_health_reply(arena, &facade, reply);
}

static pl_err reply_health(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const health_t *health = out;
    pl_json_writer writer;

    (void)api;
    if (in)
        return reply_facade(arena, health, reply);
    reply->status = is_well(health) ? 200 : 503;
    reply->cache_control = "no-store";
    pl_json_writer_init(&writer, reply->body);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "status", is_well(health) ? "ok" : "failing");
    pl_json_put_text(&writer, "version", POSPAL_VERSION_STRING);
    pl_json_open(&writer, "database", '{');
    pl_json_put_text(&writer, "status", database_status(health));
    pl_json_put_int(&writer, "response_us", health->database_us);
    pl_json_close(&writer);
    pl_json_open(&writer, "writer", '{');
    pl_json_put_text(&writer, "status", writer_status(&health->vitals));
    pl_json_put_int(&writer, "waiting", (int64_t)health->vitals.writes_waiting);
    pl_json_put_int(&writer, "stalled_ms", health->vitals.writer_stalled_ms);
    pl_json_close(&writer);
    pl_json_open(&writer, "clock", '{');
    pl_json_put_text(&writer, "status", clock_status(health));
    pl_json_close(&writer);
    put_disk(&writer, &health->vitals);
    pl_json_close(&writer);
    return PL_OK;
}

const endpoint_t operator_livez = {NULL, NULL, reply_status, NULL};
const endpoint_t operator_readyz = {NULL, act_ready, reply_ready, NULL};
const endpoint_t operator_health = {parse_health, act_health, reply_health, NULL};
