/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting requests.
 */
#include "http/request_counts.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

/* The last of each stands for all others. */
static const int statuses[] = {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 501, 503, 0};
static const int64_t bounds_us[] = {100,   250,    500,    1000,   2500,    5000,    10000,   25000,
                                    50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, INT64_MAX};

enum { REFUSALS = 16 /* different ones of a route; the last stands for all others */ };

static const char OTHERS[] = "other";

enum { STATUSES = sizeof statuses / sizeof *statuses, BOUNDS = sizeof bounds_us / sizeof *bounds_us };

typedef struct {
    _Atomic(const char *) code; /* NULL: of none yet */
    _Atomic uint64_t count;
} refusal_count_t;

typedef struct {
    _Atomic uint64_t by_status[STATUSES];
    _Atomic uint64_t by_bound[BOUNDS];
    refusal_count_t by_refusal[REFUSALS];
    _Atomic uint64_t sum_us;
} row_t;

struct request_counts {
    const routes_t *routes;
    row_t rows[]; /* one per route, and one for what has none */
};

request_counts_t *request_counts_new(const routes_t *routes)
{
    request_counts_t *counts = pl_alloc(sizeof *counts + (routes->count + 1) * sizeof *counts->rows);

    if (counts)
        counts->routes = routes;
    return counts;
}

void request_counts_free(request_counts_t *counts)
{
    pl_free(counts);
}

/* Only one thread writes: no need to lock the bus. */
static void add(_Atomic uint64_t *count, uint64_t more)
{
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + more, memory_order_relaxed);
}

static void note_refusal(row_t *row, const char *code)
{
    refusal_count_t *one = row->by_refusal;
    const char *known;

    for (; one < &row->by_refusal[REFUSALS - 1]; one++) {
        known = atomic_load_explicit(&one->code, memory_order_relaxed);
        if (!known || strcmp(known, code) == 0)
            break;
    }
    if (one == &row->by_refusal[REFUSALS - 1])
        code = OTHERS;
    atomic_store_explicit(&one->code, code, memory_order_relaxed);
    add(&one->count, 1);
}

void request_counts_note(request_counts_t *counts, const route_t *route, const request_outcome_t *outcome)
{
    row_t *row = &counts->rows[route ? (size_t)(route - counts->routes->routes) : counts->routes->count];
    size_t i = 0;

    while (i + 1 < STATUSES && statuses[i] != outcome->status)
        i++;
    add(&row->by_status[i], 1);
    for (i = 0; outcome->duration_us > bounds_us[i];)
        i++;
    add(&row->by_bound[i], 1);
    add(&row->sum_us, outcome->duration_us > 0 ? (uint64_t)outcome->duration_us : 0);
    if (outcome->refusal)
        note_refusal(row, outcome->refusal);
}

/* ---- writing ---- */

typedef struct {
    uint64_t by_status[STATUSES];
    uint64_t by_bound[BOUNDS];
    struct {
        const char *code;
        uint64_t count;
    } by_refusal[REFUSALS];
    uint64_t sum_us;
    uint64_t count;
} total_t;

static uint64_t load(_Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

/* The loops may have met them in another order. */
static void sum_up_refusals(row_t *row, total_t *total)
{
    for (size_t i = 0; i < REFUSALS; i++) {
        const char *code = atomic_load_explicit(&row->by_refusal[i].code, memory_order_relaxed);
        size_t at = 0;

        if (!code)
            continue;
        while (at + 1 < REFUSALS && total->by_refusal[at].code && strcmp(total->by_refusal[at].code, code) != 0)
            at++;
        total->by_refusal[at].code = at + 1 < REFUSALS ? code : OTHERS;
        total->by_refusal[at].count += load(&row->by_refusal[i].count);
    }
}

static total_t sum_up(request_counts_t *const *tables, size_t count, size_t index)
{
    total_t total = {.count = 0};

    for (size_t t = 0; t < count; t++) {
        row_t *row = &tables[t]->rows[index];

        for (size_t i = 0; i < STATUSES; i++)
            total.by_status[i] += load(&row->by_status[i]);
        for (size_t i = 0; i < BOUNDS; i++)
            total.by_bound[i] += load(&row->by_bound[i]);
        sum_up_refusals(row, &total);
        total.sum_us += load(&row->sum_us);
    }
    for (size_t i = 0; i < BOUNDS; i++)
        total.count += total.by_bound[i];
    return total;
}

static const char *route_of(const routes_t *routes, size_t index)
{
    return index < routes->count ? routes->routes[index].path : "-";
}

static const char *method_of(const routes_t *routes, size_t index)
{
    return index < routes->count ? router_method_name(routes->routes[index].method) : "-";
}

static void write_statuses(const routes_t *routes, size_t index, const total_t *total, pl_buf *out)
{
    for (size_t i = 0; i < STATUSES; i++)
        if (total->by_status[i])
            pl_buf_add_format(out, "pospal_http_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} %" PRIu64 "\n",
                              method_of(routes, index), route_of(routes, index), statuses[i], total->by_status[i]);
}

static void write_refusals(const routes_t *routes, size_t index, const total_t *total, pl_buf *out)
{
    for (size_t i = 0; i < REFUSALS; i++)
        if (total->by_refusal[i].code)
            pl_buf_add_format(out, "pospal_refusals_total{method=\"%s\",route=\"%s\",code=\"%s\"} %" PRIu64 "\n",
                              method_of(routes, index), route_of(routes, index), total->by_refusal[i].code,
                              total->by_refusal[i].count);
}

static void write_durations(const routes_t *routes, size_t index, const total_t *total, pl_buf *out)
{
    const char *method = method_of(routes, index);
    const char *route = route_of(routes, index);
    uint64_t below = 0;

    for (size_t i = 0; i < BOUNDS; i++) {
        below += total->by_bound[i];
        pl_buf_add_format(out, "pospal_http_request_duration_seconds_bucket{method=\"%s\",route=\"%s\",le=\"", method, route);
        if (i + 1 < BOUNDS)
            pl_buf_add_format(out, "%g", (double)bounds_us[i] / 1e6);
        else
            pl_buf_add_text(out, "+Inf");
        pl_buf_add_format(out, "\"} %" PRIu64 "\n", below);
    }
    pl_buf_add_format(out, "pospal_http_request_duration_seconds_sum{method=\"%s\",route=\"%s\"} %.6f\n", method, route,
                      (double)total->sum_us / 1e6);
    pl_buf_add_format(out, "pospal_http_request_duration_seconds_count{method=\"%s\",route=\"%s\"} %" PRIu64 "\n", method, route,
                      total->count);
}

typedef void (*writer_fn)(const routes_t *routes, size_t index, const total_t *total, pl_buf *out);

static void write_all(request_counts_t *const *tables, size_t count, writer_fn write, pl_buf *out)
{
    const routes_t *routes = tables[0]->routes;

    for (size_t index = 0; index <= routes->count; index++) {
        total_t total = sum_up(tables, count, index);

        if (total.count)
            write(routes, index, &total, out);
    }
}

void request_counts_write(request_counts_t *const *tables, size_t count, pl_buf *out)
{
    if (count == 0)
        return;
    pl_buf_add_text(out, "# HELP pospal_http_requests_total Requests answered, by route and status.\n"
                         "# TYPE pospal_http_requests_total counter\n");
    write_all(tables, count, write_statuses, out);
    pl_buf_add_text(out, "# HELP pospal_refusals_total Requests declined, by route and code.\n"
                         "# TYPE pospal_refusals_total counter\n");
    write_all(tables, count, write_refusals, out);
    pl_buf_add_text(out, "# HELP pospal_http_request_duration_seconds From the head of a request to its reply.\n"
                         "# TYPE pospal_http_request_duration_seconds histogram\n");
    write_all(tables, count, write_durations, out);
}
