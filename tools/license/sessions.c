/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license sessions: who uses the license at this moment, and freeing a seat that is stuck. The tool keeps no seat itself: what it
 * takes over it gives back at once.
 */
#include "crypto/crypto.h"
#include "key_word.h"
#include "session.h"

#include <string.h>

enum { HOLDERS_MAX = 32 };

typedef struct {
    common_t common;
    key_word_t key;
    const char *take_over;
    const char *reason;
} sessions_t;

static const option_t options[] = {
    KEY_WORD_OPTIONS(sessions_t, key),
    {"take-over", OPTION_TEXT, offsetof(sessions_t, take_over), false, "SESSION",
     "free the seat of that session, or \"oldest\": of the longest silent", 0, 0},
    {"reason", OPTION_TEXT, offsetof(sessions_t, reason), false, "TEXT", "what whoever loses the seat is told; needed for that",
     0, 0},
};

static void show_holder(sheet_t *sheet, const pospal_holder_t *holder)
{
    sheet_text(sheet, "session", holder->session_id);
    sheet_text(sheet, "activation", holder->activation_id);
    sheet_text(sheet, "device", holder->device_name);
    sheet_time(sheet, "since", holder->since);
    sheet_time(sheet, "seen", holder->seen);
    sheet_bool(sheet, "this_device", holder->is_this_device != 0);
}

/* People read one seat after the other, programs a list. */
static void show(tool_t *tool, const pospal_holder_t *holders, size_t count)
{
    sheet_int(&tool->sheet, "in_use", (int64_t)count);
    sheet_open_table(&tool->sheet, "sessions");
    for (size_t i = 0; i < count && i < HOLDERS_MAX; i++) {
        sheet_open_row(&tool->sheet);
        show_holder(&tool->sheet, &holders[i]);
        sheet_close_row(&tool->sheet);
    }
    sheet_close_table(&tool->sheet);
}

static tool_exit list(tool_t *tool, pospal_client *client)
{
    pospal_holder_t holders[HOLDERS_MAX] = {{.size = sizeof *holders}};
    size_t count = 0;
    pospal_result_t result = pospal_session_holders(client, holders, HOLDERS_MAX, &count);

    if (result != POSPAL_OK)
        return tool_fail_result(tool, result);
    show(tool, holders, count);
    return TOOL_OK;
}

static tool_exit free_seat(tool_t *tool, pospal_client *client, const sessions_t *values)
{
    const char *whose = strcmp(values->take_over, "oldest") == 0 ? NULL : values->take_over;
    pospal_session *session = NULL;
    pospal_result_t result = pospal_session_take_over(client, whose, values->reason, &session, NULL);

    if (result != POSPAL_OK)
        return tool_fail_result(tool, result);
    pospal_session_end(session);
    sheet_bool(&tool->sheet, "freed", true);
    return list(tool, client);
}

static tool_exit run_with(tool_t *tool, const sessions_t *sessions, const char *key)
{
    pospal_client *client;
    tool_exit code = session_open_with_key(tool, &sessions->common, key, &client);

    if (code)
        return code;
    code = sessions->take_over ? free_seat(tool, client, sessions) : list(tool, client);
    pospal_client_close(client);
    return code;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const sessions_t *sessions = values;
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    const char *chosen = NULL;
    tool_exit code;
    pl_err err;

    if (!sessions->take_over != !sessions->reason)
        return tool_fail_plainly(tool, pl_fail(PL_ERR_INVALID, "--take-over SESSION and --reason TEXT go together"));
    err = key_word_read(tool, &sessions->key, key, &chosen);
    code = err ? tool_fail_plainly(tool, err) : run_with(tool, sessions, chosen);
    pl_wipe(key, sizeof key);
    return code;
}

const command_t command_sessions = {
    .name = "sessions",
    .summary = "print who uses the license now, or free a seat",
    .notes = "With the license key another machine can look, too, and is not activated by that; to free a seat it is.\n"
             "A seat that was freed is free for whoever comes first; this machine does not keep it.\n",
    .example = "sessions --product till --roots root-keys.json --server https://license.example.com",
    .uses = USES_CLIENT | USES_SERVER,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
