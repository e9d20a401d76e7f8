/* SPDX-License-Identifier: Apache-2.0
 *
 * `license issue`: a license for a customer, and the key to send them.
 */
#include "cli/fields.h"
#include "cli/members.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *product;
    const char *email;
    const char *name;
    const char *key;
    const char *plan;
    const char *entitlements;
    const char *metadata;
    option_list_t set;
    int64_t seats;
    int64_t starts;
    int64_t expires;
    bool renews;
} issue_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(issue_t, brand), true, "SLUG", "the brand", 0, 0},
    {"product", OPTION_TEXT, offsetof(issue_t, product), true, "SLUG", "the product", 0, 0},
    {"email", OPTION_TEXT, offsetof(issue_t, email), true, "E", "the customer's address", 0, 0},
    {"name", OPTION_TEXT, offsetof(issue_t, name), false, "NAME", "the customer's name", 0, 0},
    {"expires", OPTION_TIME, offsetof(issue_t, expires), false, "TIME", "the end, RFC 3339 or a date; without it: perpetual", 0,
     0},
    {"starts", OPTION_TIME, offsetof(issue_t, starts), false, "TIME", "the beginning; without it: at once", 0, 0},
    {"renews", OPTION_FLAG, offsetof(issue_t, renews), false, NULL, "a subscription: a late renewal is tolerated", 0, 0},
    {"seats", OPTION_NUMBER, offsetof(issue_t, seats), false, "N", "devices; else as the product says", 1, SEATS_MAX},
    {"plan", OPTION_TEXT, offsetof(issue_t, plan), false, "TEXT", "the plan's name", 0, 0},
    {"entitlements", OPTION_TEXT, offsetof(issue_t, entitlements), false, "JSON", "over those of the product", 0, 0},
    {"metadata", OPTION_TEXT, offsetof(issue_t, metadata), false, "JSON", "an object of your own", 0, 0},
    {"set", OPTION_LIST, offsetof(issue_t, set), false, "NAME=VALUE",
     "a rule that it has otherwise than its product, as overage=2", 0, 0},
    {"key", OPTION_TEXT, offsetof(issue_t, key), false, "KEY", "a license key that exists already; else one is made", 0, 0},
};

typedef struct {
    const issue_t *issue;
    const keyring_t *keyring;
    const char *policy;
    license_view_t view;
    const char *key;
} issue_work_t;

static pl_err work_issue(void *context, tx_t *tx)
{
    issue_work_t *work = context;
    const issue_t *issue = work->issue;
    license_order_t order = {
        .product = issue->product,
        .email = issue->email,
        .name = issue->name,
        .key = issue->key,
        .plan = issue->plan,
        .entitlements = issue->entitlements,
        .metadata = issue->metadata,
        .policy = work->policy,
        .seats = issue->seats,
        .starts_at_ms = issue->starts * 1000,
        .expires_at_ms = issue->expires * 1000,
        .renews = issue->renews,
    };
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, issue->brand, &brand)))
        return err;
    order.brand_id = brand.id;
    return admin_license_issue(tx, work->keyring, &order, &work->view, &work->key);
}

static pl_err run_issue(cli_t *cli, const void *values)
{
    issue_work_t work = {.issue = values};
    pl_err err;

    work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((err = members_json(&cli->arena, &work.issue->set, NULL, &work.policy)) ||
        (err = check_object(&cli->arena, "metadata", work.issue->metadata, METADATA_MAX)) ||
        (err = instance_write(cli->instance, &cli->arena, work_issue, &work)))
        return err;
    pl_json_put_text(&cli->json, "license_key", work.key);
    put_license(cli, &work.view);
    return PL_OK;
}

const command_t command_license_issue = {
    .name = "license issue",
    .summary = "issue a license to a customer",
    .example = "license issue --data /var/lib/pospal --brand acme --product till --email ann@example.com --expires 2027-12-31",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_issue,
};
