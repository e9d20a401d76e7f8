/* SPDX-License-Identifier: Apache-2.0
 *
 * The sealer, the watch on ends, the senders of webhooks and mail, and the biller, put together.
 */
#include "background.h"

#include "base/mem.h"
#include "billing/biller.h"
#include "http/metrics.h"
#include "licensing/audit_sealer.h"
#include "licensing/expiry.h"
#include "licensing/mail.h"
#include "licensing/settings.h"
#include "licensing/webhooks.h"
#include "mail/account.h"
#include "mail/sender.h"
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
    atomic_int_least64_t mail_waiting;
    atomic_int_least64_t mail_lag_ms;
    address_list_t allowed;
    store_t *stores[SENDERS_MAX];
    senders_t *senders;
    mail_account_t mail_account;
    store_t *mail_stores[MAIL_SENDERS_MAX];
    mail_senders_t *_Atomic mail_senders; /* metrics look at it from other threads */
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
    pl_err err;

    (void)context;
    if ((err = deliveries_sweep(tx)) || (err = mails_sweep(tx)))
        return err;
    return idempotency_sweep(tx, &more);
}

typedef struct {
    outbox_t outbox;
    mail_queue_t mail;
    inbound_count_t inbox;
} measure_t;

static pl_err work_measure(void *context, tx_t *tx)
{
    measure_t *found = context;
    pl_err err = deliveries_measure(tx, &found->outbox);

    if (err || (err = mails_measure(tx, &found->mail)))
        return err;
    return inbound_events_measure(tx, &found->inbox);
}

static pl_err measure(background_t *background, store_t *store, const tx_t *about)
{
    measure_t found;
    pl_err err;

    if (about->now_ms < background->next_measure_ms)
        return PL_OK;
    background->next_measure_ms = about->now_ms + MEASURE_MS;
    if ((err = store_read(store, about, work_measure, &found)))
        return err;
    atomic_store(&background->waiting, found.outbox.waiting);
    atomic_store(&background->lag_ms, found.outbox.lag_ms);
    atomic_store(&background->mail_waiting, found.mail.waiting);
    atomic_store(&background->mail_lag_ms, found.mail.lag_ms);
    atomic_store(&background->events_waiting, found.inbox.waiting);
    atomic_store(&background->events_failed, found.inbox.failed);
    atomic_store(&background->events_lag_ms, found.inbox.oldest_ms ? about->now_ms - found.inbox.oldest_ms : 0);
    return PL_OK;
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
    const outbox_t outbox = {atomic_load(&background->waiting), atomic_load(&background->lag_ms)};
    const mail_queue_t queue = {atomic_load(&background->mail_waiting), atomic_load(&background->mail_lag_ms)};
    mail_senders_t *senders = atomic_load(&background->mail_senders);
    const mail_counts_t counts = mail_senders_counts(senders);
    const inbound_count_t inbox = {.waiting = atomic_load(&background->events_waiting),
                                   .failed = atomic_load(&background->events_failed)};

    metrics_write_outbox(&outbox, out);
    metrics_write_mail(&queue, &counts, senders != NULL, out);
    metrics_write_inbox(&inbox, atomic_load(&background->events_lag_ms), out);
    billing_write_metrics(background->billing, out);
    write_backup_metrics(background, out);
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

/* A vendor whose events are lost must hear of it by another way. That there is none, or that it is wrong, keeps no endpoint on. */
static pl_err mail_of_webhook(void *context, tx_t *tx, const webhook_t *endpoint, const post_result_t *result)
{
    const background_t *background = context;
    const keyring_t *keyring = keys_pin(instance_keys(background->options.instance), tx->arena);
    char id[PL_UUID_TEXT_SIZE];
    mail_value_t values[] = {{"endpoint_url", endpoint->url}, {"failing_since_at", NULL}, {"answer", NULL}};
    mail_order_t order = {.brand_id = endpoint->brand_id, .template = MAIL_WEBHOOK_DISABLED, .values = values, .count = 3};
    pl_err err;

    if (!keyring)
        return PL_ERR_MEMORY;
    if ((err = setting_read(tx, keyring, endpoint->brand_id, SETTING_SUPPORT_EMAIL, &order.recipient)) || !order.recipient)
        return err;
    pl_uuid_format(endpoint->id, id);
    values[1].value = pl_arena_format(tx->arena, "%" PRId64, endpoint->failing_since_ms);
    values[2].value = result->status ? pl_arena_format(tx->arena, "%d %s", result->status, result->answer) : result->error;
    order.purpose = pl_arena_format(tx->arena, "%s:%" PRId64, id, endpoint->failing_since_ms);
    if (!values[1].value || !values[2].value || !order.purpose)
        return PL_ERR_MEMORY;
    err = mail_order(tx, keyring, &order, NULL);
    return err == PL_ERR_INVALID || err == PL_ERR_TOO_LARGE ? PL_OK : err;
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
        .min_free_bytes = config->disk_min_free_mb * 1024 * 1024,
        .measure = pl_disk_measure,
        .log = background->options.log,
    };

    backups_t *backups = NULL;
    pl_err err = config->backup_dir ? backups_start(&options, &backups) : PL_OK;

    atomic_store(&background->backups, backups);
    return err;
}

static pl_err start_webhooks(background_t *background)
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
        .disabled = mail_of_webhook,
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

static pl_err start_mail(background_t *background)
{
    const config_t *config = background->options.config;
    const mail_senders_options_t options = {
        .stores = background->mail_stores,
        .count = (size_t)config->mail_threads,
        .carrier = background->mail_account.carrier,
        .templates = config->mail_templates,
        .first_retry_ms = config->mail_retry_ms,
        .keys = instance_keys(background->options.instance),
        .now = tell_time,
        .context = background,
        .log = background->options.log,
    };
    mail_senders_t *senders;
    pl_err err;

    if (!config->mail_url || options.count == 0)
        return PL_OK;
    for (size_t i = 0; i < options.count; i++)
        if ((err = instance_open_store(background->options.instance, DB_READ_WRITE, &background->mail_stores[i])))
            return err;
    if ((err = mail_senders_start(&options, &senders)))
        return err;
    atomic_store(&background->mail_senders, senders);
    return PL_OK;
}

pl_err background_start(background_t *background)
{
    pl_err err = start_webhooks(background);

    return err ? err : start_mail(background);
}

void background_stop(background_t *background)
{
    if (!background)
        return;
    background_hurry(background);
    senders_stop(background->senders);
    background->senders = NULL;
    mail_senders_stop(atomic_exchange(&background->mail_senders, NULL));
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
    for (size_t i = 0; i < MAIL_SENDERS_MAX; i++)
        store_close(background->mail_stores[i]);
    mail_account_close(&background->mail_account);
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
    if (!(made->billing = billing_new(&billing)))
        err = PL_ERR_MEMORY;
    if (!err && options->config->webhook_allow && (err = address_list_parse(options->config->webhook_allow, &made->allowed)))
        err =
            pl_fail(err, "webhook_allow is \"%s\"; networks like 10.0.0.0/8 fd00::/8 are needed", options->config->webhook_allow);
    if (!err && options->config->mail_url)
        err = mail_account_open(options->config, &made->mail_account);
    if (err) {
        background_close(made);
        return err;
    }
    *background = made;
    return PL_OK;
}
