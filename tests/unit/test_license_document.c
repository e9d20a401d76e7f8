/* SPDX-License-Identifier: Apache-2.0
 *
 * License files as a program takes them: verified with nothing but the pinned roots.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/timestamp.h"
#include "support/validator.h"
#include "token/claims_json.h"
#include "token/license_file.h"

enum { DAY = 86400, NOW_S = (int)(VALIDATOR_NOW_MS / 1000) };

typedef struct {
    validator *v;
    license_t license;
    const char *fingerprint;
    pl_buf file;
} job;

static pl_err file(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_file(tx, validator_keyring(j->v), &j->license, j->fingerprint, &j->file);
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

static void a_license_file_verifies_with_the_roots_alone(void **state)
{
    validator *v = *state;
    license_order_t order = {.seats = 1};
    job j = {.v = v};
    const char *key;
    pl_claims claims;

    pl_buf_init(&j.file);
    order.expires_at_ms = VALIDATOR_NOW_MS + 1000 * DAY;
    order.name = "Ada";
    j.license = validator_issue(v, &order, &key).license;
    assert_int_equal(validator_do(v, file, &j), PL_OK);
    claims = read_file(&j);
    assert_int_equal(claims.issued_at, NOW_S);
    assert_int_equal(claims.not_before, NOW_S);
    assert_int_equal(claims.expires_at, NOW_S + DAY);
    assert_int_equal(claims.check_by, 0);
    assert_int_equal(claims.entitlements.count, 2);
    assert_string_equal(claims.customer, "Ada");
    assert_false(claims.has_device);
    pl_buf_reset(&j.file);
}

static void a_license_file_may_be_bound_to_a_machine(void **state)
{
    validator *v = *state;
    job j = {.v = v};
    const char *key;
    till t = till_make(1, "");
    pl_claims claims;

    pl_buf_init(&j.file);
    j.license = validator_issue(v, NULL, &key).license;
    j.fingerprint = t.fingerprint;
    assert_int_equal(validator_do(v, file, &j), PL_OK);
    claims = read_file(&j);
    assert_true(claims.has_device);
    assert_int_equal(claims.expires_at, 0);
    j.fingerprint = "fp1:m=AAAAAAAAAAAAAAAAAAAAAA";
    assert_int_equal(validator_do(v, file, &j), PL_ERR_INVALID);
    j.fingerprint = "something";
    assert_int_equal(validator_do(v, file, &j), PL_ERR_INVALID);
    pl_buf_reset(&j.file);
}

static pl_err try_document(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_try_document(tx, validator_keyring(j->v), &j->license);
}

static void what_no_program_could_read_is_not_handed_out(void **state)
{
    validator *v = *state;
    job j = {.v = v};
    const char *key;

    pl_buf_init(&j.file);
    j.license = validator_issue(v, NULL, &key).license;
    assert_int_equal(validator_do(v, try_document, &j), PL_OK);
    j.license.plan = "p\xff";
    assert_int_equal(validator_do(v, file, &j), PL_ERR_INVALID);
    assert_int_equal(validator_do(v, try_document, &j), PL_ERR_INVALID);
    assert_int_equal(j.file.size, 0);
    j.license.plan = "basic";
    j.license.expires_at_ms = (PL_TIME_MAX + 1) * 1000;
    assert_int_equal(validator_do(v, file, &j), PL_ERR_INVALID);
    pl_buf_reset(&j.file);
}

static void no_file_is_made_of_a_license_that_is_worth_nothing(void **state)
{
    validator *v = *state;
    license_order_t order = {.seats = 1};
    job j = {.v = v};
    const char *key;

    pl_buf_init(&j.file);
    order.expires_at_ms = VALIDATOR_NOW_MS + 1000 * DAY;
    j.license = validator_issue(v, &order, &key).license;
    validator_advance(v, DAY);
    assert_int_equal(validator_do(v, file, &j), PL_ERR_STATE);
    j.license = validator_issue(v, NULL, &key).license;
    j.license.status = LICENSE_SUSPENDED;
    assert_int_equal(validator_do(v, file, &j), PL_ERR_STATE);
    assert_int_equal(j.file.size, 0);
    pl_buf_reset(&j.file);
}

static void nothing_is_signed_while_the_clock_is_behind_the_database(void **state)
{
    validator *v = *state;
    job j = {.v = v};
    const char *key;

    pl_buf_init(&j.file);
    j.license = validator_issue(v, NULL, &key).license;
    validator_advance(v, -DAY);
    assert_int_equal(validator_do(v, file, &j), PL_ERR_CLOCK);
    pl_buf_reset(&j.file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_license_file_verifies_with_the_roots_alone),
        TEST(a_license_file_may_be_bound_to_a_machine),
        TEST(what_no_program_could_read_is_not_handed_out),
        TEST(no_file_is_made_of_a_license_that_is_worth_nothing),
        TEST(nothing_is_signed_while_the_clock_is_behind_the_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
