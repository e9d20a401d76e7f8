/* SPDX-License-Identifier: Apache-2.0
 *
 * `product add`, `product change`, `product list`.
 */
#include "cli/fields.h"
#include "cli/members.h"
#include "license/session.h"
#include "licensing/admin.h"
#include "licensing/product_numbers.h"
#include "licensing/trial.h"

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

/* Numbers are 0 where not given. */
typedef struct {
    cli_common_t common;
    const char *brand;
    const char *slug;
    const char *name;
    int64_t seats;
    const char *match;
    const char *entitlements;
    const char *key_prefix;
    int64_t key_group;
    int64_t check_by_days;
    int64_t grace_days;
    int64_t emergency_hours;
    int64_t slack_days;
    int64_t sessions;
    int64_t session_lease;
    int64_t session_beat;
    int64_t cooldown;
    const char *takeover;
    int64_t trial_days;
    const char *trial_entitlements;
    bool no_emergency;
    int64_t offline_days;
    int64_t offline_releases;
    bool no_offline;
    option_list_t set;
} product_add_t;

static const option_t add_options[] = {
    {"brand", OPTION_TEXT, offsetof(product_add_t, brand), true, "SLUG", "the brand", 0, 0},
    {"slug", OPTION_TEXT, offsetof(product_add_t, slug), true, "SLUG", "the product's short name, which programs give", 0, 0},
    {"seats", OPTION_NUMBER, offsetof(product_add_t, seats), true, "N", "devices per license", 1, SEATS_MAX},
    {"name", OPTION_TEXT, offsetof(product_add_t, name), false, "NAME", "its name; else the slug", 0, 0},
    {"check-by-days", OPTION_NUMBER, offsetof(product_add_t, check_by_days), false, "N", "an answer is in order so long (3)", 1,
     3650},
    {"grace-days", OPTION_NUMBER, offsetof(product_add_t, grace_days), false, "N", "and tolerated so long in all (10)", 1, 366},
    {"emergency-hours", OPTION_NUMBER, offsetof(product_add_t, emergency_hours), false, "N", "emergency extension (24)", 1, 720},
    {"no-emergency", OPTION_FLAG, offsetof(product_add_t, no_emergency), false, NULL, "no emergency extension", 0, 0},
    {"offline-days", OPTION_NUMBER, offsetof(product_add_t, offline_days), false, "N",
     "an answer that is carried holds so long (366)", 1, 366},
    {"offline-releases", OPTION_NUMBER, offsetof(product_add_t, offline_releases), false, "N",
     "seats given back offline per license and year (3)", 1, 1000000},
    {"no-offline", OPTION_FLAG, offsetof(product_add_t, no_offline), false, NULL, "no activation and release without network", 0,
     0},
    {"slack-days", OPTION_NUMBER, offsetof(product_add_t, slack_days), false, "N", "late renewals harm nobody so long (3)", 1,
     90},
    {"sessions", OPTION_NUMBER, offsetof(product_add_t, sessions), false, "N",
     "that may live at once per license (as many as seats)", 1, SEATS_MAX},
    {"session-lease-s", OPTION_NUMBER, offsetof(product_add_t, session_lease), false, "S",
     "a silent one's seat is free after (120)", 3, PL_SESSION_LEASE_S_MAX},
    {"session-beat-s", OPTION_NUMBER, offsetof(product_add_t, session_beat), false, "S", "from beat to beat at most (30)", 1,
     3600},
    {"takeover", OPTION_TEXT, offsetof(product_add_t, takeover), false, "RULE",
     "who may take a session over: any device of the license (any, default), only from an idle one (idle), none (never)", 0, 0},
    {"cooldown-s", OPTION_NUMBER, offsetof(product_add_t, cooldown), false, "S", "a seat taken over is safe for (300)", 1, 86400},
    {"trial-days", OPTION_NUMBER, offsetof(product_add_t, trial_days), false, "N", "length of a trial without a key (no trials)",
     1, TRIAL_DAYS_MAX},
    {"trial-entitlements", OPTION_TEXT, offsetof(product_add_t, trial_entitlements), false, "JSON",
     "of a trial, over the product's", 0, 0},
    {"match", OPTION_TEXT, offsetof(product_add_t, match), false, "RULE",
     "same device: any, two (default), most, all or a number", 0, 0},
    {"entitlements", OPTION_TEXT, offsetof(product_add_t, entitlements), false, "JSON", "such as {\"tills\":{\"value\":3}}", 0,
     0},
    {"key-prefix", OPTION_TEXT, offsetof(product_add_t, key_prefix), false, "TEXT", "of new license keys", 0, 0},
    {"key-group", OPTION_NUMBER, offsetof(product_add_t, key_group), false, "N", "characters between two '-' of a key", 2, 32},
    {"set", OPTION_LIST, offsetof(product_add_t, set), false, "NAME=VALUE",
     "any member that the vendor's API has, as overage=2 or expiry_basis=first_activation", 0, 0},
};

typedef struct {
    const product_add_t *add;
    product_t product;
} product_work_t;

static void fill_offline(const product_add_t *add, product_policy_t *policy)
{
    if (add->offline_days)
        policy->offline_s = add->offline_days * DAY_S;
    if (add->offline_releases)
        policy->offline_releases = add->offline_releases;
    if (add->no_offline)
        policy->offline_s = policy->offline_releases = 0;
}

static const char *const takeover_texts[] = {[TAKEOVER_NEVER] = "never", [TAKEOVER_IDLE] = "idle", [TAKEOVER_ANY] = "any"};

enum { TAKEOVER_COUNT = sizeof takeover_texts / sizeof *takeover_texts };

static pl_err parse_takeover(const char *text, takeover_rule *rule)
{
    for (size_t i = 0; i < TAKEOVER_COUNT; i++)
        if (strcmp(takeover_texts[i], text) == 0) {
            *rule = (takeover_rule)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "--takeover is \"%s\"; any, idle and never are possible", text);
}

static pl_err fill_sessions(const product_add_t *add, product_policy_t *policy)
{
    policy->sessions = add->sessions;
    if (add->session_lease)
        policy->session_lease_s = add->session_lease;
    if (add->session_beat)
        policy->session_beat_s = add->session_beat;
    if (add->cooldown)
        policy->session_cooldown_s = add->cooldown;
    return add->takeover ? parse_takeover(add->takeover, &policy->takeover) : PL_OK;
}

static pl_err fill_product(const product_add_t *add, product_t *product)
{
    product_policy_t *policy = &product->policy;

    *policy = admin_default_policy();
    product->slug = add->slug;
    product->name = add->name ? add->name : add->slug;
    product->entitlements = add->entitlements;
    product->trial_entitlements = add->trial_entitlements;
    product->key_prefix = add->key_prefix;
    product->key_group = add->key_group;
    policy->seats = add->seats;
    policy->trial_days = add->trial_days;
    if (add->check_by_days)
        policy->check_by_s = add->check_by_days * DAY_S;
    if (add->grace_days)
        policy->grace_s = add->grace_days * DAY_S;
    if (add->emergency_hours)
        policy->emergency_s = add->emergency_hours * HOUR_S;
    if (add->no_emergency)
        policy->emergency_s = 0;
    if (add->slack_days)
        policy->slack_s = add->slack_days * DAY_S;
    fill_offline(add, policy);
    if (policy->grace_s < policy->check_by_s)
        return pl_fail(PL_ERR_INVALID, "--grace-days counts from the answer, so it cannot be less than --check-by-days");
    if (add->match && pl_match_rule_parse(pl_span_text(add->match), &policy->match))
        return pl_fail(PL_ERR_INVALID, "--match is \"%s\"; any, two, most, all and a number are possible", add->match);
    return fill_sessions(add, policy);
}

static pl_err work_add(void *context, tx_t *tx)
{
    product_work_t *work = context;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->add->brand, &brand)))
        return err;
    return admin_product_add(tx, brand.id, &work->product);
}

static void put_later_rules(cli_t *cli, const product_policy_t *policy)
{
    pl_json_put_int(&cli->json, "overage", policy->overage);
    pl_json_put_int(&cli->json, "free_after_days", policy->free_after_days);
    pl_json_put_int(&cli->json, "check_in_s", policy->check_in_s);
    pl_json_put_text(&cli->json, "expiry_basis", product_basis_words[policy->basis]);
    pl_json_put_int(&cli->json, "duration_days", policy->duration_days);
    put_time(cli, "expiry_date", policy->expiry_date_ms);
    pl_json_put_text(&cli->json, "expiry_effect", product_effect_words[policy->effect]);
}

static void put_product(cli_t *cli, const product_t *product)
{
    char match[8];

    put_id(cli, "product_id", product->id);
    pl_json_put_text(&cli->json, "slug", product->slug);
    pl_json_put_text(&cli->json, "name", product->name);
    pl_json_put_int(&cli->json, "seats", product->policy.seats);
    pl_json_put_int(&cli->json, "check_by_s", product->policy.check_by_s);
    pl_json_put_int(&cli->json, "grace_s", product->policy.grace_s);
    pl_json_put_int(&cli->json, "emergency_s", product->policy.emergency_s);
    pl_json_put_int(&cli->json, "slack_s", product->policy.slack_s);
    pl_json_put_int(&cli->json, "sessions", product->policy.sessions);
    pl_json_put_int(&cli->json, "session_lease_s", product->policy.session_lease_s);
    pl_json_put_int(&cli->json, "session_beat_s", product->policy.session_beat_s);
    pl_json_put_text(&cli->json, "takeover", takeover_texts[product->policy.takeover]);
    pl_json_put_int(&cli->json, "cooldown_s", product->policy.session_cooldown_s);
    pl_json_put_int(&cli->json, "offline_s", product->policy.offline_s);
    pl_json_put_int(&cli->json, "offline_releases", product->policy.offline_releases);
    pl_json_put_int(&cli->json, "trial_days", product->policy.trial_days);
    pl_json_put_text(&cli->json, "match", pl_match_rule_text(product->policy.match, match));
    put_later_rules(cli, &product->policy);
}

static pl_err run_add(cli_t *cli, const void *values)
{
    product_work_t work = {.add = values};
    const char *members;
    pl_err err;

    if ((err = fill_product(work.add, &work.product)) || (err = members_json(&cli->arena, &work.add->set, NULL, &members)) ||
        (err = members_apply(&cli->arena, members, &work.product)) ||
        (err = instance_write(cli->instance, &cli->arena, work_add, &work)))
        return err;
    put_product(cli, &work.product);
    return PL_OK;
}

/* ---- change ---- */

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *product;
    option_list_t set;
    option_list_t clear;
} product_change_t;

static const option_t change_options[] = {
    {"brand", OPTION_TEXT, offsetof(product_change_t, brand), true, "SLUG", "the brand", 0, 0},
    {"product", OPTION_TEXT, offsetof(product_change_t, product), true, "SLUG", "the product", 0, 0},
    {"set", OPTION_LIST, offsetof(product_change_t, set), false, "NAME=VALUE",
     "a member that the vendor's API has, as overage=2 or grace_s=1814400", 0, 0},
    {"clear", OPTION_LIST, offsetof(product_change_t, clear), false, "NAME",
     "take away: entitlements, trial_entitlements, key_prefix or expiry_date", 0, 0},
};

typedef struct {
    const product_change_t *change;
    const char *members;
    product_t product;
} change_work_t;

static pl_err work_change(void *context, tx_t *tx)
{
    change_work_t *work = context;
    product_t before;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->change->brand, &brand)))
        return err;
    if ((err = products_find_by_slug(tx, brand.id, work->change->product, &before)))
        return err == PL_ERR_NOT_FOUND
                   ? pl_fail(err, "the brand has no product \"%s\"; `product list` shows them", work->change->product)
                   : err;
    work->product = before;
    if ((err = members_apply(tx->arena, work->members, &work->product)))
        return err;
    return admin_product_change(tx, &before, &work->product);
}

static pl_err run_change(cli_t *cli, const void *values)
{
    change_work_t work = {.change = values};
    pl_err err;

    if ((err = members_json(&cli->arena, &work.change->set, &work.change->clear, &work.members)))
        return err;
    if (!work.members)
        return pl_fail(PL_ERR_INVALID, "there is nothing to change; --set NAME=VALUE says what");
    if ((err = instance_write(cli->instance, &cli->arena, work_change, &work)))
        return err;
    put_product(cli, &work.product);
    pl_json_put_int(&cli->json, "version", work.product.version);
    return PL_OK;
}

/* ---- list ---- */

typedef struct {
    cli_common_t common;
    const char *brand;
} product_list_t;

static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(product_list_t, brand), true, "SLUG", "the brand", 0, 0},
};

typedef struct {
    const char *brand;
    product_t *products;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->brand, &brand)))
        return err;
    return products_list(tx, brand.id, &work->products, &work->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const product_list_t *list = values;
    list_work_t work = {list->brand, NULL, 0};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    if (err)
        return err;
    pl_json_open(&cli->json, "products", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_product(cli, &work.products[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_product_add = {
    .name = "product add",
    .summary = "add a product with its policy",
    .example = "product add --data /var/lib/pospal --brand acme --slug till --seats 3",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

const command_t command_product_change = {
    .name = "product change",
    .summary = "change a product's policy, for the licenses that are there too",
    .example = "product change --data /var/lib/pospal --brand acme --product till --set overage=2 --set check_in_s=2592000",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_change,
};

const command_t command_product_list = {
    .name = "product list",
    .summary = "list a brand's products",
    .example = "product list --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};
