/* SPDX-License-Identifier: Apache-2.0
 *
 * Products in requests and replies.
 */
#include "api/product_form.h"

#include "license/license_key.h"

/* ---- reading ---- */

static void read_numbers(form_t *form, product_form_t *read)
{
    for (size_t i = 0; i < PRODUCT_NUMBERS; i++) {
        const product_number_t *number = &product_numbers[i];
        int64_t value = INT64_MIN;

        form_int(form, number->name, FORM_OPTIONAL, (form_range){number->min, number->max}, &value);
        read->has_number[i] = value != INT64_MIN;
        product_set_number(&read->given, number, value);
    }
}

static void read_match(form_t *form, product_form_t *read)
{
    const char *text = NULL;

    form_text(form, "match", FORM_OPTIONAL, 8, &text);
    read->has_match = text != NULL;
    if (text && pl_match_rule_parse(pl_span_text(text), &read->given.policy.match))
        form_fault(form, "match", "must be any, two, most, all or a number of components");
}

static bool read_word(form_t *form, const char *name, const char *const *words, size_t *index)
{
    *index = SIZE_MAX;
    form_word(form, name, FORM_OPTIONAL, words, index);
    return *index != SIZE_MAX;
}

static void read_term(form_t *form, product_form_t *read)
{
    product_policy_t *given = &read->given.policy;
    size_t word;

    if ((read->has_basis = read_word(form, "expiry_basis", product_basis_words, &word)))
        given->basis = (expiry_basis)word;
    if ((read->has_effect = read_word(form, "expiry_effect", product_effect_words, &word)))
        given->effect = (expiry_effect)word;
    read->has_expiry_date = !form->err && form_has(form, "expiry_date");
    form_time(form, "expiry_date", FORM_OPTIONAL, &given->expiry_date_ms);
}

void product_form_read(form_t *form, form_need need, product_form_t *read)
{
    product_t *given = &read->given;
    size_t word;

    form_text(form, "name", need, PRODUCT_NAME_MAX, &given->name);
    read_numbers(form, read);
    read_match(form, read);
    read_term(form, read);
    if ((read->has_takeover = read_word(form, "takeover", product_takeover_words, &word)))
        given->policy.takeover = (takeover_rule)word;
    read->has_entitlements = !form->err && form_has(form, "entitlements");
    form_object(form, "entitlements", PRODUCT_ENTITLEMENTS_MAX, &given->entitlements);
    read->has_trial_entitlements = !form->err && form_has(form, "trial_entitlements");
    form_object(form, "trial_entitlements", PRODUCT_ENTITLEMENTS_MAX, &given->trial_entitlements);
    form_text(form, "key_prefix", FORM_OPTIONAL, PL_LICENSE_KEY_PREFIX_MAX, &given->key_prefix);
}

static void apply_term(const product_form_t *read, product_policy_t *policy)
{
    const product_policy_t *given = &read->given.policy;

    policy->basis = read->has_basis ? given->basis : policy->basis;
    policy->effect = read->has_effect ? given->effect : policy->effect;
    policy->expiry_date_ms = read->has_expiry_date ? given->expiry_date_ms : policy->expiry_date_ms;
}

void product_form_apply(const product_form_t *read, product_t *product)
{
    const product_t *given = &read->given;

    for (size_t i = 0; i < PRODUCT_NUMBERS; i++)
        if (read->has_number[i])
            product_set_number(product, &product_numbers[i], product_number(given, &product_numbers[i]));
    product->name = given->name ? given->name : product->name;
    product->key_prefix = given->key_prefix ? given->key_prefix : product->key_prefix;
    apply_term(read, &product->policy);
    if (read->has_match)
        product->policy.match = given->policy.match;
    if (read->has_takeover)
        product->policy.takeover = given->policy.takeover;
    if (read->has_entitlements)
        product->entitlements = given->entitlements;
    if (read->has_trial_entitlements)
        product->trial_entitlements = given->trial_entitlements;
}

/* ---- writing ---- */

void product_put(pl_json_writer *json, const product_t *product)
{
    char match[8];

    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", product->id);
    pl_json_put_text(json, "slug", product->slug);
    pl_json_put_text(json, "name", product->name);
    for (size_t i = 0; i < PRODUCT_NUMBERS; i++)
        pl_json_put_int(json, product_numbers[i].name, product_number(product, &product_numbers[i]));
    pl_json_put_text(json, "match", pl_match_rule_text(product->policy.match, match));
    pl_json_put_text(json, "takeover", product_takeover_words[product->policy.takeover]);
    pl_json_put_text(json, "expiry_basis", product_basis_words[product->policy.basis]);
    brand_put_time(json, "expiry_date", product->policy.expiry_date_ms);
    pl_json_put_text(json, "expiry_effect", product_effect_words[product->policy.effect]);
    brand_put_json(json, "entitlements", product->entitlements);
    brand_put_json(json, "trial_entitlements", product->trial_entitlements);
    pl_json_put_text(json, "key_prefix", product->key_prefix);
    brand_put_time(json, "created_at", product->created_at_ms);
    pl_json_put_int(json, "version", product->version);
    pl_json_close(json);
}
