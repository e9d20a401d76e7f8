/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license usage: recording what was used, and what is known of meters. Nothing needs the server: what is recorded waits on the disk
 * until somebody tells it.
 */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/records.h"
#include "state/usage_log.h"

enum { METERS_MAX = 2 * PL_USAGE_BALANCES_MAX };

typedef struct {
    common_t common;
    const char *verb;
    const char *meter;
    const char *amount;
    const char *idempotency;
    const char *server;
} usage_t;

static const option_t options[] = {
    {"VERB", OPTION_OPERAND, offsetof(usage_t, verb), false, "add|balance",
     "record; print one meter; without it: all that are known", 0, 0},
    {"METER", OPTION_OPERAND, offsetof(usage_t, meter), false, "METER", "1 to 58 of the characters A-Z a-z 0-9 . _ -", 0, 0},
    {"AMOUNT", OPTION_OPERAND, offsetof(usage_t, amount), false, "AMOUNT", "seconds, or pieces: 1 to 10^12", 0, 0},
    {"idempotency", OPTION_TEXT, offsetof(usage_t, idempotency), false, "ID",
     "of your own, such as a receipt's number: counts once however often it is added", 0, 0},
    {"server", OPTION_TEXT, offsetof(usage_t, server), false, "URL", "tell the validator there what waits, then print", 0, 0},
};

static pl_err read_amount(const char *text, int64_t *amount)
{
    char *end;

    errno = 0;
    *amount = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return pl_fail(PL_ERR_INVALID, "AMOUNT is \"%s\"; a number from 1 to 10^12 is needed", text);
    return PL_OK;
}

/* What each verb is written with. */
static pl_err check_words(const usage_t *usage, int64_t *amount)
{
    bool adds = usage->verb && strcmp(usage->verb, "add") == 0;

    if (usage->verb && !adds && strcmp(usage->verb, "balance") != 0)
        return pl_fail(PL_ERR_INVALID, "usage add METER AMOUNT, usage balance METER, or usage alone; there is no usage \"%s\"",
                       usage->verb);
    if (usage->verb && !usage->meter)
        return pl_fail(PL_ERR_INVALID, "METER is missing");
    if (adds && !usage->amount)
        return pl_fail(PL_ERR_INVALID, "AMOUNT is missing");
    if (!adds && usage->amount)
        return pl_fail(PL_ERR_INVALID, "\"%s\" is one word too many; --help shows how the command is written", usage->amount);
    if (!adds && usage->idempotency)
        return pl_fail(PL_ERR_INVALID, "--idempotency goes with usage add");
    return adds ? read_amount(usage->amount, amount) : PL_OK;
}

/* ---- printing ---- */

static tool_exit show_meter(tool_t *tool, pospal_client *client, const char *meter)
{
    pospal_usage_t known = {.size = sizeof known};
    pospal_result_t result = pospal_usage_balance(client, meter, &known);

    if (result != POSPAL_OK)
        return tool_fail_result(tool, result);
    sheet_text(&tool->sheet, "meter", meter);
    sheet_int(&tool->sheet, "used", known.used);
    sheet_int(&tool->sheet, "pending", known.pending);
    if (known.allowed >= 0) {
        sheet_int(&tool->sheet, "allowed", known.allowed);
        sheet_int(&tool->sheet, "overdraft", known.overdraft);
    }
    return TOOL_OK;
}

typedef struct {
    pospal_client *client;
    pl_arena *arena;
    const char *names[METERS_MAX];
    size_t count;
} meters_t;

static pl_err list_recorded(pl_vault *vault, const void *call)
{
    meters_t *meters = *(meters_t *const *)call;
    pospal_client *client = meters->client;
    pl_err err = client->usage ? PL_OK : pl_usage_log_open(vault, &client->usage);

    return err ? err : pl_usage_log_meters(client->usage, meters->arena, meters->names, PL_USAGE_BALANCES_MAX, &meters->count);
}

static bool is_listed(const meters_t *meters, const char *name)
{
    for (size_t i = 0; i < meters->count; i++)
        if (strcmp(meters->names[i], name) == 0)
            return true;
    return false;
}

/* Those that the license allows something of: used or not. */
static void add_allowed(meters_t *meters, const pospal_license *license)
{
    const size_t prefix = strlen(PL_USAGE_ENTITLEMENT_PREFIX);
    pospal_entitlement_t item = {.size = sizeof item};

    for (size_t i = 0; meters->count < METERS_MAX && pospal_license_entitlement(license, i, &item); i++)
        if (strncmp(item.name, PL_USAGE_ENTITLEMENT_PREFIX, prefix) == 0 && pl_meter_is_valid(item.name + prefix) &&
            !is_listed(meters, item.name + prefix))
            meters->names[meters->count++] = item.name + prefix;
}

static tool_exit show_meters(tool_t *tool, const meters_t *meters)
{
    tool_exit code = TOOL_OK;

    sheet_int(&tool->sheet, "meters_known", (int64_t)meters->count);
    sheet_open_table(&tool->sheet, "meters");
    for (size_t i = 0; !code && i < meters->count; i++) {
        sheet_open_row(&tool->sheet);
        code = show_meter(tool, meters->client, meters->names[i]);
        sheet_close_row(&tool->sheet);
    }
    sheet_close_table(&tool->sheet);
    return code;
}

static tool_exit show_all(tool_t *tool, pospal_client *client)
{
    pospal_license *license = NULL;
    pl_arena arena;
    meters_t meters = {.client = client, .arena = &arena};
    meters_t *call = &meters;
    tool_exit code;
    pl_err err;

    (void)pospal_client_check(client, POSPAL_CHECK_LOCAL, &license); /* none: then nothing is allowed */
    pl_arena_init(&arena);
    pl_mutex_lock(client->mutex);
    err = pl_records_act(client, list_recorded, &call, PL_RECORDS_WAIT);
    pl_mutex_unlock(client->mutex);
    if (!err)
        add_allowed(&meters, license);
    code = err ? tool_fail(tool, err) : show_meters(tool, &meters);
    pl_arena_reset(&arena);
    pospal_license_free(license);
    return code;
}

/* ---- the verbs ---- */

static tool_exit add(tool_t *tool, pospal_client *client, const usage_t *usage, int64_t amount)
{
    pospal_result_t result = pospal_usage_add(client, usage->meter, amount, usage->idempotency);

    if (result != POSPAL_OK)
        return tool_fail_result(tool, result);
    sheet_bool(&tool->sheet, "recorded", true);
    return TOOL_OK;
}

/* What could not be told waits; the failure says why, and the balance is printed all the same. */
static tool_exit tell(tool_t *tool, pospal_client *client)
{
    pospal_result_t result = pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);

    return result == POSPAL_OK ? TOOL_OK : tool_fail_result(tool, result);
}

static tool_exit run(tool_t *tool, const void *values)
{
    const usage_t *usage = values;
    common_t common = usage->common;
    tool_exit code, told = TOOL_OK;
    pospal_client *client;
    int64_t amount = 0;
    pl_err err = check_words(usage, &amount);

    if (err)
        return tool_fail_plainly(tool, err);
    common.server = usage->server;
    if ((code = session_open(tool, &common, NULL, &client)))
        return code;
    if (usage->amount)
        code = add(tool, client, usage, amount);
    if (!code && usage->server)
        told = tell(tool, client);
    if (!code)
        code = usage->meter ? show_meter(tool, client, usage->meter) : show_all(tool, client);
    pospal_client_close(client);
    return code ? code : told;
}

const command_t command_usage = {
    .name = "usage",
    .summary = "record what was used of a meter, or print what is known of meters",
    .notes = "used is what the validator knows of all devices of the license; pending is recorded here and not yet acknowledged. "
             "Without\n"
             "--server the network is not touched: what is recorded is told by the program, by `status --online`, or by usage "
             "--server,\n"
             "and counts once however often it is told. Exit code 4: recorded, and not told.\n",
    .example = "usage add covers 12 --idempotency receipt-4711 --product till --roots root-keys.json",
    .uses = USES_CLIENT | USES_NETWORK,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
