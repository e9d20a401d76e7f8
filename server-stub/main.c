/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-validator: the license server and the commands of its operator.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "crypto/crypto.h"
#include "platform/clock.h"
#include "storage/sqlite_alone.h"

static const char *read_environment(const char *name)
{
    return getenv(name);
}

int main(int argc, char **argv)
{
    cli_world_t world = {stdout, stderr, read_environment, pl_clock_system()};

    if (pl_crypto_ready()) {
        (void)fputs("pospal-validator: the cryptographic library does not work on this machine\n", stderr);
        return CLI_EXIT_FAILED;
    }
    pl_sqlite_alone();
    return (int)cli_run(&world, argc > 0 ? argv + 1 : argv);
}
