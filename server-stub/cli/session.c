/* SPDX-License-Identifier: Apache-2.0
 *
 * `session list`, `session end`.
 */
#include "cli/fields.h"

typedef struct {
    cli_common_t common;
    const char *license;
    const char *session;
} session_values_t;

static const option_t options[] = {
    {"license", OPTION_TEXT, offsetof(session_values_t, license), true, "ID", "the license", 0, 0},
    {"session", OPTION_TEXT, offsetof(session_values_t, session), true, "ID", "the session", 0, 0},
};

typedef struct {
    pl_uuid license_id;
    pl_uuid session_id;
    session_t *sessions;
    size_t count;
    session_t session;
} session_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    session_work_t *work = context;
    license_view_t view;
    pl_err err = find_license(tx, work->license_id, &view);

    return err ? err : sessions_list_shown(tx, view.license.brand_id, view.license.id, &work->sessions, &work->count);
}

static void put_session(cli_t *cli, const session_t *session)
{
    put_id(cli, "session_id", session->id);
    put_id(cli, "activation_id", session->activation_id);
    pl_json_put_text(&cli->json, "device_name", session->device_name ? session->device_name : "");
    put_time(cli, "started_at", session->started_at_ms);
    put_time(cli, "last_seen_at", session->lease_until_ms - session->lease_ms);
    put_time(cli, "ended_at", session->ended_at_ms);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const session_values_t *asked = values;
    session_work_t work = {.count = 0};
    pl_err err;

    if ((err = read_id("license", asked->license, &work.license_id)) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "sessions", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_session(cli, &work.sessions[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

static pl_err work_end(void *context, tx_t *tx)
{
    session_work_t *work = context;
    license_view_t view;
    pl_err err = find_license(tx, work->license_id, &view);

    return err ? err : admin_session_end(tx, &view.license, work->session_id, &work->session);
}

static pl_err run_end(cli_t *cli, const void *values)
{
    const session_values_t *asked = values;
    session_work_t work = {.count = 0};
    pl_err err;

    if ((err = read_id("license", asked->license, &work.license_id)) ||
        (err = read_id("session", asked->session, &work.session_id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_end, &work)))
        return err;
    put_session(cli, &work.session);
    return PL_OK;
}

const command_t command_session_list = {
    .name = "session list",
    .summary = "list the sessions of a license that live",
    .example = "session list --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = 1,
    .run = run_list,
};

const command_t command_session_end = {
    .name = "session end",
    .summary = "end a session; its device keeps its seat and may start another",
    .example = "session end --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --session "
               "0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e70",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_end,
};
