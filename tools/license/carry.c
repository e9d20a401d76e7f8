/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license request, release: the texts that a person carries from a machine without network to the vendor.
 */
#include "crypto/crypto.h"
#include "key_word.h"
#include "qr_show.h"

typedef struct {
    common_t common;
    key_word_t key;
    qr_options_t qr;
} carry_t;

static const option_t request_options[] = {
    KEY_WORD_OPTIONS(carry_t, key),
    {"qr", OPTION_FLAG, offsetof(carry_t, qr.qr), false, NULL, "show it as a QR code too", 0, 0},
    QR_FILE_OPTIONS(carry_t),
};

static const option_t release_options[] = {
    {"qr", OPTION_FLAG, offsetof(carry_t, qr.qr), false, NULL, "show it as a QR code too", 0, 0},
    QR_FILE_OPTIONS(carry_t),
};

static tool_exit make_request(tool_t *tool, const carry_t *carry, const char *key)
{
    pospal_client *client;
    pospal_result_t result;
    char *text = NULL;
    tool_exit code = session_open(tool, &carry->common, NULL, &client);

    if (code)
        return code;
    if ((result = pospal_client_export_request(client, key, &text)) == POSPAL_OK)
        code = qr_show_text(tool, &carry->qr, "request", text);
    else
        code = tool_fail_result(tool, result);
    pospal_text_free(text);
    pospal_client_close(client);
    return code;
}

static tool_exit run_request(tool_t *tool, const void *values)
{
    const carry_t *carry = values;
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    const char *chosen = NULL;
    pl_err err = key_word_read(tool, &carry->key, key, &chosen);
    tool_exit code = err ? tool_fail_plainly(tool, err) : make_request(tool, carry, chosen);

    pl_wipe(key, sizeof key);
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
        "Without a key the stored one is used. The vendor answers it with `pospal-validator license answer`; `answer` takes the\n"
        "answer in. The license key is in it.\n",
    .example = "request ABCD-... --product till --roots root-keys.json --qr",
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
