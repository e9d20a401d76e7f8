/* SPDX-License-Identifier: Apache-2.0
 *
 * The sealer, the watch on ends, the senders, and the biller, put together.
 */
#include "background.h"

#include "base/mem.h"
#include "billing/biller.h"
#include "http/metrics.h"
#include "licensing/audit_sealer.h"
#include "licensing/expiry.h"
#include "licensing/webhooks.h"
#include "notify/sender.h"
#include "store/idempotency.h"
#include "store/webhooks.h"

#include <inttypes.h>
#include <stdatomic.h>

enum { SWEEP_MS = 60 * 1000, MEASURE_MS = 2000 };

struct background {
    background_options_t options;
    audit_sealer_t sealer;
    expiry_watch_t watch;
    int64_t next_sweep_ms;
    int64_t next_measure_ms;
    atomic_int_least64_t waiting; /* as last measured */
    atomic_int_least64_t lag_ms;
    address_list_t allowed;
    store_t *stores[SENDERS_MAX];
    senders_t *senders;
    billing_t *billing;
    biller_t *biller;
    store_t *biller_store;
    atomic_int_least64_t events_waiting; /* the inbox, as last measured */
    atomic_int_least64_t events_failed;
    atomic_int_least64_t events_lag_ms;
    backups_t *_Atomic backups; /* NULL: none are made */
};

/* ---- on the writer's thread ---- */

/* What is left over goes in the next sweep. */
static pl_err work_sweep(void *context, tx_t *tx)
{
    bool more;
    pl_err err = deliveries_sweep(tx);

    (void)context;
    return err ? err : idempotency_sweep(tx, &more);
}

static pl_err work_measure(void *context, tx_t *tx)
{
    return deliveries_measure(tx, context);
}

static pl_err work_measure_inbox(void *context, tx_t *tx)
{
    return inbound_events_measure(tx, context);
}

static pl_err measure_inbox(background_t *background, store_t *store, const tx_t *about)
{
    inbound_count_t count;
    pl_err err = store_read(store, about, work_measure_inbox, &count);

    if (err)
        return err;
    atomic_store(&background->events_waiting, count.waiting);
    atomic_store(&background->events_failed, count.failed);
    atomic_store(&background->events_lag_ms, count.oldest_ms ? about->now_ms - count.oldest_ms : 0);
    return PL_OK;
}

static pl_err measure(background_t *background, store_t *store, const tx_t *about)
{
    outbox_t outbox;
    pl_err err;

    if (about->now_ms < background->next_measure_ms)
        return PL_OK;
    background->next_measure_ms = about->now_ms + MEASURE_MS;
    if ((err = store_read(store, about, work_measure, &outbox)))
        return err;
    atomic_store(&background->waiting, outbox.waiting);
    atomic_store(&background->lag_ms, outbox.lag_ms);
    return measure_inbox(background, store, about);
}

/* Its thread is started after the first request may have come. */
static void write_backup_metrics(background_t *background, pl_buf *out)
{
    backups_t *backups = atomic_load(&background->backups);
    backups_state_t state = backups_state(backups);
    int64_t now_ms;

    if (backups && !trusted_time_now(background->options.time, &now_ms))
        metrics_write_backups(&state, now_ms, out);
}

void background_write_metrics(background_t *background, pl_buf *out)
{
    const struct {
        const char *name;
        const char *help;
        int64_t value;
    } gauges[] = {
        {"pospal_payment_events_waiting", "Events of payment providers that are to be worked on.",
         atomic_load(&background->events_waiting)},
        {"pospal_payment_events_failed", "Events of payment providers that were given up; see billing events.",
         atomic_load(&background->events_failed)},
        {"pospal_payment_events_lag_seconds", "Age of the oldest that waits.", atomic_load(&background->events_lag_ms) / 1000},
    };

    for (size_t i = 0; i < sizeof gauges / sizeof gauges[0]; i++)
        pl_buf_add_format(out, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", gauges[i].name, gauges[i].help, gauges[i].name,
                          gauges[i].name, gauges[i].value);
    billing_write_metrics(background->billing, out);
    write_backup_metrics(background, out);
}

outbox_t background_outbox(background_t *background)
{
    return (outbox_t){atomic_load(&background->waiting), atomic_load(&background->lag_ms)};
}

pl_err background_tick(background_t *background, store_t *store, const tx_t *about, bool is_last)
{
    const keyring_t *keyring = keys_pin(instance_keys(background->options.instance), about->arena);
    pl_err err;

    if (!keyring)
        return PL_ERR_MEMORY;
    background->sealer.is_ending = background->watch.is_ending = is_last;
    if ((err = expiry_watch_run(&background->watch, store, about)) ||
        (err = audit_sealer_run(&background->sealer, store, about, keyring)) || (err = measure(background, store, about)) ||
        about->now_ms < background->next_sweep_ms)
        return err;
    background->next_sweep_ms = about->now_ms + SWEEP_MS;
    return store_write(store, about, work_sweep, NULL);
}

/* ---- on the senders' threads ---- */

static pl_err tell_time(void *context, int64_t *now_ms)
{
    return trusted_time_now(((const background_t *)context)->options.time, now_ms);
}

static pl_err open_secrets(void *context, int64_t now_ms, const webhook_t *endpoint, uint8_t keys[2][WEBHOOK_KEY_SIZE],
                           size_t *count)
{
    const background_t *background = context;
    const keyring_t *keyring;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    keyring = keys_pin(instance_keys(background->options.instance), &arena);
    err = keyring ? webhook_secrets(keyring, now_ms, endpoint, keys, count) : PL_ERR_MEMORY;
    pl_arena_reset(&arena);
    return err;
}

/* ---- opening ---- */

const address_list_t *background_webhook_allowed(const background_t *background)
{
    return &background->allowed;
}

billing_t *background_billing(const background_t *background)
{
    return background->billing;
}

static pl_err start_biller(background_t *background)
{
    biller_options_t options = {
        .billing = background->billing,
        .keys = instance_keys(background->options.instance),
        .compare_ms = background->options.config->billing_reconcile_minutes * 60000,
        .now = tell_time,
        .context = background,
        .log = background->options.log,
    };
    pl_err err = instance_open_store(background->options.instance, DB_READ_WRITE, &background->biller_store);

    options.store = background->biller_store;
    return err ? err : biller_start(&options, &background->biller);
}

static pl_err work_free(void *context, tx_t *tx)
{
    (void)context;
    return webhooks_free_all(tx);
}

/* With SQLite this is the one server: who held an endpoint is dead, and it need not wait for the end of that lease. */
static pl_err free_endpoints(background_t *background)
{
    tx_t about = {.actor = "server"};
    pl_arena arena;
    pl_err err;

    if (instance_is_shared(background->options.instance) || !background->stores[0])
        return PL_OK;
    pl_arena_init(&arena);
    about.arena = &arena;
    err = store_write(background->stores[0], &about, work_free, NULL);
    pl_arena_reset(&arena);
    return err;
}

static pl_err start_backups(background_t *background)
{
    const config_t *config = background->options.config;
    const backups_options_t options = {
        .instance = background->options.instance,
        .directory = config->backup_dir,
        .hours = config->backup_hours,
        .keep = config->backup_keep,
        .now = tell_time,
        .context = background,
        .log = background->options.log,
    };

    backups_t *backups = NULL;
    pl_err err = config->backup_dir ? backups_start(&options, &backups) : PL_OK;

    atomic_store(&background->backups, backups);
    return err;
}

pl_err background_start(background_t *background)
{
    const config_t *config = background->options.config;
    const senders_options_t options = {
        .stores = background->stores,
        .count = (size_t)config->webhook_threads,
        .allowed = &background->allowed,
        .ca_file = config->webhook_ca,
        .timeout_ms = config->webhook_timeout_s * 1000,
        .first_retry_ms = config->webhook_retry_ms,
        .now = tell_time,
        .secrets = open_secrets,
        .context = background,
        .log = background->options.log,
    };
    pl_err err;

    for (size_t i = 0; i < options.count; i++)
        if ((err = instance_open_store(background->options.instance, DB_READ_WRITE, &background->stores[i])))
            return err;
    if ((err = free_endpoints(background)) || (err = start_backups(background)) ||
        (err = senders_start(&options, &background->senders)))
        return err;
    return start_biller(background);
}

void background_hurry(background_t *background)
{
    if (background)
        billing_end(background->billing);
}

void background_stop(background_t *background)
{
    if (!background)
        return;
    background_hurry(background);
    senders_stop(background->senders);
    background->senders = NULL;
    biller_stop(background->biller);
    background->biller = NULL;
    backups_stop(atomic_exchange(&background->backups, NULL));
}

void background_close(background_t *background)
{
    if (!background)
        return;
    background_stop(background);
    for (size_t i = 0; i < SENDERS_MAX; i++)
        store_close(background->stores[i]);
    store_close(background->biller_store);
    billing_free(background->billing);
    pl_free(background);
}

pl_err background_open(const background_options_t *options, background_t **background)
{
    const billing_options_t billing = {.timeout_ms = options->config->billing_timeout_s * 1000};
    background_t *made = pl_alloc(sizeof *made);
    pl_err err = PL_OK;

    if (!made)
        return PL_ERR_MEMORY;
    made->options = *options;
    audit_sealer_init(&made->sealer);
    expiry_watch_init(&made->watch);
    if (!(made->billing = billing_new(&billing))) {
        background_close(made);
        return PL_ERR_MEMORY;
    }
    if (options->config->webhook_allow && (err = address_list_parse(options->config->webhook_allow, &made->allowed))) {
        background_close(made);
        return pl_fail(err, "webhook_allow is \"%s\"; networks like 10.0.0.0/8 fd00::/8 are needed",
                       options->config->webhook_allow);
    }
    *background = made;
    return PL_OK;
}
