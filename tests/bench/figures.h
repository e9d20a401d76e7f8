/* SPDX-License-Identifier: Apache-2.0
 *
 * The figures: their names, goals, and where a run keeps them. What each means is in docs/PERFORMANCE.md.
 */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

typedef enum {
    VERIFY_VS_SODIUM,
    HOT_CHECK_NS,
    COLD_START_VS_EMPTY,
    FINGERPRINT_FIRST_US,
    FINGERPRINT_AGAIN_US,
    LIBRARY_TEXT_KB,
    VALIDATE_CPU_VS_SIGN,
    VALIDATE_CPU_VS_PARTS,
    VALIDATE_VS_TRIVIAL_64,
    VALIDATE_VS_TRIVIAL_128,
    VALIDATE_VS_TRIVIAL_256,
    VALIDATE_VS_TRIVIAL_512,
    BEAT_VS_TRIVIAL_64,
    BEAT_VS_TRIVIAL_512,
    BEAT_CPU_VS_TRIVIAL,
    ACTIVATIONS_VS_SINGLE_COMMITS,
    IDLE_CONNECTION_KB,
    MILLION_LICENSES_MB,
    FIGURE_COUNT
} figure_t;

enum { NOTE_SIZE = 160, DIRECTORY_SIZE = 512 };

/* One run of the program. */
typedef struct {
    bool is_quick;         /* only to show that everything runs: the figures mean nothing */
    int64_t licenses;      /* in the database of MILLION_LICENSES_MB */
    const char *directory; /* where temporary directories are made: on a real disk */
    bool is_measured[FIGURE_COUNT];
    double value[FIGURE_COUNT];
    char note[FIGURE_COUNT][NOTE_SIZE];
} bench_t;

const char *figure_name(figure_t figure);
void figure_set(bench_t *bench, figure_t figure, double value, const char *format, ...) PL_PRINTF(4, 5);
void figures_print(const bench_t *bench, FILE *out);
/* One object, a member for each figure that was measured. */
pl_err figures_write_json(const bench_t *bench, const char *path);

/* The groups: each measures the figures named after it. */
pl_err bench_verify(bench_t *bench);      /* VERIFY_VS_SODIUM */
pl_err bench_hot(bench_t *bench);         /* HOT_CHECK_NS */
pl_err bench_cold(bench_t *bench);        /* COLD_START_VS_EMPTY */
pl_err bench_fingerprint(bench_t *bench); /* FINGERPRINT_FIRST_US, FINGERPRINT_AGAIN_US */
pl_err bench_library(bench_t *bench);     /* LIBRARY_TEXT_KB */
pl_err bench_cpu(bench_t *bench);         /* VALIDATE_CPU_VS_SIGN, VALIDATE_CPU_VS_PARTS */
pl_err bench_throughput(bench_t *bench);  /* VALIDATE_VS_TRIVIAL_* */
pl_err bench_beats(bench_t *bench);       /* BEAT_VS_TRIVIAL_*, BEAT_CPU_VS_TRIVIAL */
pl_err bench_activations(bench_t *bench); /* ACTIVATIONS_VS_SINGLE_COMMITS */
pl_err bench_idle(bench_t *bench);        /* IDLE_CONNECTION_KB */
pl_err bench_million(bench_t *bench);     /* MILLION_LICENSES_MB */

#endif
