/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks, medians, and two pieces of work measured in turns. A ratio is taken in each round between two samples that stand next to
 * each other, so that whatever else the machine does meanwhile slows both; the median over the rounds is the figure.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

enum { SAMPLES_MAX = 2048 };

typedef struct {
    double values[SAMPLES_MAX];
    size_t count;
} samples_t;

void samples_add(samples_t *samples, double value); /* beyond SAMPLES_MAX it is dropped */
double samples_median(samples_t *samples);          /* sorts them; 0 where there is none */

double wall_ns(void);
double thread_cpu_ns(void);
/* CPU time of another process, user and system. PL_ERR_IO when it is gone. */
pl_err process_cpu_ns(pid_t pid, double *ns);

typedef struct {
    pl_err (*run)(void *context);
    void *context;
    int times; /* runs in one sample: long enough for the clock, short enough that a disturbance spoils few samples */
} work_t;

typedef struct {
    double first_ns; /* CPU time of one run, median */
    double second_ns;
    double ratio; /* first to second */
} pair_t;

/* CPU time of one run, over one sample. */
pl_err measure_sample(const work_t *work, double *ns);
/* Median over rounds samples. */
pl_err measure_one(const work_t *work, int rounds, double *ns);
pl_err measure_pair(const work_t *first, const work_t *second, int rounds, pair_t *pair);

#endif
