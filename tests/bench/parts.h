/* SPDX-License-Identifier: Apache-2.0
 *
 * What a validate request is made of, run in this process with the server's own functions on the server's own database.
 */
#ifndef BENCH_PARTS_H
#define BENCH_PARTS_H

#include "licensing/answer.h"
#include "measure.h"
#include "shop.h"

typedef struct {
    const keyring_t *keyring;
    store_t *store;
    pl_arena arena; /* of the prepared values below */
    pl_span body;
    device_call_t call;
    outcome_t outcome;
    size_t signing_input; /* bytes that are signed of the answer */
    uint8_t message[8192];
    uint8_t secret[PL_DEVICE_SECRET_SIZE]; /* of any Ed25519 pair */
} parts_t;

/* CPU time of one run of each, ns. */
typedef struct {
    double parse;
    double look_up;
    double build_and_sign;
    double bare_sign;
} parts_cost_t;

/* body: a validate request of the shop. Close it in any case. */
pl_err parts_open(const shop_t *shop, pl_span body, parts_t *parts);
void parts_close(parts_t *parts);
pl_err parts_measure(parts_t *parts, int rounds, parts_cost_t *cost);

#endif
