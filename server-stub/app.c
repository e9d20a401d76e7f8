/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening and closing the validator, and what its writer does once a second.
 */
#include "app.h"

#include <string.h>

#include "background.h"
#include "base/mem.h"
#include "capacity.h"
#include "host.h"
#include "http/cors.h"
#include "http/forwarded.h"
#include "http/listen.h"
#include "http/metrics.h"
#include "http/server.h"
#include "http/vitals.h"
#include "licensing/instance.h"
#include "licensing/session.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "routes.h"

enum { PEM_MAX = 256 * 1024 };

struct app {
    const config_t *config;
    journal_t journal;
    pl_log log;
    instance_t *instance;
    trusted_time_t *time;
    sightings_t *sightings;
    sessions_t *sessions;
    bool is_trusted;  /* the clock, at the last tick */
    bool has_amnesty; /* was given since the start */
    store_t *writer_store;
    store_t *readers[LISTEN_LOOPS_MAX];
    store_t *worker_stores[WORKERS_MAX];
    store_t *pool_stores[WORKERS_MAX]; /* with PostgreSQL, in place of readers */
    size_t loops;
    request_counts_t *counts[LISTEN_LOOPS_MAX];
    tally_t tally;
    capacity_t *capacity;
    api_t api;
    engine_t engine;
    pl_buf tls_cert;
    pl_buf tls_key;
    http_server_t *server;
    bool tick_failed; /* the writer's */
    background_t *background;
};

/* ---- once a second, on the writer's thread ---- */

static pl_err work_refresh(void *context, tx_t *tx)
{
    return keys_refresh(((app_t *)context)->api.keys, tx);
}

static pl_err work_flush(void *context, tx_t *tx)
{
    app_t *app = context;
    pl_err err;

    if ((!app->has_amnesty && app->is_trusted && (err = licensing_session_amnesty(app->sessions, tx))) ||
        (err = trusted_time_flush(app->time, tx)) || (err = sightings_flush(app->sightings, tx)) ||
        (err = sessions_flush(app->sessions, tx)))
        return err;
    return key_uses_flush(app->api.key_uses, tx);
}

static pl_err flush(app_t *app, store_t *store, writer_tick_t kind)
{
    tx_t about = {.actor = "server"};
    pl_arena arena;
    bool is_due;
    pl_err err;

    app->is_trusted = !trusted_time_now(app->time, &about.now_ms);
    is_due = kind != TICK_ROUTINE || (!app->has_amnesty && app->is_trusted) || trusted_time_is_due(app->time) ||
             !sightings_is_empty(app->sightings) || !sessions_is_clean(app->sessions) || !key_uses_is_empty(app->api.key_uses);
    pl_arena_init(&arena);
    about.arena = &arena;
    err = store_read(store, &about, work_refresh, app);
    if (!err && is_due && !(err = store_write(store, &about, work_flush, app))) {
        sessions_flushed(app->sessions, about.now_ms);
        app->has_amnesty |= app->is_trusted;
    }
    if (!err && app->is_trusted && app->background) /* nothing is signed or sent by a clock that is doubted */
        err = background_tick(app->background, store, &about, kind == TICK_LAST);
    pl_arena_reset(&arena);
    return err;
}

/* PostgreSQL is there again, for reading and for writing: nobody needs to wait for the end of a pause. */
static void note_return(app_t *app)
{
    int64_t monotonic_ms = pl_clock_monotonic_us() / 1000;

    breaker_note(&app->engine.reading, PL_OK, monotonic_ms);
    breaker_note(&app->engine.writing, PL_OK, monotonic_ms);
}

static pl_err tick(void *context, store_t *store, writer_tick_t kind)
{
    app_t *app = context;
    pl_err err = flush(app, store, kind);

    capacity_measure(app->capacity, store, pl_clock_monotonic_us() / 1000);
    if (err && !app->tick_failed)
        pl_log_write(&app->log, PL_LOG_ERROR, "the database could not be brought up to date: %s: %s", pl_err_code(err),
                     pl_err_detail());
    if (!err && app->tick_failed) {
        pl_log_write(&app->log, PL_LOG_INFO, "the database is up to date again");
        if (app->engine.pool)
            note_return(app);
    }
    app->tick_failed = err != PL_OK;
    if (err && app->engine.pool) /* nobody could beat that is written down: as after a start */
        app->has_amnesty = false;
    if (!err && kind == TICK_TRIAL) /* it wrote: nobody needs to try */
        breaker_note(&app->engine.writing, PL_OK, pl_clock_monotonic_us() / 1000);
    return err;
}

/* ---- on the workers' threads ---- */

static void read_vitals(void *context, vitals_t *vitals)
{
    app_t *app = context;
    writer_state_t writer = writer_state(app->engine.writer);
    capacity_view_t capacity = capacity_view(app->capacity);
    int64_t now_ms;

    vitals->disk = capacity.disk;
    vitals->is_disk_low = capacity.is_low;
    vitals->is_clock_trusted = !trusted_time_now(app->time, &now_ms);
    vitals_read_database(&app->engine, vitals);
    vitals->writes_waiting = writer.waiting + (app->engine.pool ? workers_waiting(app->engine.pool) : 0);
    vitals->writer_stalled_ms = writer.stalled_ms;
}

static void write_metrics(void *context, pl_buf *out)
{
    app_t *app = context;
    capacity_view_t capacity = capacity_view(app->capacity);

    metrics_write(&app->engine, out);
    background_write_metrics(app->background, out);
    metrics_write_capacity(capacity.database_bytes, &capacity.disk, out);
}

/* ---- opening ---- */

typedef struct {
    app_t *app;
    const app_options_t *options;
} time_order_t;

static pl_err work_open_time(void *context, tx_t *tx)
{
    time_order_t *order = context;

    trusted_time_close(order->app->time); /* a transaction may be run again */
    order->app->time = NULL;
    return trusted_time_open(tx, order->options->clock, order->options->accept_clock, &order->app->time);
}

static pl_err open_time(app_t *app, const app_options_t *options)
{
    time_order_t order = {app, options};
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    err = (options->accept_clock ? instance_write : instance_read)(app->instance, &arena, work_open_time, &order);
    pl_arena_reset(&arena);
    return err;
}

static pl_err open_each(const app_t *app, pl_db_mode mode, store_t **stores, size_t count)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < count; i++)
        err = instance_open_store(app->instance, mode, &stores[i]);
    return err;
}

static pl_err open_stores(app_t *app)
{
    pl_err err;

    if ((err = instance_open_writer(app->instance, &app->writer_store)))
        return err;
    if (instance_is_shared(app->instance))
        err = open_each(app, DB_READ_WRITE, app->pool_stores, (size_t)app->config->db_pool);
    else
        err = open_each(app, DB_READ_ONLY, app->readers, app->loops);
    if (err)
        return err;
    return open_each(app, DB_READ_WRITE, app->worker_stores, (size_t)app->config->workers);
}

static pl_err start_writer(app_t *app)
{
    writer_options_t options = {app->writer_store, (size_t)app->config->queue, tick, app};

    return writer_start(&options, &app->engine.writer);
}

static pl_err start_workers(app_t *app)
{
    workers_options_t options = {app->worker_stores, (size_t)app->config->workers, WORKERS_QUEUE};
    workers_options_t pool = {app->pool_stores, (size_t)app->config->db_pool, (size_t)app->config->queue};
    pl_err err = workers_start(&options, &app->engine.workers);

    return err || !instance_is_shared(app->instance) ? err : workers_start(&pool, &app->engine.pool);
}

static pl_err fill_engine(app_t *app)
{
    const config_t *config = app->config;

    app->api.keys = instance_keys(app->instance);
    app->api.sightings = app->sightings;
    app->api.sessions = app->sessions;
    app->api.tally = &app->tally;
    app->api.metrics_token = config->metrics_token;
    app->api.shows_docs = config->docs;
    app->api.read_vitals = read_vitals;
    app->api.write_metrics = write_metrics;
    app->api.context = app;
    app->engine.api = &app->api;
    app->engine.routes = all_routes();
    for (size_t i = 0; i < app->loops; i++)
        if (!(app->counts[i] = request_counts_new(&app->engine.routes)))
            return PL_ERR_MEMORY;
    if (config->api_requests_per_minute > 0 && !(app->engine.api_keys = buckets_new(config->api_requests_per_minute)))
        return PL_ERR_MEMORY;
    if (config->cors_origins && !cors_list_is_valid(config->cors_origins))
        return pl_fail(PL_ERR_INVALID, "cors_origins is \"%s\"; origins like https://shop.example are needed, spaces between",
                       config->cors_origins);
    app->engine.cors_origins = config->cors_origins;
    app->engine.counts = app->counts;
    app->engine.counts_count = app->loops;
    app->engine.time = app->time;
    app->engine.journal = &app->journal;
    app->engine.body_timeout_ms = config->timeout_s * 1000;
    app->engine.refusals_per_minute = config->refusals_per_minute;
    breaker_init(&app->engine.reading);
    breaker_init(&app->engine.writing);
    app->engine.has_proxy = config->trusted_proxy != NULL;
    if (config->trusted_proxy && !forwarded_parse(pl_span_text(config->trusted_proxy), app->engine.proxy))
        return pl_fail(PL_ERR_INVALID, "trusted_proxy is \"%s\"; an IPv4 or IPv6 address is needed", config->trusted_proxy);
    return PL_OK;
}

static pl_err read_pem(const char *path, const char *what, pl_buf *pem)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err = path ? fs->read(fs->context, path, PEM_MAX, pem) : PL_OK;

    return err ? pl_fail(err, "%s \"%s\" cannot be read", what, path) : PL_OK;
}

static pl_err start_server(app_t *app)
{
    const config_t *config = app->config;
    http_options_t options = {
        .listen = config->listen,
        .loops = app->loops,
        .readers = app->readers,
        .connections = config->connections,
        .timeout_s = config->timeout_s,
        .log = app->log,
    };
    pl_err err;

    if ((err = read_pem(config->tls_cert, "the certificate", &app->tls_cert)) ||
        (err = read_pem(config->tls_key, "the certificate's key", &app->tls_key)))
        return err;
    if (config->tls_cert) {
        options.tls_cert = app->tls_cert.data;
        options.tls_key = app->tls_key.data;
    }
    return http_server_open(&options, &app->engine, &app->server);
}

static pl_err open_background(app_t *app)
{
    const background_options_t options = {app->config, app->instance, app->time, app->log};
    pl_err err = background_open(&options, &app->background);

    if (err)
        return err;
    app->api.webhook_allowed = background_webhook_allowed(app->background);
    app->api.billing = background_billing(app->background);
    return PL_OK;
}

static capacity_t *open_capacity(const app_t *app)
{
    const config_t *config = app->config;
    const capacity_options_t options = {instance_is_shared(app->instance) ? NULL : config->data,
                                        config->disk_min_free_mb * 1024 * 1024, config->disk_min_free_percent, pl_disk_measure};

    return capacity_new(&options);
}

static void warn_of_clock(const app_t *app)
{
    int64_t now_ms;

    if (trusted_time_now(app->time, &now_ms))
        pl_log_write(&app->log, PL_LOG_ERROR,
                     "%s; nothing is signed until it is set (or, where it is right: serve --accept-clock)", pl_err_detail());
}

static pl_err open_all(app_t *app, const app_options_t *options)
{
    const instance_place_t place = {app->config->data, app->config->db, (int)app->config->db_connect_timeout_s,
                                    (int)app->config->db_statement_timeout_ms};
    pl_err err;

    host_raise_file_limit(app->config, &app->log);
    if ((err = instance_open(&place, &options->clock, &app->instance)) || (err = instance_claim(app->instance)) ||
        (err = open_time(app, options)) || (err = open_stores(app)))
        return err;
    app->sightings = sightings_new();
    app->api.key_uses = key_uses_new();
    app->sessions = sessions_new();
    app->capacity = open_capacity(app);
    if (!app->sightings || !app->sessions || !app->api.key_uses || !app->capacity)
        return PL_ERR_MEMORY;
    if (instance_is_shared(app->instance))
        sessions_share(app->sessions);
    if ((err = fill_engine(app)) || (err = open_background(app)))
        return err;
    warn_of_clock(app);
    (void)tick(app, app->writer_store, TICK_ROUTINE); /* the amnesty comes before the first request */
    if ((err = start_writer(app)) || (err = start_workers(app)) || (err = start_server(app)) ||
        (err = background_start(app->background)))
        return err;
    pl_log_write(&app->log, PL_LOG_INFO, "serving %s with %zu event loops", app_url(app), app->loops);
    return PL_OK;
}

const char *app_url(const app_t *app)
{
    return http_server_url(app->server);
}

void app_close(app_t *app)
{
    if (!app)
        return;
    if (app->server)
        pl_log_write(&app->log, PL_LOG_INFO, "stopping");
    background_hurry(app->background);
    http_server_close(app->server);
    workers_stop(app->engine.workers);
    workers_stop(app->engine.pool);
    background_stop(app->background);
    writer_stop(app->engine.writer);
    background_close(app->background);
    for (size_t i = 0; i < app->loops; i++) {
        store_close(app->readers[i]);
        request_counts_free(app->counts[i]);
    }
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        store_close(app->worker_stores[i]);
        store_close(app->pool_stores[i]);
    }
    store_close(app->writer_store);
    sessions_free(app->sessions);
    sightings_free(app->sightings);
    buckets_free(app->engine.api_keys);
    key_uses_free(app->api.key_uses);
    capacity_free(app->capacity);
    trusted_time_close(app->time);
    instance_close(app->instance);
    pl_mutex_free(app->journal.mutex);
    pl_buf_reset(&app->tls_key);
    pl_buf_reset(&app->tls_cert);
    pl_free(app);
}

pl_err app_open(const app_options_t *options, app_t **app)
{
    app_t *made = pl_alloc(sizeof *made);
    pl_err err;

    if (!made)
        return PL_ERR_MEMORY;
    made->config = options->config;
    made->journal.fd = options->log_fd;
    made->journal.clock = options->clock;
    made->journal.mutex = pl_mutex_new();
    made->loops = host_loops(options->config, LISTEN_LOOPS_MAX);
    pl_buf_init(&made->tls_cert);
    pl_buf_init(&made->tls_key);
    err = made->journal.mutex ? journal_level_parse(options->config->log_level, &made->journal.level) : PL_ERR_MEMORY;
    if (!err) {
        made->log = journal_log(&made->journal);
        err = open_all(made, options);
    }
    if (err)
        app_close(made);
    else
        *app = made;
    return err;
}
