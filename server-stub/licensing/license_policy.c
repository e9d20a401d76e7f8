/* SPDX-License-Identifier: Apache-2.0
 *
 * Policies of licenses.
 */
#include "licensing/license_policy.h"

#include "licensing/admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Members by place: the numbers of a product, then its rules that are words. */
enum { MATCH = PRODUCT_NUMBERS, TAKEOVER, EFFECT, MEMBERS, DAY_S = 86400, DETAIL_MAX = 160 };

typedef struct {
    product_t values; /* of those that are given */
    uint32_t given;
    uint32_t cleared;
} policy_t;

static const char *name_of(size_t member)
{
    static const char *const words[] = {"match", "takeover", "expiry_effect"};

    return member < PRODUCT_NUMBERS ? product_numbers[member].name : words[member - PRODUCT_NUMBERS];
}

static bool is_ours(size_t member)
{
    return member >= PRODUCT_NUMBERS || product_numbers[member].is_license_s;
}

static uint32_t bit(size_t member)
{
    return UINT32_C(1) << member;
}

static size_t find_member(const char *name)
{
    size_t member = 0;

    while (member < MEMBERS && (!is_ours(member) || strcmp(name_of(member), name) != 0))
        member++;
    return member;
}

static void copy(size_t member, const product_t *from, product_t *to)
{
    switch (member) {
    case MATCH:
        to->policy.match = from->policy.match;
        break;
    case TAKEOVER:
        to->policy.takeover = from->policy.takeover;
        break;
    case EFFECT:
        to->policy.effect = from->policy.effect;
        break;
    default:
        product_set_number(to, &product_numbers[member], product_number(from, &product_numbers[member]));
    }
}

/* ---- reading ---- */

typedef struct {
    policy_t *policy;
    const pl_json *object;
    license_policy_fault fault;
    void *context;
    char detail[DETAIL_MAX];
} reading_t;

static bool find_word(const char *text, const char *const *words, size_t *index)
{
    for (*index = 0; text && words[*index]; ++*index)
        if (strcmp(words[*index], text) == 0)
            return true;
    return false;
}

static const char *read_number(reading_t *reading, size_t member, const pl_json *value)
{
    const product_number_t *number = &product_numbers[member];
    int64_t found;

    if (pl_json_int(value, &found) && found >= number->min && found <= number->max) {
        product_set_number(&reading->policy->values, number, found);
        return NULL;
    }
    (void)snprintf(reading->detail, sizeof reading->detail, "must be a whole number from %" PRId64 " to %" PRId64, number->min,
                   number->max);
    return reading->detail;
}

static const char *read_member(reading_t *reading, size_t member, const pl_json *value)
{
    product_policy_t *values = &reading->policy->values.policy;
    const char *text = pl_json_text(value);
    size_t word;

    switch (member) {
    case MATCH:
        if (text && !pl_match_rule_parse(pl_span_text(text), &values->match))
            return NULL;
        return "must be any, two, most, all or a number of components";
    case TAKEOVER:
        if (!find_word(text, product_takeover_words, &word))
            return "must be one of never, idle, any";
        values->takeover = (takeover_rule)word;
        return NULL;
    case EFFECT:
        if (!find_word(text, product_effect_words, &word))
            return "must be one of restrict, keep";
        values->effect = (expiry_effect)word;
        return NULL;
    default:
        return read_number(reading, member, value);
    }
}

static pl_err read_each(void *context, const char *name, const pl_json *value)
{
    reading_t *reading = context;
    size_t member = find_member(name);
    const char *detail = NULL;

    if (member == MEMBERS)
        detail =
            strcmp(name, "seats") == 0 ? "is max_seats of the license itself" : "is no rule that a license can have of its own";
    else if (!pl_json_get(reading->object, name) /* null */)
        reading->policy->cleared |= bit(member);
    else if (!(detail = read_member(reading, member, value)))
        reading->policy->given |= bit(member);
    if (detail)
        reading->fault(reading->context, name, detail);
    return PL_OK;
}

static pl_err read(pl_arena *arena, const char *json, reading_t *reading)
{
    const pl_json *object;
    pl_err err = pl_json_parse(arena, pl_span_text(json), LICENSE_POLICY_MAX, &object);

    if (err)
        return err;
    if (!pl_json_is_object(object))
        return pl_fail(PL_ERR_INVALID, "policy must be an object");
    reading->object = object;
    return pl_json_each(object, read_each, reading);
}

pl_err license_policy_look(pl_arena *arena, const char *json, license_policy_fault fault, void *context)
{
    policy_t policy = {.given = 0};
    reading_t reading = {&policy, NULL, fault, context, ""};

    return read(arena, json, &reading);
}

/* The first fault, which is enough where nobody lists them. */
static void keep_fault(void *context, const char *member, const char *detail)
{
    pl_err *err = context;

    if (!*err)
        *err = pl_fail(PL_ERR_INVALID, "policy.%.64s %s", member, detail);
}

static pl_err read_whole(pl_arena *arena, const char *json, policy_t *policy)
{
    pl_err fault = PL_OK;
    reading_t reading = {policy, NULL, keep_fault, &fault, ""};
    pl_err err = json ? read(arena, json, &reading) : PL_OK;

    return err ? err : fault;
}

/* ---- writing ---- */

static void put_member(pl_json_writer *json, size_t member, const product_t *product)
{
    char match[8];

    switch (member) {
    case MATCH:
        pl_json_put_text(json, name_of(member), pl_match_rule_text(product->policy.match, match));
        break;
    case TAKEOVER:
        pl_json_put_text(json, name_of(member), product_takeover_words[product->policy.takeover]);
        break;
    case EFFECT:
        pl_json_put_text(json, name_of(member), product_effect_words[product->policy.effect]);
        break;
    default:
        pl_json_put_int(json, name_of(member), product_number(product, &product_numbers[member]));
    }
}

static void put(pl_json_writer *json, const char *name, uint32_t members, const product_t *product)
{
    pl_json_open(json, name, '{');
    for (size_t i = 0; i < MEMBERS; i++)
        if (is_ours(i) && members & bit(i))
            put_member(json, i, product);
    pl_json_close(json);
}

void license_policy_put(pl_json_writer *json, const char *name, const product_t *product)
{
    put(json, name, UINT32_MAX, product);
}

static pl_err write(pl_arena *arena, const policy_t *policy, const char **text)
{
    pl_json_writer json;
    pl_buf out;
    pl_err err;

    *text = NULL;
    if (!policy->given)
        return PL_OK;
    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    put(&json, NULL, policy->given, &policy->values);
    err = out.err;
    if (!err && !(*text = pl_arena_text(arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    return err;
}

static void lay(const policy_t *policy, product_t *product)
{
    for (size_t i = 0; i < MEMBERS; i++)
        if (policy->given & bit(i))
            copy(i, &policy->values, product);
}

pl_err license_policy_merge(pl_arena *arena, const char *before, const char *json, const char **after)
{
    policy_t policy = {.given = 0};
    policy_t change = {.given = 0};
    pl_err err;

    if ((err = read_whole(arena, before, &policy)) || (err = read_whole(arena, json, &change)))
        return err;
    lay(&change, &policy.values);
    policy.given = (policy.given | change.given) & ~change.cleared;
    return write(arena, &policy, after);
}

/* ---- the policy that holds ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool has(const policy_t *own, const char *name)
{
    return (own->given & bit(find_member(name))) != 0;
}

/* Both were fitting when they were written; the product's may have been changed since. */
static void reconcile(const policy_t *own, product_policy_t *policy)
{
    if (has(own, "grace_s") || !has(own, "check_by_s"))
        policy->check_by_s = least(policy->check_by_s, policy->grace_s);
    else
        policy->grace_s = most(policy->grace_s, policy->check_by_s);
    if (has(own, "session_lease_s") || !has(own, "session_beat_s"))
        policy->session_beat_s = most(1, least(policy->session_beat_s, policy->session_lease_s / 3));
    else
        policy->session_lease_s = most(policy->session_lease_s, 3 * policy->session_beat_s);
}

/* Who must check in within a time is told nothing that holds longer. */
static void shorten(product_policy_t *policy)
{
    if (!policy->check_in_s)
        return;
    policy->check_by_s = least(policy->check_by_s, policy->check_in_s);
    policy->grace_s = least(policy->grace_s, policy->check_in_s);
    policy->offline_s = least(policy->offline_s, policy->check_in_s);
}

/* Never two devices on one seat: what the silent one was told is over first. */
static void delay_freeing(product_policy_t *policy)
{
    int64_t told_s = policy->grace_s + policy->emergency_s;

    if (policy->free_after_days)
        policy->free_after_days = most(policy->free_after_days, (told_s + DAY_S - 1) / DAY_S);
}

pl_err license_policy_lay(pl_arena *arena, const license_t *license, product_t *product)
{
    policy_t own = {.given = 0};

    if (license->policy && read_whole(arena, license->policy, &own))
        return pl_fail(PL_ERR_DATABASE, "the policy of a license is damaged");
    lay(&own, product);
    reconcile(&own, &product->policy);
    shorten(&product->policy);
    delay_freeing(&product->policy);
    return PL_OK;
}

pl_err license_policy_product(tx_t *tx, const license_t *license, product_t *product)
{
    pl_err err = products_find(tx, license->brand_id, license->product_id, product);

    return err ? err : license_policy_lay(tx->arena, license, product);
}

/* ---- what was just given ---- */

/* The members that both have with one value. No rule looks at more than one of those that are words, so these are never among them. */
static uint32_t unchanged(const policy_t *own, const policy_t *before)
{
    uint32_t members = 0;

    for (size_t i = 0; i < PRODUCT_NUMBERS; i++)
        if (own->given & before->given & bit(i) &&
            product_number(&own->values, &product_numbers[i]) == product_number(&before->values, &product_numbers[i]))
            members |= bit(i);
    return members;
}

static pl_err read_check(tx_t *tx, const license_t *license, policy_t *own, product_t *product)
{
    pl_err err = read_whole(tx->arena, license->policy, own);

    return err ? err : products_find(tx, license->brand_id, license->product_id, product);
}

pl_err license_policy_check(tx_t *tx, const license_t *license, const char *before)
{
    policy_t own = {.given = 0};
    policy_t was = {.given = 0};
    policy_t kept;
    product_t product;
    pl_err err;

    if (!license->policy)
        return PL_OK;
    if ((err = read_check(tx, license, &own, &product)) || (err = read_whole(tx->arena, before, &was)))
        return err;
    kept = own;
    kept.given = unchanged(&own, &was);
    own.given &= ~kept.given;
    lay(&kept, &product);
    reconcile(&kept, &product.policy);
    delay_freeing(&product.policy);
    lay(&own, &product);
    return admin_policy_check(&product.policy);
}

pl_err license_policy_check_imported(tx_t *tx, const license_t *license)
{
    policy_t own = {.given = 0};
    product_t product;
    pl_err err;

    if (!license->policy)
        return PL_OK;
    if ((err = read_check(tx, license, &own, &product)))
        return err;
    lay(&own, &product);
    reconcile(&own, &product.policy);
    delay_freeing(&product.policy);
    own.given &= ~bit(find_member("free_after_days")); /* which gives way as well */
    lay(&own, &product);
    return admin_policy_check(&product.policy);
}
