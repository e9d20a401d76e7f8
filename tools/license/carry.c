/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license request, release: the texts that a person carries from a machine without network to the vendor.
 */
#include "qr_show.h"

typedef struct {
    common_t common;
    const char *key;
    qr_options_t qr;
} carry_t;

static const option_t request_options[] = {
    {"key", OPTION_TEXT, offsetof(carry_t, key), false, "KEY", "the license key; else the one that is stored", 0, 0},
    {"qr", OPTION_FLAG, offsetof(carry_t, qr.qr), false, NULL, "show it as a QR code too", 0, 0},
    QR_FILE_OPTIONS(carry_t),
};

static const option_t release_options[] = {
    {"qr", OPTION_FLAG, offsetof(carry_t, qr.qr), false, NULL, "show it as a QR code too", 0, 0},
    QR_FILE_OPTIONS(carry_t),
};

static tool_exit run_request(tool_t *tool, const void *values)
{
    const carry_t *carry = values;
    pospal_client *client;
    pospal_result_t result;
    char *text = NULL;
    tool_exit code = session_open(tool, &carry->common, NULL, &client);

    if (code)
        return code;
    if ((result = pospal_client_export_request(client, carry->key, &text)) == POSPAL_OK)
        code = qr_show_text(tool, &carry->qr, "request", text);
    else
        code = tool_fail_result(tool, result);
    pospal_text_free(text);
    pospal_client_close(client);
    return code;
}

static tool_exit run_release(tool_t *tool, const void *values)
{
    const carry_t *carry = values;
    pospal_client *client;
    pospal_result_t result;
    char *text = NULL;
    tool_exit code = session_open(tool, &carry->common, NULL, &client);

    if (code)
        return code;
    if ((result = pospal_client_export_release(client, &text)) == POSPAL_OK)
        code = qr_show_text(tool, &carry->qr, "proof", text);
    else
        code = tool_fail_result(tool, result);
    pospal_text_free(text);
    pospal_client_close(client);
    return code;
}

const command_t command_request = {
    .name = "request",
    .summary = "print an activation request to carry to the vendor",
    .notes =
        "The vendor answers it with `pospal-validator license answer`; `import` takes the answer in. The license key is in it.\n",
    .example = "request --key ABCD-... --product till --roots root-keys.json --qr",
    .uses = USES_CLIENT,
    .options = request_options,
    .option_count = sizeof request_options / sizeof *request_options,
    .run = run_request,
};

const command_t command_release = {
    .name = "release",
    .summary = "give this machine's seat back without network: print a proof to carry",
    .notes = "The vendor frees the seat with `pospal-validator license release`. The lease is forgotten at once; asked again, "
             "the same\n"
             "proof is printed, until the machine is activated again.\n",
    .example = "release --product till --roots root-keys.json --qr",
    .uses = USES_CLIENT,
    .options = release_options,
    .option_count = sizeof release_options / sizeof *release_options,
    .run = run_release,
};
