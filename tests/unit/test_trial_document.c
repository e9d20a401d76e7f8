/* SPDX-License-Identifier: Apache-2.0
 *
 * Offline trials as a vendor makes them: one document for every machine, of no license, with what the product's trials have.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/timestamp.h"
#include "licensing/trial_document.h"
#include "store/audit.h"
#include "support/validator.h"
#include "token/claims_json.h"
#include "token/license_file.h"

enum { DAY = 86400, NOW_S = (int)(VALIDATOR_NOW_MS / 1000) };

typedef struct {
    validator *v;
    trial_order_t order;
    pl_uuid id;
    pl_buf file;
} job;

static pl_err issue(void *context, tx_t *tx)
{
    job *j = context;

    pl_buf_clear(&j->file);
    return trial_document_issue(tx, validator_keyring(j->v), &j->order, &j->id, &j->file);
}

static job make_job(validator *v)
{
    job j = {.v = v, .order = {.brand_id = v->made.brand_id, .product = "till", .days = 30}};

    pl_buf_init(&j.file);
    return j;
}

static pl_claims read_file(job *j)
{
    pl_span document, keyset_token;
    pl_keyset keyset;
    pl_claims claims;
    pl_jws jws;

    assert_int_equal(pl_license_file_split(pl_buf_span(&j->file), &document, &keyset_token), PL_OK);
    assert_int_equal(pl_keyset_verify(&j->v->roots, keyset_token, &keyset), PL_OK);
    assert_int_equal(pl_keyset_verify_document(&keyset, &j->v->arena, PL_DOC_LICENSE, document, &jws), PL_OK);
    assert_int_equal(pl_claims_read(&j->v->arena, &jws, &claims), PL_OK);
    return claims;
}

static void a_trial_is_a_license_of_no_device_and_no_customer(void **state)
{
    job j = make_job(*state);
    char id[PL_UUID_TEXT_SIZE];
    pl_claims claims;

    assert_int_equal(validator_do(j.v, issue, &j), PL_OK);
    claims = read_file(&j);
    pl_uuid_format(j.id, id);
    assert_int_equal(claims.trial_seconds, 30 * DAY);
    assert_string_equal(claims.plan, "trial");
    assert_string_equal(claims.product, "till");
    assert_string_equal(claims.license_id, id);
    assert_int_equal(claims.issued_at, NOW_S);
    assert_int_equal(claims.expires_at | claims.check_by | claims.emergency_seconds, 0);
    assert_false(claims.has_device || claims.has_device_key);
    assert_null(claims.customer);
    pl_buf_reset(&j.file);
}

static pl_err add_product(void *context, tx_t *tx)
{
    product_t *product = context;

    return admin_product_add(tx, product->brand_id, product);
}

static const pl_entitlement *find(const pl_claims *claims, const char *name)
{
    for (size_t i = 0; i < claims->entitlements.count; i++)
        if (strcmp(claims->entitlements.items[i].name, name) == 0)
            return &claims->entitlements.items[i];
    return NULL;
}

static void it_has_what_the_products_trials_have_or_what_is_said(void **state)
{
    job j = make_job(*state);
    product_t product = {.slug = "floor", .name = "floor", .policy = admin_default_policy()};
    pl_claims claims;

    product.brand_id = j.v->made.brand_id;
    product.entitlements = "{\"kds\":true}";
    product.trial_entitlements = "{\"tills\":1}";
    assert_int_equal(validator_do(j.v, add_product, &product), PL_OK);
    j.order.product = "floor";
    assert_int_equal(validator_do(j.v, issue, &j), PL_OK);
    claims = read_file(&j);
    assert_int_equal(find(&claims, "tills")->number, 1);
    assert_true(find(&claims, "kds")->is_on);
    j.order.entitlements = "{\"kds\":false}";
    j.order.until_ms = VALIDATOR_NOW_MS + INT64_C(90000) * DAY;
    assert_int_equal(validator_do(j.v, issue, &j), PL_OK);
    claims = read_file(&j);
    assert_null(find(&claims, "tills"));
    assert_false(find(&claims, "kds")->is_on);
    assert_int_equal(claims.expires_at, NOW_S + 90 * DAY);
    pl_buf_reset(&j.file);
}

static void what_is_no_trial_is_refused(void **state)
{
    validator *v = *state;
    const trial_order_t right = make_job(v).order;
    const struct {
        trial_order_t order;
        pl_err err;
    } rows[] = {
        {{right.brand_id, "till", NULL, 1, 0}, PL_OK},
        {{right.brand_id, "till", NULL, TRIAL_FILE_DAYS_MAX, 0}, PL_OK},
        {{right.brand_id, "till", NULL, 0, 0}, PL_ERR_INVALID},
        {{right.brand_id, "till", NULL, -1, 0}, PL_ERR_INVALID},
        {{right.brand_id, "till", NULL, TRIAL_FILE_DAYS_MAX + 1, 0}, PL_ERR_INVALID},
        {{right.brand_id, "till", NULL, 30, VALIDATOR_NOW_MS}, PL_ERR_INVALID},
        {{right.brand_id, "till", NULL, 30, (PL_TIME_MAX + 1) * 1000}, PL_ERR_INVALID},
        {{right.brand_id, "bar", NULL, 30, 0}, PL_ERR_NOT_FOUND},
        {{right.brand_id, "till", "[]", 30, 0}, PL_ERR_INVALID},
        {{pl_uuid_v4((const uint8_t *)"somebody elses.."), "till", NULL, 30, 0}, PL_ERR_STATE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        job j = make_job(v);

        j.order = rows[i].order;
        if (validator_do(v, issue, &j) != rows[i].err)
            fail_msg("row %zu: %s", i, pl_err_detail());
        assert_true(rows[i].err == PL_OK || j.file.size == 0);
        pl_buf_reset(&j.file);
    }
}

static void nothing_is_signed_while_the_clock_is_behind_the_database(void **state)
{
    job j = make_job(*state);
    const char *key;

    (void)validator_issue(j.v, NULL, &key);
    validator_advance(j.v, -DAY);
    assert_int_equal(validator_do(j.v, issue, &j), PL_ERR_CLOCK);
    pl_buf_reset(&j.file);
}

static pl_err find_entry(void *context, tx_t *tx)
{
    job *j = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, j->order.brand_id, (pl_uuid){{0}}, &entries, &count);

    if (err)
        return err;
    assert_string_equal(audit_action_text(entries[0].action), "trial.file_issued");
    assert_memory_equal(&entries[0].target, &j->id, sizeof j->id);
    assert_string_equal(entries[0].metadata, "{\"days\":30}");
    return PL_OK;
}

static void the_audit_has_it(void **state)
{
    job j = make_job(*state);

    validator_advance(j.v, 1);
    assert_int_equal(validator_do(j.v, issue, &j), PL_OK);
    assert_int_equal(validator_do(j.v, find_entry, &j), PL_OK);
    pl_buf_reset(&j.file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_trial_is_a_license_of_no_device_and_no_customer),
        TEST(it_has_what_the_products_trials_have_or_what_is_said),
        TEST(what_is_no_trial_is_refused),
        TEST(nothing_is_signed_while_the_clock_is_behind_the_database),
        TEST(the_audit_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
