/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-validator, whole, by a clock that a test moves: POSPAL_TEST_CLOCK names a file whose first eight bytes are the milliseconds, in
 * this machine's order, by which it is ahead of the machine's. Wall time and uptime go together, as if the time had really passed.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"
#include "crypto/crypto.h"
#include "platform/clock.h"
#include "storage/sqlite_alone.h"

typedef struct {
    pl_clock system;
    _Atomic int64_t *ahead_ms; /* in the file */
} moved_clock;

static void read_moved(void *context, pl_time *now)
{
    const moved_clock *clock = context;
    int64_t ahead_ms = atomic_load(clock->ahead_ms);

    *now = pl_clock_read(&clock->system);
    now->wall_ms += ahead_ms;
    now->boot_ms += ahead_ms;
}

static const char *read_environment(const char *name)
{
    return getenv(name);
}

static _Atomic int64_t *map_file(const char *path)
{
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *bytes = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);

    if (file >= 0)
        (void)close(file);
    return bytes == MAP_FAILED ? NULL : bytes;
}

int main(int argc, char **argv)
{
    moved_clock moved = {pl_clock_system(), map_file(getenv("POSPAL_TEST_CLOCK"))};
    cli_world_t world = {stdout, stderr, read_environment, {read_moved, &moved}};

    if (!moved.ahead_ms || pl_crypto_ready()) {
        (void)fputs("validator_at: POSPAL_TEST_CLOCK must name a file of eight bytes\n", stderr);
        return CLI_EXIT_FAILED;
    }
    pl_sqlite_alone();
    return (int)cli_run(&world, argc > 0 ? argv + 1 : argv);
}
