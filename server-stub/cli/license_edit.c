/* SPDX-License-Identifier: Apache-2.0
 *
 * `license change`, `license policy`, `license transfer`.
 */
#include "cli/fields.h"
#include "cli/members.h"
#include "licensing/license_policy.h"

#include <string.h>

/* ---- change ---- */

typedef struct {
    cli_common_t common;
    const char *license;
    int64_t seats;
    const char *plan;
    const char *entitlements;
    const char *metadata;
    int64_t suspend_at;
    int64_t cancel_at;
    option_list_t clear;
} change_t;

/* clang-format off */
static const option_t change_options[] = {
    {"license", OPTION_TEXT, offsetof(change_t, license), true, "ID", "the license", 0, 0},
    {"seats", OPTION_NUMBER, offsetof(change_t, seats), false, "N", "devices", 1, SEATS_MAX},
    {"plan", OPTION_TEXT, offsetof(change_t, plan), false, "NAME", "the plan's name", 0, 0},
    {"entitlements", OPTION_TEXT, offsetof(change_t, entitlements), false, "JSON", "over those of the product", 0, 0},
    {"metadata", OPTION_TEXT, offsetof(change_t, metadata), false, "JSON", "an object of your own", 0, 0},
    {"suspend-at", OPTION_TIME, offsetof(change_t, suspend_at), false, "TIME", "suspend it then, by itself", 0, 0},
    {"cancel-at", OPTION_TIME, offsetof(change_t, cancel_at), false, "TIME", "cancel it then, by itself", 0, 0},
    {"clear", OPTION_LIST, offsetof(change_t, clear), false, "NAME", "take away: seats, plan, entitlements, metadata, suspend-at or cancel-at", 0, 0},
};
/* clang-format on */

typedef struct {
    const keyring_t *keyring;
    pl_uuid id;
    const change_t *change;
    const char *policy; /* a JSON object of changes; NULL: none */
    customer_t customer;
    license_view_t view;
} edit_work_t;

static bool is_nothing(const change_t *change)
{
    return !change->seats && !change->plan && !change->entitlements && !change->metadata && !change->suspend_at &&
           !change->cancel_at && !change->clear.count;
}

static pl_err check_change(pl_arena *arena, const change_t *change)
{
    pl_err err;

    if (is_nothing(change))
        return pl_fail(PL_ERR_INVALID, "nothing is to be changed; `license change --help` says what can be");
    if ((err = check_object(arena, "entitlements", change->entitlements, PRODUCT_ENTITLEMENTS_MAX)) ||
        (err = check_object(arena, "metadata", change->metadata, METADATA_MAX)))
        return err;
    if (change->plan && (!change->plan[0] || strlen(change->plan) > LICENSE_PLAN_MAX))
        return pl_fail(PL_ERR_INVALID, "--plan has 1 to %d bytes", (int)LICENSE_PLAN_MAX);
    return PL_OK;
}

static pl_err clear(const char *name, license_t *license)
{
    if (strcmp(name, "seats") == 0)
        license->seats = 0;
    else if (strcmp(name, "plan") == 0)
        license->plan = NULL;
    else if (strcmp(name, "entitlements") == 0)
        license->entitlements = NULL;
    else if (strcmp(name, "metadata") == 0)
        license->metadata = NULL;
    else if (strcmp(name, "suspend-at") == 0)
        license->suspend_at_ms = 0;
    else if (strcmp(name, "cancel-at") == 0)
        license->cancel_at_ms = 0;
    else
        return pl_fail(PL_ERR_INVALID,
                       "--clear is \"%s\"; seats, plan, entitlements, metadata, suspend-at and cancel-at are possible", name);
    return PL_OK;
}

static pl_err apply(const change_t *change, license_t *license)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < change->clear.count; i++)
        err = clear(change->clear.items[i], license);
    license->seats = change->seats ? change->seats : license->seats;
    license->plan = change->plan ? change->plan : license->plan;
    license->entitlements = change->entitlements ? change->entitlements : license->entitlements;
    license->metadata = change->metadata ? change->metadata : license->metadata;
    license->suspend_at_ms = change->suspend_at ? change->suspend_at * 1000 : license->suspend_at_ms;
    license->cancel_at_ms = change->cancel_at ? change->cancel_at * 1000 : license->cancel_at_ms;
    return err;
}

static pl_err work_edit(void *context, tx_t *tx)
{
    edit_work_t *work = context;
    license_view_t before;
    license_t license;
    pl_err err = find_license(tx, work->id, &before);

    if (err)
        return err;
    license = before.license;
    if ((work->change && (err = apply(work->change, &license))) ||
        (work->policy && (err = license_policy_merge(tx->arena, before.license.policy, work->policy, &license.policy))) ||
        (err = admin_license_edit(tx, work->keyring, &before, &license)))
        return err;
    return admin_license_show(tx, work->id, &work->view);
}

static pl_err run_work(cli_t *cli, edit_work_t *work, const char *id, store_work run)
{
    pl_err err;

    if (!(work->keyring = keys_pin(instance_keys(cli->instance), &cli->arena)))
        return PL_ERR_MEMORY;
    if ((err = read_id("license", id, &work->id)))
        return err;
    return instance_write(cli->instance, &cli->arena, run, work);
}

static pl_err run_change(cli_t *cli, const void *values)
{
    const change_t *change = values;
    edit_work_t work = {.change = change};
    pl_err err;

    if ((err = check_change(&cli->arena, change)) || (err = run_work(cli, &work, change->license, work_edit)))
        return err;
    put_license(cli, &work.view);
    put_time(cli, "suspend_at", work.view.license.suspend_at_ms);
    put_time(cli, "cancel_at", work.view.license.cancel_at_ms);
    return PL_OK;
}

/* ---- policy ---- */

typedef struct {
    cli_common_t common;
    const char *license;
    option_list_t set;
    option_list_t clear;
} policy_t;

/* clang-format off */
static const option_t policy_options[] = {
    {"license", OPTION_TEXT, offsetof(policy_t, license), true, "ID", "the license", 0, 0},
    {"set", OPTION_LIST, offsetof(policy_t, set), false, "NAME=VALUE", "a rule that it has otherwise than its product, as overage=2", 0, 0},
    {"clear", OPTION_LIST, offsetof(policy_t, clear), false, "NAME", "a rule that it has as its product again", 0, 0},
};
/* clang-format on */

static pl_err work_show(void *context, tx_t *tx)
{
    edit_work_t *work = context;

    return find_license(tx, work->id, &work->view);
}

static pl_err run_policy(cli_t *cli, const void *values)
{
    const policy_t *policy = values;
    edit_work_t work = {.change = NULL};
    pl_err err;

    if ((err = members_json(&cli->arena, &policy->set, &policy->clear, &work.policy)))
        return err;
    if (work.policy)
        err = run_work(cli, &work, policy->license, work_edit);
    else if (!(err = read_id("license", policy->license, &work.id)))
        err = instance_read(cli->instance, &cli->arena, work_show, &work);
    if (err)
        return err;
    put_id(cli, "license_id", work.view.license.id);
    pl_json_put_int(&cli->json, "version", work.view.license.version);
    if (policy->common.json)
        pl_json_put_raw(&cli->json, "policy", pl_span_text(work.view.license.policy ? work.view.license.policy : "null"));
    else
        pl_json_put_text(&cli->json, "of_its_own", work.view.license.policy ? work.view.license.policy : "nothing");
    license_policy_put(&cli->json, "effective_policy", &work.view.product);
    return PL_OK;
}

/* ---- transfer ---- */

typedef struct {
    cli_common_t common;
    const char *license;
    const char *email;
    const char *name;
} transfer_t;

static const option_t transfer_options[] = {
    {"license", OPTION_TEXT, offsetof(transfer_t, license), true, "ID", "the license", 0, 0},
    {"email", OPTION_TEXT, offsetof(transfer_t, email), true, "E", "of the customer who has it from now on", 0, 0},
    {"name", OPTION_TEXT, offsetof(transfer_t, name), false, "NAME", "of a customer who is new", 0, 0},
};

static pl_err work_transfer(void *context, tx_t *tx)
{
    edit_work_t *work = context;
    pl_err err;

    if ((err = find_license(tx, work->id, &work->view)) ||
        (err = admin_license_transfer(tx, &work->view.license, &work->customer)))
        return err;
    return admin_license_show(tx, work->id, &work->view);
}

static pl_err run_transfer(cli_t *cli, const void *values)
{
    const transfer_t *transfer = values;
    edit_work_t work = {.customer = {.email = transfer->email, .name = transfer->name}};
    pl_err err = run_work(cli, &work, transfer->license, work_transfer);

    if (!err)
        put_license(cli, &work.view);
    return err;
}

const command_t command_license_change = {
    .name = "license change",
    .summary = "change seats, plan, entitlements, metadata, and what is foreseen",
    .example =
        "license change --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --seats 5 --cancel-at 2028-01-31",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_change,
};

const command_t command_license_policy = {
    .name = "license policy",
    .summary = "show or change what a license has otherwise than its product",
    .example =
        "license policy --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --set overage=2 --clear grace_s",
    .needs = CLI_INSTANCE,
    .options = policy_options,
    .option_count = sizeof policy_options / sizeof *policy_options,
    .run = run_policy,
};

const command_t command_license_transfer = {
    .name = "license transfer",
    .summary = "give a license to another customer",
    .example = "license transfer --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --email bob@example.com",
    .needs = CLI_INSTANCE,
    .options = transfer_options,
    .option_count = sizeof transfer_options / sizeof *transfer_options,
    .run = run_transfer,
};
