/* SPDX-License-Identifier: Apache-2.0
 *
 * `revocations export`: the brand's signed revocation list, for any channel; its keyset on the second line.
 */
#include "licensing/revocations.h"

#include "cli/fields.h"

typedef struct {
    cli_common_t common;
    const char *brand;
} export_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(export_t, brand), true, "SLUG", "the brand", 0, 0},
};

typedef struct {
    const char *slug;
    const keyring_t *keyring;
    brand_t brand;
    revocations_view_t view;
} export_work_t;

static pl_err work_export(void *context, tx_t *tx)
{
    export_work_t *work = context;
    pl_err err = find_brand(tx, work->slug, &work->brand);

    return err ? err : revocations_publish(tx, work->keyring, work->brand.id, &work->view);
}

static void put_list(cli_t *cli, const revocations_view_t *view)
{
    pl_json_put_int(&cli->json, "epoch", view->list.epoch);
    pl_json_put_int(&cli->json, "sequence", view->list.sequence);
    put_time(cli, "issued_at", view->list.issued_at * 1000);
    put_time(cli, "expires_at", view->list.expires_at * 1000);
    pl_json_put_int(&cli->json, "licenses", (int64_t)view->list.licenses.count);
    pl_json_put_int(&cli->json, "devices", (int64_t)view->list.devices.count);
    pl_json_put_int(&cli->json, "keys", (int64_t)view->list.keys.count);
    pl_json_put_bool(&cli->json, "full", view->is_full);
    pl_json_put_int(&cli->json, "licenses_left_out", (int64_t)view->licenses_left_out);
    pl_json_put_int(&cli->json, "devices_left_out", (int64_t)view->devices_left_out);
    pl_json_put_text(&cli->json, "revocations", view->token);
}

static pl_err run_export(cli_t *cli, const void *values)
{
    const export_t *export = values;
    export_work_t work = {.slug = export->brand};
    pl_span keyset;
    pl_err err;

    if (!(work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena)))
        return PL_ERR_MEMORY;
    if ((err = instance_write(cli->instance, &cli->arena, work_export, &work)))
        return err;
    keyset = keyring_find_brand(work.keyring, work.brand.id)->keyset_token;
    put_list(cli, &work.view);
    pl_json_put_span(&cli->json, "keyset", keyset);
    if (work.view.is_full)
        (void)fprintf(
            cli->err,
            "pospal-validator: a list names %d licenses and devices at most; the latest are in it, and %zu licenses and %zu"
            " devices that were revoked earlier are NOT: they are refused online only\n",
            (int)PL_REVOCATIONS_NAMES_MAX, work.view.licenses_left_out, work.view.devices_left_out);
    if (!export->common.json)
        (void)fprintf(cli->out, "%s\n%.*s\n", work.view.token, (int)keyset.size, keyset.data);
    return PL_OK;
}

const command_t command_revocations_export = {
    .name = "revocations export",
    .summary = "sign and print the list of what is revoked, for tills without network",
    .example = "revocations export --data /var/lib/pospal --brand acme > revoked.txt",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_export,
    .prints_itself = true,
};
