/* SPDX-License-Identifier: Apache-2.0
 *
 * `trial file`: an offline trial to ship with a program, the document on the first line, its keyset on the second.
 */
#include "licensing/trial_document.h"

#include "cli/fields.h"
#include "token/license_file.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *product;
    const char *entitlements;
    int64_t days;
    int64_t until;
} trial_file_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(trial_file_t, brand), true, "SLUG", "the brand", 0, 0},
    {"product", OPTION_TEXT, offsetof(trial_file_t, product), true, "SLUG", "the product", 0, 0},
    {"days", OPTION_NUMBER, offsetof(trial_file_t, days), true, "N", "from its begin on each machine", 1, TRIAL_FILE_DAYS_MAX},
    {"until", OPTION_TIME, offsetof(trial_file_t, until), false, "TIME",
     "no trial with this document lasts longer, RFC 3339 or a date; without it: no such end", 0, 0},
    {"entitlements", OPTION_TEXT, offsetof(trial_file_t, entitlements), false, "JSON",
     "over those of the product; else those of its trials", 0, 0},
};

typedef struct {
    const trial_file_t *trial;
    const keyring_t *keyring;
    pl_uuid id;
    pl_buf file;
} trial_work_t;

static pl_err work_trial(void *context, tx_t *tx)
{
    trial_work_t *work = context;
    const trial_file_t *trial = work->trial;
    trial_order_t order = {
        .product = trial->product, .entitlements = trial->entitlements, .days = trial->days, .until_ms = trial->until * 1000};
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, trial->brand, &brand)))
        return err;
    order.brand_id = brand.id;
    pl_buf_clear(&work->file);
    return trial_document_issue(tx, work->keyring, &order, &work->id, &work->file);
}

static pl_err print_trial(cli_t *cli, const trial_work_t *work)
{
    pl_span document, keyset;
    pl_err err = pl_license_file_split(pl_buf_span(&work->file), &document, &keyset);

    if (err)
        return err;
    put_id(cli, "id", work->id);
    pl_json_put_span(&cli->json, "trial", document);
    pl_json_put_span(&cli->json, "keyset", keyset);
    (void)fputs(
        "pospal-validator: anyone may use this document, and a machine that is set up anew begins anew; trials that the server"
        " gives (product add --trial-days) are known again\n",
        cli->err);
    if (!work->trial->common.json)
        (void)fprintf(cli->out, "%.*s\n%.*s\n", (int)document.size, document.data, (int)keyset.size, keyset.data);
    return PL_OK;
}

static pl_err run_trial(cli_t *cli, const void *values)
{
    trial_work_t work = {.trial = values};
    pl_err err;

    if (!(work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena)))
        return PL_ERR_MEMORY;
    pl_buf_init(&work.file);
    err = instance_write(cli->instance, &cli->arena, work_trial, &work);
    if (!err)
        err = work.file.err ? work.file.err : print_trial(cli, &work);
    pl_buf_reset(&work.file);
    return err;
}

const command_t command_trial_file = {
    .name = "trial file",
    .summary = "print an offline trial, to ship with a program that can't reach a server",
    .example = "trial file --data /var/lib/pospal --brand acme --product till --days 30 > trial.license",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_trial,
    .prints_itself = true,
};
