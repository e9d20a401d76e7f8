/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license status: what the license is worth, by what is stored or by asking the server.
 */
#include "session.h"

typedef struct {
    common_t common;
    const char *server;
    bool online;
} status_t;

static const option_t options[] = {
    {"online", OPTION_FLAG, offsetof(status_t, online), false, NULL, "ask the server now; needs --server", 0, 0},
    {"server", OPTION_TEXT, offsetof(status_t, server), false, "URL", "the validator, https://host[:port][/path]", 0, 0},
};

static tool_exit check(tool_t *tool, pospal_client *client, pospal_check_mode_t mode)
{
    pospal_license *license = NULL;
    pospal_result_t result = pospal_client_check(client, mode, &license);
    tool_exit failed = result == POSPAL_OK ? TOOL_OK : tool_fail_result(tool, result);
    tool_exit worth;

    /* a key that was lost takes nothing away from the lease */
    if (result == POSPAL_ERROR_NO_LICENSE_KEY && pospal_license_is_usable(license))
        failed = session_tell(tool, result, license);
    else if ((worth = license ? session_show(tool, license) : TOOL_FAILED) && !failed)
        failed = worth;
    pospal_license_free(license);
    return failed;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const status_t *status = values;
    common_t common = status->common;
    pospal_client *client;
    tool_exit code;

    if (status->online && !status->server)
        return tool_fail_plainly(tool, pl_fail(PL_ERR_NO_SERVER, "--online needs --server URL"));
    common.server = status->server;
    if ((code = session_open(tool, &common, NULL, &client)))
        return code;
    code = check(tool, client, status->online ? POSPAL_CHECK_ONLINE : POSPAL_CHECK_LOCAL);
    pospal_client_close(client);
    return code;
}

const command_t command_status = {
    .name = "status",
    .summary = "print what the license is worth now",
    .notes = "Without --online the network is not touched: what is stored on this machine answers.\n",
    .example = "status --product till --roots root-keys.json --online --server https://license.example.com",
    .uses = USES_CLIENT | USES_NETWORK,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
