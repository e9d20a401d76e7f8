/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license activate: a license key becomes a seat on this machine.
 */
#include "crypto/crypto.h"
#include "key_word.h"
#include "session.h"

typedef struct {
    common_t common;
    key_word_t key;
    const char *device_name;
} activate_t;

static const option_t options[] = {
    KEY_WORD_OPTIONS(activate_t, key),
    {"device-name", OPTION_TEXT, offsetof(activate_t, device_name), false, "NAME", "what the vendor sees; else the host name", 0,
     0},
};

static tool_exit activate_with(tool_t *tool, const activate_t *activate, const char *key)
{
    pospal_license *license = NULL;
    pospal_client *client;
    pospal_result_t result;
    tool_exit code = session_open(tool, &activate->common, activate->device_name, &client);

    if (code)
        return code;
    result = pospal_client_activate(client, key, &license);
    if (result != POSPAL_OK)
        code = tool_fail_result(tool, result);
    /* what is held is of interest where a decision was had, not where the key could not even be sent */
    if (license && (result == POSPAL_OK || result == POSPAL_ERROR_DENIED))
        code = session_tell(tool, result, license);
    if (result == POSPAL_OK && !code)
        code = session_check_stored(tool, client);
    pospal_license_free(license);
    pospal_client_close(client);
    return code;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const activate_t *activate = values;
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    const char *chosen = NULL;
    pl_err err = key_word_read(tool, &activate->key, key, &chosen);
    tool_exit code = err ? tool_fail_plainly(tool, err) : activate_with(tool, activate, chosen);

    pl_wipe(key, sizeof key);
    return code;
}

const command_t command_activate = {
    .name = "activate",
    .summary = "activate this machine with a license key",
    .notes = "Without a key the stored one is used. Repeating it is harmless: a machine always gets its own seat back.\n"
             "A key that is refused takes nothing away: exit code 7 says that the license held before goes on.\n",
    .example = "activate --key-file key.txt --product till --roots root-keys.json --server https://license.example.com",
    .uses = USES_CLIENT | USES_SERVER,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
