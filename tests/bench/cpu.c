/* SPDX-License-Identifier: Apache-2.0
 *
 * validate_cpu_vs_sign, validate_cpu_vs_parts: the server's CPU time per validate request, against one bare Ed25519 signature of as many
 * bytes, and against the sum of its parts: a trivial request, parsing, looking up, building and signing. Each round measures all of
 * them one after another.
 */
#include "figures.h"
#include "load.h"
#include "parts.h"

enum { LICENSES = 1000, LICENSES_QUICK = 20, CONNECTIONS = 64, ROUNDS = 15, ROUNDS_QUICK = 2, PART_ROUNDS = 15 };

static const double slice_s = 0.3, slice_quick_s = 0.02;

typedef struct {
    load_t *load;
    calls_t validate, trivial;
    parts_t parts;
    double seconds;
    samples_t vs_sign, vs_parts, request, bare, parse, look_up, answer, sign;
} costs_t;

static double per_request(const load_result_t *result)
{
    return result->server_cpu_ns / (double)result->replies;
}

static pl_err run_round(costs_t *c)
{
    load_result_t validate, trivial;
    parts_cost_t cost;
    double sum;
    pl_err err;

    if ((err = load_run(c->load, &c->trivial, c->seconds, &trivial)) ||
        (err = load_run(c->load, &c->validate, c->seconds, &validate)) || (err = parts_measure(&c->parts, PART_ROUNDS, &cost)))
        return err;
    sum = per_request(&trivial) + cost.parse + cost.look_up + cost.build_and_sign;
    samples_add(&c->vs_sign, per_request(&validate) / cost.bare_sign);
    samples_add(&c->vs_parts, per_request(&validate) / sum);
    samples_add(&c->request, per_request(&validate));
    samples_add(&c->bare, per_request(&trivial));
    samples_add(&c->parse, cost.parse);
    samples_add(&c->look_up, cost.look_up);
    samples_add(&c->answer, cost.build_and_sign);
    samples_add(&c->sign, cost.bare_sign);
    return PL_OK;
}

static double us(samples_t *samples)
{
    return samples_median(samples) / 1e3;
}

static pl_err measure(bench_t *bench, costs_t *c)
{
    int rounds = bench->is_quick ? ROUNDS_QUICK : ROUNDS;
    load_result_t warm;
    pl_err err = load_run(c->load, &c->validate, c->seconds, &warm);

    for (int i = 0; i < rounds && !err; i++)
        err = run_round(c);
    if (err)
        return err;
    figure_set(bench, VALIDATE_CPU_VS_SIGN, samples_median(&c->vs_sign), "%.1f us against %.1f us, %zu bytes signed",
               us(&c->request), us(&c->sign), c->parts.signing_input);
    figure_set(bench, VALIDATE_CPU_VS_PARTS, samples_median(&c->vs_parts),
               "request %.1f + parse %.1f + look-up %.1f + build %.1f + sign %.1f us", us(&c->bare), us(&c->parse),
               us(&c->look_up), us(&c->answer) - us(&c->sign), us(&c->sign));
    return PL_OK;
}

pl_err bench_cpu(bench_t *bench)
{
    static costs_t c;
    site_t site;
    pl_err err;

    c.seconds = bench->is_quick ? slice_quick_s : slice_s;
    if (!(err = site_open(bench, bench->is_quick ? LICENSES_QUICK : LICENSES, &site)) && !(err = calls_trivial(&c.trivial)) &&
        !(err = calls_validate(&site.shop, &c.validate)) && !(err = load_open(&site.server, CONNECTIONS, &c.load))) {
        pl_span call = c.validate.items[0];
        const char *body = memmem(call.data, call.size, "\r\n\r\n", 4);

        err = parts_open(&site.shop, pl_span_of(body + 4, call.size - (size_t)(body + 4 - call.data)), &c.parts);
        if (!err)
            err = measure(bench, &c);
        parts_close(&c.parts);
    }
    load_close(c.load);
    calls_free(&c.trivial);
    calls_free(&c.validate);
    return site_close(&site, err);
}
