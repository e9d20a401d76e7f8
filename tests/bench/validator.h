/* SPDX-License-Identifier: Apache-2.0
 *
 * The real pospal-validator as a process of its own, with the settings it has by default, on a free loopback port.
 */
#ifndef BENCH_VALIDATOR_H
#define BENCH_VALIDATOR_H

#include "child.h"
#include "shop.h"

typedef struct {
    child_t process;
    int port;
} validator_t;

pl_err validator_start(const scratch_t *scratch, const shop_t *shop, validator_t *validator);
/* SIGTERM and its end. Does nothing where none was started. */
pl_err validator_stop(validator_t *validator);
pl_err validator_cpu_ns(const validator_t *validator, double *ns);
/* Resident memory. */
pl_err validator_memory(const validator_t *validator, double *bytes);

/* Every group has its own: scratch, shop with count licenses (each activated by its device), running server. Close it in any case. */
typedef struct {
    scratch_t scratch;
    shop_t shop;
    validator_t server;
} site_t;

pl_err site_open(const bench_t *bench, size_t licenses, site_t *site);
pl_err site_close(site_t *site, pl_err err); /* returns err, or what the server ended with */

#endif
