/* SPDX-License-Identifier: Apache-2.0
 *
 * `license suspend`, `resume`, `cancel`, `reactivate`, `renew`.
 */
#include <string.h>

#include "cli/fields.h"

typedef struct {
    cli_common_t common;
    const char *license;
    const char *reason;
    const char *note;
} change_t;

#define NOTE_OPTION                                                                \
    {                                                                              \
        "note", OPTION_TEXT, offsetof(change_t, note), false, "TEXT",              \
            "why, in your own words: shown with the license, not to devices", 0, 0 \
    }

static const option_t change_options[] = {
    {"license", OPTION_TEXT, offsetof(change_t, license), true, "ID", "the license", 0, 0},
    {"reason", OPTION_TEXT, offsetof(change_t, reason), false, "REASON", "vendor (default), payment_failed, refund or dispute", 0,
     0},
    NOTE_OPTION,
};

static const option_t resume_options[] = {
    {"license", OPTION_TEXT, offsetof(change_t, license), true, "ID", "the license", 0, 0},
    NOTE_OPTION,
};

typedef struct {
    pl_uuid id;
    license_change change;
    license_cause_t cause;
    const keyring_t *keyring;
    int64_t expires_at_ms;
    bool is_trial;
    license_view_t view;
} change_work_t;

static pl_err work_change(void *context, tx_t *tx)
{
    change_work_t *work = context;
    license_t *license = &work->view.license;
    pl_err err = find_license(tx, work->id, &work->view);

    if (err)
        return err;
    if (work->change == LICENSE_REACTIVATE)
        err = admin_license_reactivate(tx, work->keyring, license, &work->cause);
    else
        err = admin_license_change(tx, license, work->change, &work->cause);
    return err ? err : admin_license_show(tx, work->id, &work->view);
}

static pl_err read_reason(const char *text, pl_reason *reason)
{
    static const pl_reason possible[] = {PL_REASON_VENDOR, PL_REASON_PAYMENT_FAILED, PL_REASON_REFUND, PL_REASON_DISPUTE};

    *reason = PL_REASON_NONE;
    for (size_t i = 0; text && i < sizeof possible / sizeof *possible; i++)
        if (strcmp(text, pl_reason_text(possible[i])) == 0)
            *reason = possible[i];
    if (text && *reason == PL_REASON_NONE)
        return pl_fail(PL_ERR_INVALID, "--reason is \"%s\"; vendor, payment_failed, refund and dispute are possible", text);
    return PL_OK;
}

static pl_err change(cli_t *cli, const change_t *values, license_change change)
{
    change_work_t work = {.change = change, .cause.words = values->note};
    pl_err err;

    if (!(work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena)))
        return PL_ERR_MEMORY;
    if ((err = read_id("license", values->license, &work.id)) || (err = read_reason(values->reason, &work.cause.reason)) ||
        (err = instance_write(cli->instance, &cli->arena, work_change, &work)))
        return err;
    put_license(cli, &work.view);
    return PL_OK;
}

static pl_err run_suspend(cli_t *cli, const void *values)
{
    return change(cli, values, LICENSE_SUSPEND);
}

static pl_err run_resume(cli_t *cli, const void *values)
{
    return change(cli, values, LICENSE_RESUME);
}

static pl_err run_cancel(cli_t *cli, const void *values)
{
    return change(cli, values, LICENSE_CANCEL);
}

static pl_err run_reactivate(cli_t *cli, const void *values)
{
    return change(cli, values, LICENSE_REACTIVATE);
}

typedef struct {
    cli_common_t common;
    const char *license;
    int64_t expires;
    bool perpetual;
    bool trial;
} renew_t;

static const option_t renew_options[] = {
    {"license", OPTION_TEXT, offsetof(renew_t, license), true, "ID", "the license", 0, 0},
    {"expires", OPTION_TIME, offsetof(renew_t, expires), false, "TIME", "the new end, RFC 3339 or a date", 0, 0},
    {"perpetual", OPTION_FLAG, offsetof(renew_t, perpetual), false, NULL, "no end any more", 0, 0},
    {"trial", OPTION_FLAG, offsetof(renew_t, trial), false, NULL,
     "extend a trial, which stays one; else it is a sale from then on", 0, 0},
};

static pl_err work_renew(void *context, tx_t *tx)
{
    change_work_t *work = context;
    pl_err err;

    if ((err = find_license(tx, work->id, &work->view)) ||
        (err = (work->is_trial ? admin_trial_extend : admin_license_renew)(tx, &work->view.license, work->expires_at_ms)))
        return err;
    return admin_license_show(tx, work->id, &work->view);
}

static pl_err run_renew(cli_t *cli, const void *values)
{
    const renew_t *renew = values;
    change_work_t work = {.expires_at_ms = renew->expires * 1000, .is_trial = renew->trial};
    pl_err err;

    if ((renew->expires != 0) == renew->perpetual)
        return pl_fail(PL_ERR_INVALID, "either --expires TIME or --perpetual is needed");
    if ((err = read_id("license", renew->license, &work.id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_renew, &work)))
        return err;
    put_license(cli, &work.view);
    return PL_OK;
}

const command_t command_license_suspend = {
    .name = "license suspend",
    .summary = "stop a license until it is resumed",
    .example = "license suspend --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --reason payment_failed",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_suspend,
};

const command_t command_license_resume = {
    .name = "license resume",
    .summary = "let a suspended license go on",
    .example = "license resume --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = resume_options,
    .option_count = sizeof resume_options / sizeof *resume_options,
    .run = run_resume,
};

const command_t command_license_cancel = {
    .name = "license cancel",
    .summary = "end a license until it is reactivated",
    .example = "license cancel --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --reason refund",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_cancel,
};

const command_t command_license_reactivate = {
    .name = "license reactivate",
    .summary = "let a cancelled license live again",
    .example =
        "license reactivate --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --note \"paid after all\"",
    .needs = CLI_INSTANCE,
    .options = resume_options,
    .option_count = sizeof resume_options / sizeof *resume_options,
    .run = run_reactivate,
};

const command_t command_license_renew = {
    .name = "license renew",
    .summary = "give a license a new end",
    .example = "license renew --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --expires 2028-12-31",
    .needs = CLI_INSTANCE,
    .options = renew_options,
    .option_count = sizeof renew_options / sizeof *renew_options,
    .run = run_renew,
};
