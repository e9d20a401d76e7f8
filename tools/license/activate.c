/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license activate: a license key becomes a seat on this machine. The key may come from a file or from standard input,
 * since a command line is seen by other accounts and kept in the shell's history.
 */
#include "session.h"

#include <string.h>

#include "crypto/crypto.h"
#include "license/license_key.h"

enum { KEY_FILE_MAX = 4096 };

typedef struct {
    common_t common;
    const char *key;
    const char *key_file;
    const char *device_name;
} activate_t;

static const option_t options[] = {
    {"KEY", OPTION_OPERAND, offsetof(activate_t, key), false, "KEY", "the license key; - reads it from standard input", 0, 0},
    {"key-file", OPTION_TEXT, offsetof(activate_t, key_file), false, "FILE", "read the key from the first line of FILE", 0, 0},
    {"device-name", OPTION_TEXT, offsetof(activate_t, device_name), false, "NAME", "what the vendor sees; else the host name", 0,
     0},
};

/* The first line, without blanks around it. */
static pl_err take_line(pl_span text, char key[PL_LICENSE_KEY_MAX + 1])
{
    const char *end = memchr(text.data, '\n', text.size);
    size_t size = end ? (size_t)(end - text.data) : text.size;
    const char *from = text.data;

    while (size > 0 && strchr(" \t\r", from[size - 1]))
        size--;
    while (size > 0 && strchr(" \t", *from)) {
        from++;
        size--;
    }
    if (size == 0)
        return pl_fail(PL_ERR_NO_KEY, "the first line that was read is empty");
    if (size > PL_LICENSE_KEY_MAX)
        return pl_fail(PL_ERR_INVALID, "a license key has at most %d characters", PL_LICENSE_KEY_MAX);
    memcpy(key, from, size);
    key[size] = '\0';
    return PL_OK;
}

static pl_err read_key(const tool_t *tool, const char *path, char key[PL_LICENSE_KEY_MAX + 1])
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    err = session_read_file(tool, path, KEY_FILE_MAX, &text);
    if (!err)
        err = take_line(text.data ? pl_buf_span(&text) : pl_span_text(""), key);
    pl_buf_reset(&text);
    return err;
}

/* *chosen NULL: the key that is stored. */
static pl_err choose_key(const tool_t *tool, const activate_t *activate, char key[PL_LICENSE_KEY_MAX + 1], const char **chosen)
{
    const char *path = activate->key_file;

    if (activate->key && path)
        return pl_fail(PL_ERR_INVALID, "the key is given twice: as a word and with --key-file");
    if (activate->key && strcmp(activate->key, "-") == 0)
        path = activate->key;
    *chosen = path ? key : activate->key;
    return path ? read_key(tool, path, key) : PL_OK;
}

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
    if (license && (result == POSPAL_OK || result == POSPAL_ERROR_DENIED)) {
        tool_exit worth = session_show(tool, license);

        code = code ? code : worth;
    }
    pospal_license_free(license);
    pospal_client_close(client);
    return code;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const activate_t *activate = values;
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    const char *chosen = NULL;
    pl_err err = choose_key(tool, activate, key, &chosen);
    tool_exit code = err ? tool_fail_plainly(tool, err) : activate_with(tool, activate, chosen);

    pl_wipe(key, sizeof key);
    return code;
}

const command_t command_activate = {
    .name = "activate",
    .summary = "activate this machine with a license key",
    .notes = "Without a key the stored one is used. Repeating it is harmless: a machine always gets its own seat back.\n",
    .example = "activate --key-file key.txt --product till --roots root-keys.json --server https://license.example.com",
    .uses = USES_CLIENT | USES_SERVER,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
