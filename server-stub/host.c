/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the operating system.
 */
#include "host.h"

#include <sys/resource.h>
#include <unistd.h>

enum { OTHER_FILES = 256 };

size_t host_loops(const config_t *config, size_t max)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (config->loops > 0)
        return (size_t)config->loops;
    return processors < 1 ? 1 : (size_t)processors > max ? max : (size_t)processors;
}

void host_raise_file_limit(const config_t *config, const pl_log *log)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)config->connections + OTHER_FILES;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        pl_log_write(log, PL_LOG_WARN, "only %llu open files are allowed here; %lld connections may be too many",
                     (unsigned long long)limit.rlim_cur, (long long)config->connections);
}
