/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license version.
 */
#include "command.h"

static tool_exit run(tool_t *tool, const void *values)
{
    (void)values;
    if (tool->sheet.is_json)
        sheet_text(&tool->sheet, "version", pospal_version());
    else
        sheet_put_whole(&tool->sheet, pospal_version());
    return TOOL_OK;
}

const command_t command_version = {
    .name = "version",
    .summary = "print the version",
    .example = "version",
    .run = run,
};
