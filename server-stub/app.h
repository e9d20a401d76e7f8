/* SPDX-License-Identifier: Apache-2.0
 *
 * The running validator: everything that `serve` holds, opened in order and closed in the reverse order. There are no globals.
 */
#ifndef POSPAL_APP_H
#define POSPAL_APP_H

#include <stdbool.h>

#include "base/clock.h"
#include "config.h"

typedef struct app app_t;

typedef struct {
    const config_t *config; /* must outlive the app */
    pl_clock clock;
    bool accept_clock; /* take the machine's time for true, whatever the database remembers */
    int log_fd;
} app_options_t;

/* Serves when it returns. PL_ERR_NOT_FOUND (data directory), _CONFLICT (port), _INVALID, ...; the detail says what to do. */
pl_err app_open(const app_options_t *options, app_t **app);
const char *app_url(const app_t *app);
/* Finishes what runs, writes what is only in memory, closes. Accepts NULL. */
void app_close(app_t *app);

#endif
