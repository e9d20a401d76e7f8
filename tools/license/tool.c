/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the subcommand, reading its options, printing its help, its result or its failure.
 */
#include "command.h"

#include <string.h>

#include "command_line/nearest.h"
#include "client/client.h"
#include "crypto/crypto.h"

static const command_t *const commands[] = {
    &command_fingerprint, &command_explain, &command_status,  &command_activate, &command_deactivate, &command_import,
    &command_request,     &command_release, &command_qr,      &command_sessions, &command_usage,      &command_answer,
    &command_verify,      &command_version, &command_inspect, &command_doctor,   &command_chaos,
};

enum { COMMANDS = sizeof commands / sizeof commands[0], USES_ALWAYS = 0 };

static const struct {
    unsigned uses;
    option_t option;
} common_options[] = {
    {USES_PRODUCT, {"product", OPTION_TEXT, offsetof(common_t, product), true, "SLUG", "the product", 0, 0}},
    {USES_ROOTS, {"roots", OPTION_TEXT, offsetof(common_t, roots), true, "FILE", "the brand's root public keys, a JWKS", 0, 0}},
    {USES_STATE,
     {"data", OPTION_TEXT, offsetof(common_t, data), false, "DIR", "where the product keeps its state; else its usual place", 0,
      0}},
    {USES_HARDWARE,
     {"hardware-root", OPTION_TEXT, offsetof(common_t, hardware_root), false, "DIR",
      "read /sys, /proc, /etc under DIR (containers)", 0, 0}},
    {USES_SERVER,
     {"server", OPTION_TEXT, offsetof(common_t, server), true, "URL", "the validator, https://host[:port][/path]", 0, 0}},
    {USES_SERVER | USES_NETWORK,
     {"proxy", OPTION_TEXT, offsetof(common_t, proxy), false, "URL", "an HTTP proxy; else the environment's", 0, 0}},
    {USES_SERVER | USES_NETWORK,
     {"ca", OPTION_TEXT, offsetof(common_t, ca), false, "FILE", "CA certificates (PEM) instead of the system's", 0, 0}},
    {USES_SERVER | USES_NETWORK,
     {"timeout", OPTION_NUMBER, offsetof(common_t, timeout_ms), false, "MS", "at most so long, 10000 if not said", 100, 120000}},
    {USES_ALWAYS,
     {"json", OPTION_FLAG, offsetof(common_t, json), false, NULL, "print the result, or the failure, as JSON", 0, 0}},
    {USES_ALWAYS, {"help", OPTION_FLAG, offsetof(common_t, help), false, NULL, "show this help", 0, 0}},
};

enum { COMMON_OPTIONS = sizeof common_options / sizeof *common_options };

static const char exit_codes[] =
    "Exit codes:\n"
    "  0  done; where a license was asked about: it is usable\n"
    "  1  failed\n"
    "  2  wrong usage, or a license key with a typing error\n"
    "  3  the license is not usable; what it is was printed\n"
    "  4  the server could not be reached or gave no signed answer; nothing was decided\n"
    "  5  the data directory cannot be read or written\n"
    "  6  a license file is damaged, forged, or meant for another product or device\n"
    "  7  what was asked for was denied, or there is no key to ask with; the license held before is usable and goes on\n";

/* ---- help ---- */

static void print_commands(FILE *out)
{
    (void)fputs("pospal-license: asks about, activates and checks a license on this machine\n\n"
                "usage: pospal-license COMMAND [OPTIONS]\n\n",
                out);
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
    (void)fprintf(out, "  %-14s %s\n\n`pospal-license help COMMAND` explains one.\n\n%s", "help", "show this help", exit_codes);
}

static size_t gather_options(const command_t *command, option_t options[OPTIONS_MAX])
{
    size_t room = OPTIONS_MAX - COMMON_OPTIONS; /* style.manual sees what does not fit */
    size_t count = command->option_count < room ? command->option_count : room;

    if (count > 0)
        memcpy(options, command->options, count * sizeof *options);
    for (size_t i = 0; i < COMMON_OPTIONS; i++)
        if (common_options[i].uses == USES_ALWAYS || (common_options[i].uses & command->uses))
            options[count++] = common_options[i].option;
    return count;
}

static void print_help(FILE *out, const command_t *command)
{
    option_t options[OPTIONS_MAX];
    size_t count = gather_options(command, options);

    (void)fprintf(out, "pospal-license %s: %s\n\n", command->name, command->summary);
    options_print(options, count, out);
    if (command->notes)
        (void)fprintf(out, "\n%s", command->notes);
    (void)fprintf(out, "\nexample:\n  pospal-license %s\n\n%s", command->example, exit_codes);
}

/* ---- failures ---- */

static tool_exit exit_of(pospal_result_t result)
{
    switch (result) {
    case POSPAL_OK:
        return TOOL_OK;
    case POSPAL_ERROR_INVALID_ARGUMENT:
        return TOOL_USAGE;
    case POSPAL_ERROR_DENIED:
    case POSPAL_ERROR_NOT_YET_VALID:
        return TOOL_NOT_USABLE;
    case POSPAL_ERROR_UNREACHABLE:
        return TOOL_UNREACHABLE;
    case POSPAL_ERROR_STORAGE:
        return TOOL_STORAGE;
    case POSPAL_ERROR_BAD_DOCUMENT:
        return TOOL_REFUSED;
    case POSPAL_ERROR_OUT_OF_MEMORY:
    case POSPAL_ERROR_NO_LICENSE_KEY:
    case POSPAL_ERROR_NO_FINGERPRINT:
    case POSPAL_ERROR_NOT_FOUND:
    case POSPAL_ERROR_CONFLICT:
    case POSPAL_ERROR_UNSUPPORTED:
    case POSPAL_ERROR_CLOSED:
    case POSPAL_ERROR_INTERNAL:
        break;
    }
    return TOOL_FAILED;
}

static void print_failure(const tool_t *tool, const char *code, const char *detail)
{
    pl_json_writer json;
    pl_buf text;

    if (!tool->sheet.is_json) {
        (void)fprintf(tool->err, "pospal-license: %s\n", detail);
        return;
    }
    pl_buf_init(&text);
    pl_json_writer_init(&json, &text);
    pl_json_open(&json, NULL, '{');
    pl_json_open(&json, "error", '{');
    pl_json_put_text(&json, "code", code);
    pl_json_put_text(&json, "detail", detail);
    pl_json_close(&json);
    pl_json_close(&json);
    (void)fprintf(tool->err, "%s\n", text.err ? "{\"error\":{\"code\":\"out_of_memory\"}}" : text.data);
    pl_buf_reset(&text);
}

tool_exit tool_fail_result(tool_t *tool, pospal_result_t result)
{
    print_failure(tool, pospal_error_code(), pospal_error_detail());
    return exit_of(result);
}

tool_exit tool_fail(tool_t *tool, pl_err err)
{
    return tool_fail_result(tool, pl_report(err));
}

tool_exit tool_fail_plainly(tool_t *tool, pl_err err)
{
    print_failure(tool, pl_err_code(err), pl_err_detail());
    return exit_of(pl_report(err));
}

/* ---- one run ---- */

static const char *command_word(const void *context, size_t index)
{
    (void)context;
    return commands[index]->name;
}

static const command_t *find_command(const char *word)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, word) == 0)
            return commands[i];
    return strcmp(word, "--version") == 0 ? &command_version : NULL;
}

static pl_err fail_unknown(const char *word)
{
    const char *near = nearest_word(word, command_word, NULL, COMMANDS);

    if (near)
        return pl_fail(PL_ERR_INVALID, "there is no command \"%s\"; did you mean \"%s\"?", word, near);
    return pl_fail(PL_ERR_INVALID, "there is no command \"%s\"; `pospal-license help` lists them", word);
}

static bool wants_json(char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, "--json") == 0)
            return true;
    return false;
}

static tool_exit run_command(tool_t *tool, const command_t *command, char *const *words)
{
    option_t options[OPTIONS_MAX];
    size_t count = gather_options(command, options);
    union {
        common_t common;
        long long align;
        char room[TOOL_VALUES_MAX];
    } values;
    pl_err err;

    memset(&values, 0, sizeof values);
    if ((err = options_parse(options, count, words, &values)))
        return tool_fail_plainly(tool, err);
    if (values.common.help) {
        print_help(tool->out, command);
        return TOOL_OK;
    }
    if ((err = pl_crypto_ready()))
        return tool_fail(tool, err);
    return command->run(tool, &values);
}

static tool_exit print_sheet(tool_t *tool)
{
    const char *text = sheet_finish(&tool->sheet);

    if (!text)
        return tool_fail(tool, pl_fail(PL_ERR_MEMORY, "no memory for the result"));
    if (fputs(text, tool->out) == EOF || fflush(tool->out) != 0)
        return tool_fail(tool, pl_fail(PL_ERR_IO, "the result could not be printed"));
    return TOOL_OK;
}

/* help, help COMMAND; nothing at all is a mistake. */
static tool_exit run_help(tool_t *tool, char *const *words)
{
    const command_t *command = words[0] && words[1] ? find_command(words[1]) : NULL;

    if (words[0] && words[1] && !command)
        return tool_fail_plainly(tool, fail_unknown(words[1]));
    if (command)
        print_help(tool->out, command);
    else
        print_commands(words[0] ? tool->out : tool->err);
    return words[0] ? TOOL_OK : TOOL_USAGE;
}

tool_exit tool_run(const tool_streams_t *streams, char *const *words)
{
    tool_t tool = {streams->in, streams->out, streams->err, {0}, false};
    const command_t *command;
    tool_exit code, printed;

    sheet_init(&tool.sheet, wants_json(words));
    if (!words[0] || strcmp(words[0], "help") == 0 || strcmp(words[0], "--help") == 0)
        return run_help(&tool, words);
    command = find_command(words[0]);
    code = command ? run_command(&tool, command, words + 1) : tool_fail_plainly(&tool, fail_unknown(words[0]));
    printed = print_sheet(&tool);
    sheet_reset(&tool.sheet);
    return code ? code : printed;
}
