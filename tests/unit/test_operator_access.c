/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/operator_access.c, and the questions across brands: store/ecosystem.c
 */
#include "licensing/operator_access.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/api_access.h"
#include "store/audit_search.h"
#include "store/ecosystem.h"
#include "support/validator.h"

typedef struct {
    operator_key_order_t order;
    operator_key_t key;
    const char *shown;
    pl_uuid id;
    uint8_t hash[PL_DIGEST_SIZE];
    audit_search_t search;
    audit_t *entries;
    size_t count;
    customer_t wanted;
    customer_t *customers;
    brand_counts_t counts;
    pl_uuid brand_id;
} job;

static pl_err add(void *context, tx_t *tx)
{
    job *j = context;

    return operator_key_add(tx, &j->order, &j->key, &j->shown);
}

static pl_err admit(void *context, tx_t *tx)
{
    job *j = context;

    return operator_key_admit(tx, j->hash, &j->key);
}

static pl_err revoke(void *context, tx_t *tx)
{
    return operator_key_revoke(tx, ((job *)context)->id);
}

static pl_err look(void *context, tx_t *tx)
{
    (void)context;
    tx->actor = "operator_key:x";
    return operator_look_note(tx, "licenses", "Ada@Example.com");
}

static pl_err search(void *context, tx_t *tx)
{
    job *j = context;
    audit_page_t page;
    pl_err err;

    j->search.limit = 10;
    err = audit_search(tx, &j->search, &page);

    j->entries = page.entries;
    j->count = page.count;
    return err;
}

static pl_err brand_key(void *context, tx_t *tx)
{
    static const api_key_order_t order = {"all", "* ecosystem:read", 0}; /* as if one had got that far */
    job *j = context;
    api_key_t key;
    pl_err err = api_key_add(tx, j->brand_id, &order, &key, &j->shown);

    memcpy(j->hash, key.hash, sizeof key.hash);
    return err;
}

static pl_err find_in_brands(void *context, tx_t *tx)
{
    job *j = context;
    api_key_t key;

    return api_key_admit(tx, j->hash, "licenses:read", &key);
}

static pl_err customers(void *context, tx_t *tx)
{
    job *j = context;

    return ecosystem_customers(tx, &j->wanted, 10, &j->customers, &j->count);
}

static pl_err count(void *context, tx_t *tx)
{
    job *j = context;

    return ecosystem_count(tx, j->brand_id, &j->counts);
}

static job made(validator *v, int64_t expires_at_ms)
{
    job j = {.order = {"support", expires_at_ms}, .brand_id = v->made.brand_id};

    assert_int_equal(validator_do(v, add, &j), PL_OK);
    memcpy(j.hash, j.key.hash, sizeof j.hash);
    j.id = j.key.id;
    return j;
}

static void an_operator_key_is_good_until_its_end_or_revocation(void **state)
{
    validator *v = *state;
    job lasting = made(v, 0);
    job brief = made(v, VALIDATOR_NOW_MS + 60000);

    assert_int_equal(validator_do(v, admit, &lasting), PL_OK);
    assert_int_equal(validator_do(v, admit, &brief), PL_OK);
    validator_advance(v, 61);
    assert_int_equal(validator_do(v, admit, &brief), PL_ERR_UNAUTHORIZED);
    assert_int_equal(validator_do(v, revoke, &lasting), PL_OK);
    assert_int_equal(validator_do(v, admit, &lasting), PL_ERR_UNAUTHORIZED);
    lasting.hash[0] ^= 1;
    assert_int_equal(validator_do(v, admit, &lasting), PL_ERR_UNAUTHORIZED);
    lasting.id.bytes[0] ^= 1;
    assert_int_equal(validator_do(v, revoke, &lasting), PL_ERR_NOT_FOUND);
}

static void a_brands_key_of_any_scope_is_refused(void **state)
{
    validator *v = *state;
    job j = {.brand_id = v->made.brand_id};

    assert_int_equal(validator_do(v, brand_key, &j), PL_OK);
    assert_int_equal(validator_do(v, admit, &j), PL_ERR_FORBIDDEN);
}

static void an_operator_key_opens_no_brand(void **state)
{
    validator *v = *state;
    job j = made(v, 0);

    assert_int_equal(validator_do(v, find_in_brands, &j), PL_ERR_UNAUTHORIZED);
}

static void what_makes_no_sense_is_refused(void **state)
{
    validator *v = *state;
    job nameless = {.order = {"", 0}};
    job over = {.order = {"x", VALIDATOR_NOW_MS - 1}};

    assert_int_equal(validator_do(v, add, &nameless), PL_ERR_INVALID);
    assert_int_equal(validator_do(v, add, &over), PL_ERR_INVALID);
}

static void a_look_is_noted_without_the_address_it_was_for(void **state)
{
    validator *v = *state;
    job j = {.search = {.action = AUDIT_OPERATOR_LOOKED}};
    const char *commitment;

    assert_int_equal(validator_do(v, look, &j), PL_OK);
    assert_int_equal(validator_do(v, search, &j), PL_OK);
    assert_int_equal(j.count, 1);
    assert_string_equal(j.entries[0].actor, "operator_key:x");
    assert_null(strstr(j.entries[0].metadata, "xample"));
    commitment = strstr(j.entries[0].metadata, "\"email\":\"") + 9;
    commitment = pl_arena_text(&v->arena, pl_span_of(commitment, strcspn(commitment, "\"")));
    assert_true(audit_commitment_fits(&j.entries[0], "ada@example.com", commitment));
    assert_false(audit_commitment_fits(&j.entries[0], "bob@example.com", commitment));
}

static void an_address_is_found_in_every_brand_and_each_is_counted(void **state)
{
    validator *v = *state;
    brand_made_t other;
    const char *key;
    job j = {.wanted = {.email = "ADA@example.com"}, .brand_id = v->made.brand_id};

    validator_add_brand(v, "other", &other);
    (void)validator_issue(v, NULL, &key);
    (void)validator_issue(v, &(license_order_t){.brand_id = other.brand.id, .product = "till", .email = "ada@example.com"}, &key);
    (void)validator_issue(v, &(license_order_t){.brand_id = other.brand.id, .product = "till", .email = "bob@example.com"}, &key);
    assert_int_equal(validator_do(v, customers, &j), PL_OK);
    assert_int_equal(j.count, 2);
    j.wanted.brand_id = j.customers[1].brand_id;
    assert_int_equal(validator_do(v, customers, &j), PL_OK);
    assert_int_equal(j.count, 1);
    assert_int_equal(validator_do(v, count, &j), PL_OK);
    assert_int_equal(j.counts.licenses, 1);
    j.brand_id = other.brand.id;
    assert_int_equal(validator_do(v, count, &j), PL_OK);
    assert_int_equal(j.counts.licenses, 2);
    assert_int_equal(j.counts.customers, 2);
    assert_int_equal(j.counts.suspended + j.counts.cancelled + j.counts.ended + j.counts.activations, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_operator_key_is_good_until_its_end_or_revocation),
        TEST(a_brands_key_of_any_scope_is_refused),
        TEST(an_operator_key_opens_no_brand),
        TEST(what_makes_no_sense_is_refused),
        TEST(a_look_is_noted_without_the_address_it_was_for),
        TEST(an_address_is_found_in_every_brand_and_each_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
