/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server does without being asked: sealing the audit, telling of licenses that end, sending webhooks and mail, going on with
 * payments, making backups.
 */
#ifndef POSPAL_BACKGROUND_H
#define POSPAL_BACKGROUND_H

#include "base/log.h"
#include "billing/accounts.h"
#include "config.h"
#include "licensing/backups.h"
#include "licensing/instance.h"
#include "licensing/trusted_time.h"
#include "notify/address.h"
#include "store/store.h"

typedef struct {
    const config_t *config;
    instance_t *instance;
    trusted_time_t *time;
    pl_log log;
} background_options_t;

typedef struct background background_t;

/* PL_ERR_INVALID for a network that is none, and for settings of mail that are wrong. */
pl_err background_open(const background_options_t *options, background_t **background);
/* Webhooks and mail are sent from here on. */
pl_err background_start(background_t *background);
/* Once a second, on the writer's thread, and a last time at the end. about has a present that is trusted. */
pl_err background_tick(background_t *background, store_t *store, const tx_t *about, bool is_last);
/* What of webhooks and mail waited at the last look, a few seconds ago, and what became of the rest. Any thread. */
void background_write_metrics(background_t *background, pl_buf *out);
const address_list_t *background_webhook_allowed(const background_t *background);
billing_t *background_billing(const background_t *background);
/* Before the server is closed: nobody waits for the payment provider any more. Accepts NULL. */
void background_hurry(background_t *background);
/* Before the writer is stopped: ends the sending. */
void background_stop(background_t *background);
void background_close(background_t *background); /* after it; both accept NULL */

#endif
