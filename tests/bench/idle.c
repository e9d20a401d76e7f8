/* SPDX-License-Identifier: Apache-2.0
 *
 * idle_connection_kb: how much resident memory of the server each further keep-alive connection holds after one validate request.
 */
#include "figures.h"
#include "load.h"

enum { LICENSES = 1000, LICENSES_QUICK = 20, WARM = 256, IDLE = 2000, IDLE_QUICK = 20, BYTES_PER_KB = 1000 };

/* Opens that many connections, each of which makes one request and then waits. */
static pl_err open_used(const site_t *site, calls_t *calls, size_t count, load_t **load)
{
    load_result_t result;
    pl_err err = load_open(&site->server, count, load);

    return err ? err : load_run(*load, calls, 0, &result);
}

static pl_err measure(bench_t *bench, const site_t *site, calls_t *calls)
{
    size_t count = bench->is_quick ? IDLE_QUICK : IDLE;
    load_t *warm = NULL, *idle = NULL;
    double before, after;
    pl_err err;

    if (!(err = open_used(site, calls, WARM, &warm)) && !(err = validator_memory(&site->server, &before)) &&
        !(err = open_used(site, calls, count, &idle)) && !(err = validator_memory(&site->server, &after)))
        figure_set(bench, IDLE_CONNECTION_KB, (after - before) / (double)count / BYTES_PER_KB,
                   "%zu more connections, %.1f MB grew to %.1f MB", count, before / 1e6, after / 1e6);
    load_close(idle);
    load_close(warm);
    return err;
}

pl_err bench_idle(bench_t *bench)
{
    calls_t validate = {.items = NULL};
    site_t site;
    pl_err err;

    if (!(err = site_open(bench, bench->is_quick ? LICENSES_QUICK : LICENSES, &site)) &&
        !(err = calls_validate(&site.shop, &validate)))
        err = measure(bench, &site, &validate);
    calls_free(&validate);
    return site_close(&site, err);
}
