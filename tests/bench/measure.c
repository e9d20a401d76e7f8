/* SPDX-License-Identifier: Apache-2.0
 *
 * Measuring; see measure.h.
 */
#include "measure.h"

#include <stdlib.h>
#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double wall_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double thread_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

pl_err process_cpu_ns(pid_t pid, double *ns)
{
    struct timespec now;
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &now))
        return pl_fail(PL_ERR_IO, "the CPU time of process %d can't be read", (int)pid);
    *ns = (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
    return PL_OK;
}

void samples_add(samples_t *samples, double value)
{
    if (samples->count < SAMPLES_MAX)
        samples->values[samples->count++] = value;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double samples_median(samples_t *samples)
{
    size_t half = samples->count / 2;

    if (!samples->count)
        return 0;
    qsort(samples->values, samples->count, sizeof samples->values[0], by_size);
    return samples->count % 2 ? samples->values[half] : (samples->values[half - 1] + samples->values[half]) / 2;
}

pl_err measure_sample(const work_t *work, double *ns)
{
    double began = thread_cpu_ns();
    pl_err err = PL_OK;

    for (int i = 0; i < work->times && !err; i++)
        err = work->run(work->context);
    *ns = (thread_cpu_ns() - began) / work->times;
    return err;
}

pl_err measure_one(const work_t *work, int rounds, double *ns)
{
    samples_t samples = {.count = 0};

    for (int i = 0; i < rounds; i++) {
        double sample;
        pl_err err = measure_sample(work, &sample);

        if (err)
            return err;
        samples_add(&samples, sample);
    }
    *ns = samples_median(&samples);
    return PL_OK;
}

pl_err measure_pair(const work_t *first, const work_t *second, int rounds, pair_t *pair)
{
    samples_t firsts = {.count = 0}, seconds = {.count = 0}, ratios = {.count = 0};

    for (int round = 0; round < rounds; round++) {
        double a, b;
        pl_err err;

        if ((err = round % 2 ? measure_sample(second, &b) : measure_sample(first, &a)) ||
            (err = round % 2 ? measure_sample(first, &a) : measure_sample(second, &b)))
            return err;
        samples_add(&firsts, a);
        samples_add(&seconds, b);
        samples_add(&ratios, a / b);
    }
    *pair = (pair_t){samples_median(&firsts), samples_median(&seconds), samples_median(&ratios)};
    return PL_OK;
}
