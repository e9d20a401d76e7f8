/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the command, reading its options, printing its result or its failure.
 */
#include "cli/cli.h"

#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "command_line/nearest.h"
#include "store/db_postgres_url.h"

/* By subject, as `help` lists them. */
static const command_t *const commands[] = {
    &command_init,
    &command_serve,
    &command_backup,
    &command_restore,
    &command_epoch_raise,
    &command_report,
    &command_brand_add,
    &command_brand_list,
    &command_brand_set,
    &command_brand_settings,
    &command_billing_reconcile,
    &command_billing_events,
    &command_billing_retry,
    &command_operator_key_add,
    &command_operator_key_list,
    &command_operator_key_revoke,
    &command_product_add,
    &command_product_change,
    &command_product_list,
    &command_facade_bind,
    &command_facade_list,
    &command_facade_unbind,
    &command_customer_show,
    &command_customer_export,
    &command_customer_erase,
    &command_license_issue,
    &command_license_show,
    &command_license_list,
    &command_license_suspend,
    &command_license_resume,
    &command_license_cancel,
    &command_license_reactivate,
    &command_license_renew,
    &command_license_change,
    &command_license_policy,
    &command_license_transfer,
    &command_license_file,
    &command_license_answer,
    &command_license_release,
    &command_trial_file,
    &command_activation_list,
    &command_activation_release,
    &command_session_list,
    &command_session_end,
    &command_customer_list,
    &command_customer_add,
    &command_customer_change,
    &command_api_key_list,
    &command_api_key_add,
    &command_api_key_change,
    &command_api_key_rotate,
    &command_api_key_revoke,
    &command_webhook_list,
    &command_webhook_add,
    &command_webhook_change,
    &command_webhook_remove,
    &command_webhook_rotate,
    &command_webhook_test,
    &command_webhook_deliveries,
    &command_webhook_delivery,
    &command_webhook_redeliver,
    &command_revocations_export,
    &command_usage_list,
    &command_mail_list,
    &command_mail_show,
    &command_mail_resend,
    &command_mail_preview,
    &command_mail_test,
    &command_release_add,
    &command_release_list,
    &command_release_withdraw,
    &command_keys_list,
    &command_keys_rotate,
    &command_keys_retire,
    &command_keys_revoke,
    &command_keys_export,
    &command_keys_rewrap,
    &command_keys_add_root,
    &command_refund_list,
    &command_refund_show,
    &command_refund_approve,
    &command_refund_reject,
    &command_refund_settle,
    &command_audit_list,
    &command_simulate,
    &command_import_d1, /* before the shorter name */
    &command_import,
    &command_export,
    &command_audit_verify,
    &command_audit_export,
    &command_audit_erase,
    &command_version,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const option_t common_options[] = {
    {"help", OPTION_FLAG, offsetof(cli_common_t, help), false, NULL, "show this help", 0, 0},
    {"json", OPTION_FLAG, offsetof(cli_common_t, json), false, NULL, "print the result, or the failure, as JSON", 0, 0},
    {"data", OPTION_TEXT, offsetof(cli_common_t, data), false, "DIR", "the data directory; else POSPAL_DATA", 0, 0},
    {"db", OPTION_TEXT, offsetof(cli_common_t, db), false, "URL", "postgres://... for a PostgreSQL database; else POSPAL_DB", 0,
     0},
};

enum { COMMON_OPTIONS = sizeof common_options / sizeof *common_options, OF_DATA = 2 /* of them, at the end */ };

/* ---- which command ---- */

/* How many words the command's name is, 0: it is not the one that was written. */
static size_t match(const command_t *command, char *const *words)
{
    const char *space = strchr(command->name, ' ');
    size_t first = space ? (size_t)(space - command->name) : strlen(command->name);

    if (strlen(words[0]) != first || memcmp(words[0], command->name, first) != 0)
        return 0;
    if (!space)
        return 1;
    return words[1] && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

static const command_t *find_command(char *const *words, size_t *used)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        *used = match(commands[i], words);
        if (*used)
            return commands[i];
    }
    return NULL;
}

static const char *command_word(const void *context, size_t index)
{
    (void)context;
    return commands[index]->name;
}

static bool is_family(const char *word)
{
    for (size_t i = 0; word && i < COMMANDS; i++)
        if (strncmp(commands[i]->name, word, strlen(word)) == 0 && commands[i]->name[strlen(word)] == ' ')
            return true;
    return false;
}

static pl_err fail_unknown(pl_arena *arena, char *const *words)
{
    bool is_pair = words[1] && words[1][0] != '-' && (is_family(words[0]) || strlen(words[1]) < 10);
    const char *typed = is_pair ? pl_arena_format(arena, "%s %s", words[0], words[1]) : words[0];
    const char *near = typed ? nearest_word(typed, command_word, NULL, COMMANDS) : NULL;

    if (is_family(words[0]) && !is_pair)
        return pl_fail(PL_ERR_INVALID, "\"%s\" needs a second word; `pospal-validator help %s` lists them", words[0], words[0]);
    if (near)
        return pl_fail(PL_ERR_INVALID, "there is no command \"%s\"; did you mean \"%s\"?", typed, near);
    return pl_fail(PL_ERR_INVALID, "there is no command \"%s\"; `pospal-validator help` lists them", typed ? typed : words[0]);
}

/* ---- help ---- */

static void print_commands(FILE *out, const char *family)
{
    (void)fputs("pospal-validator: the license server\n\nusage: pospal-validator COMMAND [OPTIONS]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        if (!family || strncmp(commands[i]->name, family, strlen(family)) == 0)
            (void)fprintf(out, "  %-20s %s\n", commands[i]->name, commands[i]->summary);
    (void)fputs("\n`pospal-validator COMMAND --help` explains one.\n"
                "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict or wrong state, 5 storage or busy,\n"
                "6 done but for a part that was refused.\n",
                out);
}

static size_t gather_options(const command_t *command, option_t options[OPTIONS_MAX])
{
    size_t common = command->needs == CLI_NO_DATA ? COMMON_OPTIONS - OF_DATA : COMMON_OPTIONS;
    size_t room = OPTIONS_MAX - common; /* style.manual sees what does not fit */
    size_t own = command->option_count < room ? command->option_count : room;

    if (own > 0)
        memcpy(options, command->options, own * sizeof *options);
    memcpy(options + own, common_options, common * sizeof *options);
    return own + common;
}

static void print_help(FILE *out, const command_t *command)
{
    option_t options[OPTIONS_MAX];
    size_t count = gather_options(command, options);

    (void)fprintf(out, "pospal-validator %s: %s\n\n", command->name, command->summary);
    options_print(options, count, out);
    (void)fprintf(out, "\nexample:\n  pospal-validator %s\n", command->example);
}

/* ---- one run ---- */

typedef struct {
    cli_t cli;
    const command_t *command;
    pl_buf result;
    union {
        cli_common_t common;
        long long align;
        char room[CLI_VALUES_MAX];
    } values;
} run_t;

/* A copy, so that what `ps` shows of the words can lose its password. */
static pl_err take_database(run_t *run)
{
    cli_common_t *common = &run->values.common;
    char *written = (char *)(uintptr_t)common->db;
    const char *url = written ? written : run->cli.environment("POSPAL_DB");

    if (url && !(common->db = pl_arena_text(&run->cli.arena, pl_span_text(url))))
        return PL_ERR_MEMORY;
    if (written)
        postgres_url_hide(written);
    return PL_OK;
}

instance_place_t cli_place(const cli_common_t *common)
{
    return (instance_place_t){.directory = common->data, .database = common->db};
}

static pl_err check_data(run_t *run)
{
    cli_common_t *common = &run->values.common;

    if (run->command->needs == CLI_NO_DATA)
        return PL_OK;
    if (!common->data)
        common->data = run->cli.environment("POSPAL_DATA");
    if (!common->data && run->command->needs != CLI_OPTIONAL)
        return pl_fail(PL_ERR_INVALID, "--data DIR is missing (or set POSPAL_DATA)");
    return take_database(run);
}

static pl_err run_command(run_t *run)
{
    cli_t *cli = &run->cli;
    instance_place_t place;
    pl_err err;

    if ((err = check_data(run)))
        return err;
    place = cli_place(&run->values.common);
    if (run->command->needs == CLI_INSTANCE && (err = instance_open(&place, &cli->clock, &cli->instance)))
        return err;
    pl_json_writer_init(&cli->json, &run->result);
    pl_json_open(&cli->json, NULL, '{');
    err = run->command->run(cli, &run->values);
    pl_json_close(&cli->json);
    return err ? err : run->result.err;
}

static pl_err print_success(run_t *run)
{
    cli_t *cli = &run->cli;

    if (run->values.common.json && run->result.size > sizeof "{}" - 1)
        (void)fprintf(cli->out, "%s\n", run->result.data);
    if (run->values.common.json || run->command->prints_itself)
        return PL_OK;
    return print_result(cli->out, &cli->arena, pl_buf_span(&run->result));
}

static void print_failure(run_t *run, pl_err err)
{
    const char *detail = pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err);
    pl_json_writer json;
    pl_buf text;

    if (!run->values.common.json) {
        (void)fprintf(run->cli.err, "pospal-validator: %s\n", detail);
        return;
    }
    pl_buf_init(&text);
    pl_json_writer_init(&json, &text);
    pl_json_open(&json, NULL, '{');
    pl_json_open(&json, "error", '{');
    pl_json_put_text(&json, "code", pl_err_code(err));
    pl_json_put_text(&json, "detail", detail);
    pl_json_close(&json);
    pl_json_close(&json);
    (void)fprintf(run->cli.err, "%s\n", text.err ? "{\"error\":{\"code\":\"out_of_memory\"}}" : text.data);
    pl_buf_reset(&text);
}

static pl_err read_and_run(run_t *run, char *const *words)
{
    option_t options[OPTIONS_MAX];
    size_t count = gather_options(run->command, options);
    pl_err err;

    if ((err = options_parse(options, count, words, &run->values)))
        return err;
    if (run->values.common.help) {
        print_help(run->cli.out, run->command);
        return PL_OK;
    }
    if ((err = run_command(run)) || (err = print_success(run)))
        return err;
    if (fflush(run->cli.out) != 0)
        return pl_fail(PL_ERR_IO, "the result could not be printed");
    return PL_OK;
}

cli_exit_t cli_exit_code(pl_err err)
{
    if (err == PL_OK)
        return CLI_EXIT_OK;
    if (err == PL_ERR_INVALID || err == PL_ERR_TOO_LARGE || err == PL_ERR_KEY_TYPO)
        return CLI_EXIT_USAGE;
    if (err == PL_ERR_NOT_FOUND)
        return CLI_EXIT_NOT_FOUND;
    if (err == PL_ERR_CONFLICT || err == PL_ERR_STATE || err == PL_ERR_REQUEST_CLOSED)
        return CLI_EXIT_STATE;
    if (err == PL_ERR_IO || err == PL_ERR_READ_ONLY || err == PL_ERR_DISK_FULL || err == PL_ERR_DATABASE ||
        err == PL_ERR_CORRUPT || err == PL_ERR_BUSY || err == PL_ERR_TOO_NEW || err == PL_ERR_NETWORK_SHARE)
        return CLI_EXIT_STORAGE;
    return CLI_EXIT_FAILED;
}

/* Options that stand where a command should: --json for the failure. */
static bool wants_json(char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, "--json") == 0)
            return true;
    return false;
}

cli_exit_t cli_run(const cli_world_t *world, char *const *words)
{
    char *const version_only[] = {(char[]){"version"}, NULL}; /* what people try first is an option */
    run_t run;
    size_t used = 0;
    pl_err err;

    memset(&run, 0, sizeof run);
    run.cli.out = world->out;
    run.cli.err = world->err;
    run.cli.environment = world->environment;
    run.cli.clock = world->clock;
    if (!words[0] || strcmp(words[0], "help") == 0 || strcmp(words[0], "--help") == 0) {
        print_commands(words[0] ? world->out : world->err, words[0] ? words[1] : NULL);
        return words[0] ? CLI_EXIT_OK : CLI_EXIT_USAGE;
    }
    pl_arena_init(&run.cli.arena);
    pl_buf_init(&run.result);
    if (strcmp(words[0], "--version") == 0)
        words = version_only;
    run.command = find_command(words, &used);
    err = run.command ? read_and_run(&run, words + used) : fail_unknown(&run.cli.arena, words);
    if (err) {
        run.values.common.json = run.values.common.json || wants_json(words);
        print_failure(&run, err);
    }
    instance_close(run.cli.instance);
    pl_buf_reset(&run.result);
    pl_arena_reset(&run.cli.arena);
    if (!err && run.cli.is_partial)
        return CLI_EXIT_PARTIAL;
    return !err && run.cli.needs_attention ? CLI_EXIT_FAILED : cli_exit_code(err);
}
