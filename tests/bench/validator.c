/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting and watching the validator; see validator.h.
 */
#include "validator.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "measure.h"

static const char greeting[] = "listening on http://127.0.0.1:";

/* Thousands of connections, here and in the server, which inherits it. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static pl_err read_port(int out, int *port)
{
    char line[128];
    size_t size = 0;

    while (size < sizeof line - 1 && read(out, line + size, 1) == 1 && line[size] != '\n')
        size++;
    line[size] = '\0';
    if (strncmp(line, greeting, sizeof greeting - 1) != 0)
        return pl_fail(PL_ERR_STATE, "the validator does not say where it listens: \"%s\"", line);
    *port = (int)strtol(line + sizeof greeting - 1, NULL, 10);
    return PL_OK;
}

pl_err validator_start(const scratch_t *scratch, const shop_t *shop, validator_t *validator)
{
    const char *const arguments[] = {BENCH_VALIDATOR, "serve", "--data", shop->directory, "--listen", "127.0.0.1:0", NULL};
    char log[DIRECTORY_SIZE];
    pl_err err;

    scratch_file(scratch, "validator.log", log);
    raise_file_limit();
    if ((err = child_start(arguments, true, log, &validator->process)))
        return err;
    if ((err = read_port(validator->process.out, &validator->port)))
        (void)validator_stop(validator);
    return err;
}

pl_err validator_stop(validator_t *validator)
{
    pl_err err;

    if (!validator->process.pid)
        return PL_OK;
    (void)kill(validator->process.pid, SIGTERM);
    err = child_wait(&validator->process);
    validator->process.pid = 0;
    return err;
}

pl_err validator_cpu_ns(const validator_t *validator, double *ns)
{
    return process_cpu_ns(validator->process.pid, ns);
}

pl_err validator_memory(const validator_t *validator, double *bytes)
{
    unsigned long whole, resident;
    char path[64];
    FILE *file;
    int got;

    (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)validator->process.pid);
    if (!(file = fopen(path, "r")))
        return pl_fail(PL_ERR_IO, "%s can't be read", path);
    got = fscanf(file, "%lu %lu", &whole, &resident);
    (void)fclose(file);
    *bytes = got == 2 ? (double)resident * (double)sysconf(_SC_PAGESIZE) : 0;
    return got == 2 ? PL_OK : pl_fail(PL_ERR_IO, "%s is not understood", path);
}

pl_err site_open(const bench_t *bench, size_t licenses, site_t *site)
{
    pl_err err;

    memset(site, 0, sizeof *site);
    if ((err = scratch_make(bench, &site->scratch)) || (err = shop_open(&site->scratch, &site->shop)) ||
        (err = shop_issue(&site->shop, licenses)) || (err = shop_activate(&site->shop)))
        return err;
    return validator_start(&site->scratch, &site->shop, &site->server);
}

pl_err site_close(site_t *site, pl_err err)
{
    pl_err stopped = validator_stop(&site->server);

    shop_close(&site->shop);
    scratch_remove(&site->scratch);
    return err ? err : stopped;
}
