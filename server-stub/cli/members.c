/* SPDX-License-Identifier: Apache-2.0
 *
 * Members from words. What numbers must be among themselves is the rule of licensing/admin_products.c.
 */
#include "cli/members.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "licensing/product_numbers.h"

#include <inttypes.h>
#include <string.h>

enum { JSON_MAX = 64 * 1024, NAME_MAX_SIZE = 64 };

/* ---- words to JSON ---- */

static bool is_number(const char *text)
{
    text += *text == '-';
    return text[0] && strspn(text, "0123456789") == strlen(text);
}

static bool is_written_as_json(const char *text)
{
    return is_number(text) || text[0] == '{' || text[0] == '[' || strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

static pl_err put_value(pl_json_writer *json, pl_arena *arena, const char *name, const char *text)
{
    const char *member = pl_arena_format(arena, "{\"value\":%s}", text);
    const pl_json *object;
    pl_err err;

    if (!member)
        return PL_ERR_MEMORY;
    if (!is_written_as_json(text)) {
        pl_json_put_text(json, name, text);
        return PL_OK;
    }
    if ((err = pl_json_parse(arena, pl_span_text(member), JSON_MAX, &object)) == PL_ERR_MEMORY)
        return err;
    if (err)
        return pl_fail(PL_ERR_INVALID, "--set %s: its value begins as JSON does, but is none", name);
    pl_json_put_raw(json, name, pl_span_text(text));
    return PL_OK;
}

static pl_err put_word(pl_json_writer *json, pl_arena *arena, const char *word)
{
    const char *equals = strchr(word, '=');
    const char *name;

    if (!equals || equals == word || equals - word > NAME_MAX_SIZE)
        return pl_fail(PL_ERR_INVALID, "--set is \"%s\"; NAME=VALUE is needed, as in --set overage=2", word);
    if (!(name = pl_arena_text(arena, pl_span_of(word, (size_t)(equals - word)))))
        return PL_ERR_MEMORY;
    return put_value(json, arena, name, equals + 1);
}

static pl_err put_words(pl_json_writer *json, pl_arena *arena, const option_list_t *set, const option_list_t *clear)
{
    pl_err err = PL_OK;

    pl_json_open(json, NULL, '{');
    for (size_t i = 0; !err && i < set->count; i++)
        err = put_word(json, arena, set->items[i]);
    for (size_t i = 0; clear && i < clear->count; i++)
        pl_json_put_raw(json, clear->items[i], pl_span_text("null"));
    pl_json_close(json);
    return err;
}

pl_err members_json(pl_arena *arena, const option_list_t *set, const option_list_t *clear, const char **json)
{
    const pl_json *object;
    pl_json_writer writer;
    pl_buf out;
    pl_err err;

    *json = NULL;
    if (!set->count && !(clear && clear->count))
        return PL_OK;
    pl_buf_init(&out);
    pl_json_writer_init(&writer, &out);
    if (!(err = put_words(&writer, arena, set, clear)) && !(err = out.err) && !(*json = pl_arena_text(arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    if (!err && (err = pl_json_parse(arena, pl_span_text(*json), JSON_MAX, &object)) != PL_ERR_MEMORY && err)
        return pl_fail(PL_ERR_INVALID, "a member is given twice in --set and --clear");
    return err;
}

/* ---- JSON to a product ---- */

typedef struct {
    pl_arena *arena;
    product_t *product;
} target_t;

static pl_err set_number(product_t *product, const product_number_t *number, const pl_json *value)
{
    int64_t found;

    if (!pl_json_int(value, &found) || found < number->min || found > number->max)
        return pl_fail(PL_ERR_INVALID, "%s must be a whole number from %" PRId64 " to %" PRId64, number->name, number->min,
                       number->max);
    product_set_number(product, number, found);
    return PL_OK;
}

static pl_err find_word(const char *name, const char *text, const char *const *words, size_t *index)
{
    for (*index = 0; text && words[*index]; ++*index)
        if (strcmp(words[*index], text) == 0)
            return PL_OK;
    return pl_fail(PL_ERR_INVALID, "%s cannot be \"%.40s\"; docs/VENDOR-API.md has its words", name, text ? text : "");
}

/* PL_ERR_NOT_FOUND: it is no rule. */
static pl_err set_rule(product_policy_t *policy, const char *name, const char *text)
{
    size_t word;
    pl_err err;

    if (strcmp(name, "match") == 0)
        return text && !pl_match_rule_parse(pl_span_text(text), &policy->match)
                   ? PL_OK
                   : pl_fail(PL_ERR_INVALID, "match must be any, two, most, all or a number of components");
    if (strcmp(name, "takeover") == 0) {
        if (!(err = find_word(name, text, product_takeover_words, &word)))
            policy->takeover = (takeover_rule)word;
        return err;
    }
    if (strcmp(name, "expiry_basis") == 0) {
        if (!(err = find_word(name, text, product_basis_words, &word)))
            policy->basis = (expiry_basis)word;
        return err;
    }
    if (strcmp(name, "expiry_effect") != 0)
        return PL_ERR_NOT_FOUND;
    if (!(err = find_word(name, text, product_effect_words, &word)))
        policy->effect = (expiry_effect)word;
    return err;
}

static pl_err set_expiry_date(product_policy_t *policy, const char *text)
{
    int64_t seconds = 0;

    if (text && pl_timestamp_parse(pl_span_text(text), &seconds))
        return pl_fail(PL_ERR_INVALID, "expiry_date must be a time as RFC 3339 has it, such as 2027-01-31T12:00:00Z");
    policy->expiry_date_ms = seconds * 1000;
    return PL_OK;
}

static pl_err set_json(const target_t *target, const pl_json *value, const char **text)
{
    pl_json_writer json;
    pl_buf out;
    pl_err err;

    *text = NULL;
    if (!value)
        return PL_OK;
    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    pl_json_put_value(&json, NULL, value);
    if (!(err = out.err) && !(*text = pl_arena_text(target->arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    return err;
}

static pl_err set_other(const target_t *target, const char *name, const pl_json *value)
{
    product_t *product = target->product;
    const char *text = value ? pl_json_text(value) : NULL;

    if (strcmp(name, "expiry_date") == 0)
        return set_expiry_date(&product->policy, text);
    if (strcmp(name, "entitlements") == 0)
        return set_json(target, value, &product->entitlements);
    if (strcmp(name, "trial_entitlements") == 0)
        return set_json(target, value, &product->trial_entitlements);
    if (strcmp(name, "key_prefix") == 0)
        product->key_prefix = text ? text : "";
    else if (strcmp(name, "name") == 0)
        product->name = text ? text : "";
    else
        return pl_fail(PL_ERR_INVALID, "a product has no member \"%.64s\" that could be set; docs/VENDOR-API.md names them",
                       name);
    return PL_OK;
}

static pl_err set_member(void *context, const char *name, const pl_json *member)
{
    const target_t *target = context;
    const char *text = pl_json_text(member);
    int64_t number;
    const pl_json *value = text || pl_json_int(member, &number) || pl_json_is_object(member) ? member : NULL;
    pl_err err;

    for (size_t i = 0; i < PRODUCT_NUMBERS; i++)
        if (strcmp(product_numbers[i].name, name) == 0)
            return set_number(target->product, &product_numbers[i], member);
    if (!text && pl_json_int(member, &number)) /* match=3 */
        text = pl_arena_format(target->arena, "%" PRId64, number);
    err = set_rule(&target->product->policy, name, text);
    return err == PL_ERR_NOT_FOUND ? set_other(target, name, value) : err;
}

pl_err members_apply(pl_arena *arena, const char *json, product_t *product)
{
    target_t target = {arena, product};
    const pl_json *object;
    pl_err err;

    if (!json)
        return PL_OK;
    err = pl_json_parse(arena, pl_span_text(json), JSON_MAX, &object);
    return err ? err : pl_json_each(object, set_member, &target);
}
