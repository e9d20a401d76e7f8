/* SPDX-License-Identifier: Apache-2.0
 *
 * `version`: its own, and those of the libraries that it works with here, in the shape of `pospal-license version`.
 */
#include "cli/command.h"
#include "command_line/versions.h"

static void put(cli_t *cli, const char *library, const char *version, bool is_json)
{
    const char *text = version[0] ? version : "not here";

    if (is_json)
        pl_json_put_text(&cli->json, library, text);
    else
        (void)fprintf(cli->out, "%s %s\n", library, text);
}

static pl_err run_version(cli_t *cli, const void *values)
{
    bool is_json = ((const cli_common_t *)values)->json;
    char version[PL_VERSION_TEXT_SIZE];

    if (is_json) {
        pl_json_put_text(&cli->json, "version", POSPAL_VERSION_STRING);
        pl_json_open(&cli->json, "libraries", '{');
    } else {
        put(cli, "pospal-validator", POSPAL_VERSION_STRING, false);
    }
    pl_sodium_version(version);
    put(cli, "libsodium", version, is_json);
    pl_mbedtls_version(version);
    put(cli, "mbedtls", version, is_json);
    versions_sqlite(version);
    put(cli, "sqlite", version, is_json);
    if (is_json)
        pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_version = {
    .name = "version",
    .summary = "print the version, and those of the libraries that are in use, a line each",
    .example = "version",
    .needs = CLI_NO_DATA,
    .run = run_version,
    .prints_itself = true,
};
