/* SPDX-License-Identifier: Apache-2.0
 *
 * A load generator: many keep-alive connections in one thread, each of which sends a prepared request, waits for the reply and sends
 * the next. It shares the machine with the server, as the goals assume.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "shop.h"
#include "validator.h"

typedef struct load load_t;

/* Whole HTTP requests, taken in order. */
typedef struct {
    pl_span *items;
    size_t count;
    size_t next;
    bool is_once; /* the run ends with the last; else they begin again */
} calls_t;

/* GET /livez. */
pl_err calls_trivial(calls_t *calls);
/* One request for each license of the shop, from its device. */
pl_err calls_validate(const shop_t *shop, calls_t *calls);
/* count requests, each from a device never seen before, spread over the licenses; first numbers the devices. */
pl_err calls_activate(const shop_t *shop, uint64_t first, size_t count, calls_t *calls);
/* An empty list of that many, and one of its requests: for groups with requests of their own. */
pl_err calls_room(calls_t *calls, size_t count);
pl_err calls_post(calls_t *calls, size_t index, const char *path, pl_span body);
void calls_free(calls_t *calls);

typedef struct {
    size_t replies;
    double seconds;
    double server_cpu_ns; /* of the whole run */
} load_result_t;

/* Connects. NULL in *load on failure. */
pl_err load_open(const validator_t *server, size_t connections, load_t **load);
void load_close(load_t *load); /* accepts NULL */
/* Sends for that long, or until calls that are sent once have run out, then waits for the replies under way. Any status but 200 fails. */
pl_err load_run(load_t *load, calls_t *calls, double seconds, load_result_t *result);

#endif
