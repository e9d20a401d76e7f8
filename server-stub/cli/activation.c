/* SPDX-License-Identifier: Apache-2.0
 *
 * `activation list`, `activation release`.
 */
#include "cli/fields.h"

typedef struct {
    cli_common_t common;
    const char *license;
    bool all;
} list_t;

static const option_t list_options[] = {
    {"license", OPTION_TEXT, offsetof(list_t, license), true, "ID", "the license", 0, 0},
    {"all", OPTION_FLAG, offsetof(list_t, all), false, NULL, "the released ones too", 0, 0},
};

typedef struct {
    pl_uuid license_id;
    bool all;
    activation_t *activations;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    license_view_t view;
    pl_err err;

    if ((err = find_license(tx, work->license_id, &view)))
        return err;
    return (work->all ? activations_list_all : activations_list_live)(tx, view.license.brand_id, view.license.id,
                                                                      &work->activations, &work->count);
}

static void put_activation(cli_t *cli, const activation_t *activation)
{
    pl_json_open(&cli->json, NULL, '{');
    put_id(cli, "activation_id", activation->id);
    pl_json_put_text(&cli->json, "kind", seat_kind_text(activation->kind));
    pl_json_put_text(&cli->json, "identifier", activation->identifier ? activation->identifier : "");
    pl_json_put_text(&cli->json, "device_name", activation->device_name ? activation->device_name : "");
    put_time(cli, "activated_at", activation->activated_at_ms);
    put_time(cli, "validated_at", activation->validated_at_ms);
    put_time(cli, "released_at", activation->released_at_ms);
    pl_json_close(&cli->json);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_t *list = values;
    list_work_t work = {.all = list->all};
    pl_err err;

    if ((err = read_id("license", list->license, &work.license_id)) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "activations", '[');
    for (size_t i = 0; i < work.count; i++)
        put_activation(cli, &work.activations[i]);
    pl_json_close(&cli->json);
    return PL_OK;
}

typedef struct {
    cli_common_t common;
    const char *license;
    const char *activation;
} release_t;

static const option_t release_options[] = {
    {"license", OPTION_TEXT, offsetof(release_t, license), true, "ID", "the license", 0, 0},
    {"activation", OPTION_TEXT, offsetof(release_t, activation), true, "ID", "the device's activation", 0, 0},
};

typedef struct {
    pl_uuid license_id;
    pl_uuid activation_id;
} release_work_t;

static pl_err work_release(void *context, tx_t *tx)
{
    const release_work_t *work = context;
    license_view_t view;
    pl_err err;

    if ((err = find_license(tx, work->license_id, &view)))
        return err;
    err = admin_activation_release(tx, &view.license, work->activation_id);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the license has no such activation; `activation list` shows those it has")
                                   : err;
}

static pl_err run_release(cli_t *cli, const void *values)
{
    const release_t *release = values;
    release_work_t work;
    pl_err err;

    if ((err = read_id("license", release->license, &work.license_id)) ||
        (err = read_id("activation", release->activation, &work.activation_id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_release, &work)))
        return err;
    put_id(cli, "activation_id", work.activation_id);
    pl_json_put_bool(&cli->json, "released", true);
    return PL_OK;
}

const command_t command_activation_list = {
    .name = "activation list",
    .summary = "list the devices that hold a license's seats",
    .example = "activation list --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_activation_release = {
    .name = "activation release",
    .summary = "take a seat back from a device that is gone",
    .example = "activation release --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --activation "
               "0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e70",
    .needs = CLI_INSTANCE,
    .options = release_options,
    .option_count = sizeof release_options / sizeof *release_options,
    .run = run_release,
};
