/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license deactivate: the seat goes back to the vendor.
 */
#include "session.h"

static tool_exit run(tool_t *tool, const void *values)
{
    pospal_client *client;
    pospal_result_t result;
    tool_exit code = session_open(tool, values, NULL, &client);

    if (code)
        return code;
    if ((result = pospal_client_deactivate(client)) == POSPAL_OK)
        sheet_bool(&tool->sheet, "released", true);
    else
        code = tool_fail_result(tool, result);
    pospal_client_close(client);
    return code;
}

const command_t command_deactivate = {
    .name = "deactivate",
    .summary = "give this machine's seat back",
    .notes = "The license key stays stored, so that `activate` without a key takes a seat again.\n",
    .example = "deactivate --product till --roots root-keys.json --server https://license.example.com",
    .uses = USES_CLIENT | USES_SERVER,
    .run = run,
};
