/* SPDX-License-Identifier: Apache-2.0
 *
 * cold_start_vs_empty: from posix_spawn to the end of a program that links the shared library, opens a client on a stored lease and
 * checks it, against a program that does nothing. fingerprint_*_us: what a fresh process measures around its first two calls.
 */
#include <stdlib.h>

#include "child.h"
#include "figures.h"
#include "measure.h"
#include "till.h"

enum { PAIRS = 400, PAIRS_QUICK = 5, PROCESSES = 200, PROCESSES_QUICK = 3, SETTLE = 3 };

static pl_err time_program(const char *const *arguments, double *ns)
{
    double began = wall_ns();
    child_t child;
    pl_err err;

    if ((err = child_start(arguments, false, NULL, &child)) || (err = child_wait(&child)))
        return err;
    *ns = wall_ns() - began;
    return PL_OK;
}

static pl_err compare(bench_t *bench, const till_t *till)
{
    const char *const check[] = {BENCH_COLD_CHECK, till->data, till->issuer.roots_jwks.data, till->hardware, NULL};
    const char *const empty[] = {BENCH_COLD_EMPTY, NULL};
    samples_t checks = {.count = 0}, empties = {.count = 0}, ratios = {.count = 0};
    int pairs = bench->is_quick ? PAIRS_QUICK : PAIRS;

    for (int i = -SETTLE; i < pairs; i++) {
        double with, without;
        pl_err err;

        if ((err = time_program(i % 2 ? check : empty, i % 2 ? &with : &without)) ||
            (err = time_program(i % 2 ? empty : check, i % 2 ? &without : &with)))
            return err;
        if (i < 0)
            continue;
        samples_add(&checks, with);
        samples_add(&empties, without);
        samples_add(&ratios, with / without);
    }
    figure_set(bench, COLD_START_VS_EMPTY, samples_median(&ratios), "%.2f ms against %.2f ms, %d pairs, %s",
               samples_median(&checks) / 1e6, samples_median(&empties) / 1e6, pairs,
               till->is_this_machine ? "this machine's hardware" : "an office PC's hardware");
    return PL_OK;
}

pl_err bench_cold(bench_t *bench)
{
    till_t till;
    pl_err err = till_make(bench, &till);

    if (!err)
        err = compare(bench, &till);
    till_remove(&till);
    return err;
}

/* The child prints both times in ns. */
static pl_err read_times(samples_t *firsts, samples_t *seconds)
{
    const char *const arguments[] = {BENCH_FRESH_FINGERPRINT, NULL};
    double first = 0, second = 0;
    char *end = NULL;
    pl_buf out;
    pl_err err;

    pl_buf_init(&out);
    err = child_run(arguments, &out);
    if (!err)
        first = strtod(out.data, &end);
    if (!err)
        second = strtod(end, NULL);
    pl_buf_reset(&out);
    samples_add(firsts, first);
    samples_add(seconds, second);
    return err;
}

pl_err bench_fingerprint(bench_t *bench)
{
    samples_t firsts = {.count = 0}, seconds = {.count = 0};
    int processes = bench->is_quick ? PROCESSES_QUICK : PROCESSES;

    for (int i = 0; i < processes; i++) {
        pl_err err = read_times(&firsts, &seconds);

        if (err)
            return err;
    }
    figure_set(bench, FINGERPRINT_FIRST_US, samples_median(&firsts) / 1e3, "%d fresh processes", processes);
    figure_set(bench, FINGERPRINT_AGAIN_US, samples_median(&seconds) / 1e3, "second call of the same processes");
    return PL_OK;
}
