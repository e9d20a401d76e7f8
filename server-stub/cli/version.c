/* SPDX-License-Identifier: Apache-2.0
 *
 * `version`.
 */
#include "cli/command.h"

static pl_err run_version(cli_t *cli, const void *values)
{
    (void)values;
    pl_json_put_text(&cli->json, "version", POSPAL_VERSION_STRING);
    return PL_OK;
}

const command_t command_version = {
    .name = "version",
    .summary = "print the version",
    .example = "version",
    .needs = CLI_NO_DATA,
    .run = run_version,
};
