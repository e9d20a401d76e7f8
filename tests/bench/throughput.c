/* SPDX-License-Identifier: Apache-2.0
 *
 * validate_vs_trivial_N: validate requests per second, against the trivial route of the same server, over the same N connections, in
 * short slices by turns.
 */
#include "figures.h"
#include "load.h"
#include "measure.h"

enum { LICENSES = 1000, LICENSES_QUICK = 20, ROUNDS = 9, ROUNDS_QUICK = 2 };

static const double slice_s = 0.25, slice_quick_s = 0.02;

static const struct {
    figure_t figure;
    size_t connections;
} cases[] = {
    {VALIDATE_VS_TRIVIAL_64, 64},
    {VALIDATE_VS_TRIVIAL_128, 128},
    {VALIDATE_VS_TRIVIAL_256, 256},
    {VALIDATE_VS_TRIVIAL_512, 512},
};

typedef struct {
    load_t *load;
    calls_t *validate;
    calls_t *trivial;
    double seconds;
    samples_t validates, trivials, ratios;
} contest_t;

static pl_err run_round(contest_t *contest)
{
    load_result_t validate, trivial;
    double validates, trivials;
    pl_err err;

    if ((err = load_run(contest->load, contest->trivial, contest->seconds, &trivial)) ||
        (err = load_run(contest->load, contest->validate, contest->seconds, &validate)))
        return err;
    validates = (double)validate.replies / validate.seconds;
    trivials = (double)trivial.replies / trivial.seconds;
    samples_add(&contest->validates, validates);
    samples_add(&contest->trivials, trivials);
    samples_add(&contest->ratios, validates / trivials);
    return PL_OK;
}

static pl_err run_case(bench_t *bench, site_t *site, size_t index, contest_t *contest)
{
    int rounds = bench->is_quick ? ROUNDS_QUICK : ROUNDS;
    pl_err err;

    contest->validates.count = contest->trivials.count = contest->ratios.count = 0;
    if ((err = load_open(&site->server, cases[index].connections, &contest->load)))
        return err;
    err = run_round(contest);
    contest->validates.count = contest->trivials.count = contest->ratios.count = 0; /* that was to warm up */
    for (int i = 0; i < rounds && !err; i++)
        err = run_round(contest);
    load_close(contest->load);
    if (!err)
        figure_set(bench, cases[index].figure, samples_median(&contest->ratios), "%.0f/s against %.0f/s, %zu connections",
                   samples_median(&contest->validates), samples_median(&contest->trivials), cases[index].connections);
    return err;
}

pl_err bench_throughput(bench_t *bench)
{
    static contest_t contest;
    calls_t validate = {.items = NULL}, trivial = {.items = NULL};
    site_t site;
    pl_err err;

    contest = (contest_t){.validate = &validate, .trivial = &trivial, .seconds = bench->is_quick ? slice_quick_s : slice_s};
    if (!(err = site_open(bench, bench->is_quick ? LICENSES_QUICK : LICENSES, &site)) && !(err = calls_trivial(&trivial)))
        err = calls_validate(&site.shop, &validate);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0] && !err; i++)
        err = run_case(bench, &site, i, &contest);
    calls_free(&trivial);
    calls_free(&validate);
    return site_close(&site, err);
}
