/* SPDX-License-Identifier: Apache-2.0
 *
 * `simulate`: what devices would be told that activate a license at some time, and why.
 */
#include "base/timestamp.h"
#include "cli/fields.h"
#include "licensing/rehearsal.h"
#include "licensing/simulate.h"

typedef struct {
    cli_common_t common;
    const char *license;
    const char *key;
    const char *brand;
    const char *product;
    int64_t at;
    int64_t devices;
} simulate_t;

static const option_t options[] = {
    {"license", OPTION_TEXT, offsetof(simulate_t, license), false, "ID", "the license; or", 0, 0},
    {"key", OPTION_TEXT, offsetof(simulate_t, key), false, "KEY", "its license key", 0, 0},
    {"brand", OPTION_TEXT, offsetof(simulate_t, brand), false, "SLUG", "whose key it is, where several brands may have it", 0, 0},
    {"product", OPTION_TEXT, offsetof(simulate_t, product), false, "SLUG", "which license, where the key opens several", 0, 0},
    {"at", OPTION_TIME, offsetof(simulate_t, at), false, "TIME", "when they activate, RFC 3339 or a date; else now", 0, 0},
    {"devices", OPTION_NUMBER, offsetof(simulate_t, devices), false, "N", "how many new devices (1)", 1, SIMULATE_DEVICES_MAX},
};

typedef struct {
    const keyring_t *keyring;
    simulation_order_t order;
    simulation_t result;
} simulate_work_t;

static pl_err work_simulate(void *context, tx_t *tx)
{
    simulate_work_t *work = context;

    return simulate(tx, work->keyring, &work->order, &work->result);
}

static const char *explain_seat(pl_arena *arena, const simulation_t *result, const simulated_t *device)
{
    if (device->seat)
        return pl_arena_format(arena, "takes seat %lld of %lld", (long long)device->seat, (long long)result->view.seats);
    return pl_arena_format(arena, "all %lld seats are taken", (long long)result->view.seats);
}

static const char *explain_time(pl_arena *arena, const char *words, int64_t time_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(time_ms / 1000, text);
    return pl_arena_format(arena, "%s %s", words, text);
}

/* Why, for people; verdict and reason are for programs. */
static const char *explain(pl_arena *arena, const simulation_t *result, const simulated_t *device)
{
    switch (device->verdict) {
    case PL_VERDICT_ACTIVE:
    case PL_VERDICT_NO_SEAT:
        return explain_seat(arena, result, device);
    case PL_VERDICT_EXPIRED:
        return explain_time(arena, result->view.license.renews ? "it ended, renewal slack included, at" : "it ended at",
                            result->ends_at_ms);
    case PL_VERDICT_NOT_ACTIVATED:
        return explain_time(arena, "it begins at", result->view.license.starts_at_ms);
    case PL_VERDICT_SUSPENDED:
        return "the license is suspended; `license resume` lifts that";
    case PL_VERDICT_REVOKED:
        return "the license is cancelled";
    case PL_VERDICT_NONE:
    case PL_VERDICT_UNKNOWN_KEY:
    case PL_VERDICT_WRONG_PRODUCT:
    case PL_VERDICT_WRONG_DEVICE:
    case PL_VERDICT_RELEASED:
        break;
    }
    return pl_reason_text(device->reason);
}

static void put_device(cli_t *cli, const simulation_t *result, size_t index)
{
    const simulated_t *device = &result->devices[index];

    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_int(&cli->json, "device", (int64_t)index + 1);
    pl_json_put_text(&cli->json, "verdict", pl_verdict_text(device->verdict));
    pl_json_put_text(&cli->json, "reason", pl_reason_text(device->reason));
    pl_json_put_int(&cli->json, "seat", device->seat); /* 0: none */
    pl_json_put_text(&cli->json, "why", explain(&cli->arena, result, device));
    put_time(cli, "refresh_at", device->refresh_at_ms);
    put_time(cli, "check_by", device->check_by_ms);
    put_time(cli, "grace_until", device->grace_until_ms);
    pl_json_close(&cli->json);
}

static void put_result(cli_t *cli, const simulate_work_t *work)
{
    const simulation_t *result = &work->result;

    put_time(cli, "at", work->order.at_ms);
    pl_json_open(&cli->json, "license", '{'); /* its own rule, whatever the device */
    pl_json_put_text(&cli->json, "verdict", pl_verdict_text(result->verdict));
    pl_json_put_text(&cli->json, "verdict_reason", pl_reason_text(result->reason)); /* at that time; its reason is today's */
    put_license(cli, &result->view);
    put_time(cli, "ends_at", result->ends_at_ms);
    pl_json_close(&cli->json);
    pl_json_open(&cli->json, "devices", '[');
    for (size_t i = 0; i < result->count; i++)
        put_device(cli, result, i);
    pl_json_close(&cli->json);
}

static pl_err run_simulate(cli_t *cli, const void *values)
{
    const simulate_t *simulate = values;
    simulate_work_t work = {.order = {.key = simulate->key,
                                      .brand = simulate->brand,
                                      .product = simulate->product,
                                      .at_ms = simulate->at ? simulate->at * 1000 : instance_now_ms(cli->instance),
                                      .devices = simulate->devices ? simulate->devices : 1}};
    pl_err err;

    if (!simulate->license == !simulate->key)
        return pl_fail(PL_ERR_INVALID, "say which license: either --license ID or --key KEY");
    if (simulate->license && (simulate->brand || simulate->product))
        return pl_fail(PL_ERR_INVALID, "--brand and --product go with --key; an id is of one license alone");
    work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((simulate->license && (err = read_id("license", simulate->license, &work.order.license_id))) ||
        (err = instance_rehearse(cli->instance, &cli->arena, work_simulate, &work)))
        return err;
    put_result(cli, &work);
    return PL_OK;
}

const command_t command_simulate = {
    .name = "simulate",
    .summary = "say what devices would be told at some time, changing nothing",
    .example = "simulate --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --at 2027-01-31 --devices 3",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_simulate,
};
