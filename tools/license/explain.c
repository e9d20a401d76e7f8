/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license explain: what the fingerprint was made of and, where the root keys are given, what changed since activation.
 */
#include "session.h"

typedef struct {
    common_t common;
    const char *roots;
} explain_t;

static const option_t options[] = {
    {"roots", OPTION_TEXT, offsetof(explain_t, roots), false, "FILE", "the brand's root public keys: compare with the activation",
     0, 0},
};

/* Without root keys nothing stored can be believed, so there is nothing to compare with. */
static tool_exit explain_machine(tool_t *tool, const common_t *common)
{
    pl_probe_report report;
    pl_buf text;
    pl_err err;

    if ((err = pl_probe_read(common->hardware_root ? common->hardware_root : "", &report)))
        return tool_fail(tool, err);
    pl_buf_init(&text);
    pl_device_explain(&report, common->product, NULL, tool->sheet.is_json, &text);
    pl_probe_wipe(&report);
    if (!(err = text.err))
        sheet_put_whole(&tool->sheet, text.data);
    pl_buf_reset(&text);
    return err ? tool_fail(tool, err) : TOOL_OK;
}

static tool_exit explain_client(tool_t *tool, const common_t *common)
{
    pospal_client *client;
    pospal_result_t result;
    char *text = NULL;
    tool_exit code = session_open(tool, common, NULL, &client);

    if (code)
        return code;
    if ((result = pospal_client_explain(client, tool->sheet.is_json, &text)) == POSPAL_OK)
        sheet_put_whole(&tool->sheet, text);
    else
        code = tool_fail_result(tool, result);
    pospal_text_free(text);
    pospal_client_close(client);
    return code;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const explain_t *explain = values;
    common_t common = explain->common;

    if (!explain->roots)
        return explain_machine(tool, &common);
    common.roots = explain->roots;
    return explain_client(tool, &common);
}

const command_t command_explain = {
    .name = "explain",
    .summary = "explain this machine's fingerprint: what was read from where, what survives cloning",
    .example = "explain --product till --roots root-keys.json",
    .uses = USES_PRODUCT | USES_STATE | USES_HARDWARE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
