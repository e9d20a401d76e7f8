/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license fingerprint: the text that binds a license file to this machine.
 */
#include "session.h"

static void show(sheet_t *sheet, const common_t *common, const pl_fingerprint *fingerprint)
{
    char text[PL_FINGERPRINT_TEXT_SIZE];

    pl_fingerprint_format(fingerprint, text);
    if (!sheet->is_json) {
        sheet_put_whole(sheet, text);
        return;
    }
    sheet_text(sheet, "product", common->product);
    sheet_text(sheet, "fingerprint", text);
    sheet_open_list(sheet, "components");
    for (int i = 0; i < PL_COMPONENT_COUNT; i++)
        if (fingerprint->count[i] > 0)
            sheet_add_item(sheet, "components", pl_component_name((pl_component)i));
    sheet_close_list(sheet);
}

static tool_exit run(tool_t *tool, const void *values)
{
    const common_t *common = values;
    pl_fingerprint fingerprint;
    pl_err err = session_fingerprint(common->hardware_root, common->product, &fingerprint);

    if (err)
        return tool_fail(tool, err);
    show(&tool->sheet, common, &fingerprint);
    return TOOL_OK;
}

const command_t command_fingerprint = {
    .name = "fingerprint",
    .summary = "print this machine's fingerprint for a product, one line",
    .notes = "It differs from product to product and holds no serial number. The vendor gives it to\n"
             "`pospal-validator license file --fingerprint TEXT`.\n",
    .example = "fingerprint --product till",
    .uses = USES_PRODUCT | USES_HARDWARE,
    .run = run,
};
