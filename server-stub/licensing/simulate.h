/* SPDX-License-Identifier: Apache-2.0
 *
 * What would become of devices that activate a license at some time: the real verb for made-up devices, to be run in a transaction that
 * is rolled back (rehearsal.h).
 */
#ifndef LICENSING_SIMULATE_H
#define LICENSING_SIMULATE_H

#include "licensing/admin_licenses.h"

enum { SIMULATE_DEVICES_MAX = 10000 };

/* Which license: by id, or by key, where a brand and a product may be named too. */
typedef struct {
    pl_uuid license_id;  /* nil: by key */
    const char *key;     /* NULL: by id */
    const char *brand;   /* slug; NULL: any */
    const char *product; /* slug; NULL: the one that the key opens */
    int64_t at_ms;
    int64_t devices;
} simulation_order_t;

typedef struct {
    pl_verdict verdict;
    pl_reason reason;
    int64_t seat;           /* that it would take, counted from 1; 0: none */
    int64_t refresh_at_ms;  /* ask again quietly */
    int64_t check_by_ms;    /* 0: the answer carries no such time */
    int64_t grace_until_ms; /* the same */
} simulated_t;

typedef struct {
    license_view_t view; /* as it is */
    pl_verdict verdict;  /* of the license itself, at that time */
    pl_reason reason;
    int64_t ends_at_ms; /* with the renewal slack; 0: never */
    simulated_t *devices;
    size_t count;
} simulation_t;

/*
 * PL_ERR_NOT_FOUND (no such license, key, brand, product), PL_ERR_KEY_TYPO, PL_ERR_INVALID where the key opens licenses of several
 * products and none is named: the detail names them.
 */
pl_err simulate(tx_t *tx, const keyring_t *keyring, const simulation_order_t *order, simulation_t *out);

#endif
