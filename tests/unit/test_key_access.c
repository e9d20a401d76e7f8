/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/key_access.c: a key that nobody has, one of another brand's and a text that is none are told apart neither by what is
 * said nor by what it costs. The cost is counted and not timed: rows asked for by statement.
 */
#include "licensing/key_access.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "storage/driver.h"
#include "support/validator.h"

static const pl_db_driver *real;
static int steps;

static pl_db_result count_step(pl_db_statement *statement)
{
    steps++;
    return real->step(statement);
}

typedef struct {
    key_question_t question;
    pl_err err;
    int steps;
    char detail[256];
} job;

static pl_err ask(void *context, tx_t *tx)
{
    pl_db *db = store_db(tx->store);
    pl_db_driver counting = *db->driver;
    job *j = context;
    key_access_t access;

    real = db->driver;
    counting.step = count_step;
    db->driver = &counting;
    steps = 0;
    j->err = key_access_find(tx, &j->question, &access);
    j->steps = steps;
    db->driver = real;
    (void)snprintf(j->detail, sizeof j->detail, "%s", pl_err_detail());
    pl_err_clear();
    return PL_OK;
}

static job asked(validator *v, const char *key, const char *brand, const char *product)
{
    job j = {.question = {.brand = brand, .product = product}};

    if (keyring_hash_key(validator_keyring(v), pl_span_text(key), j.question.hash))
        memset(j.question.hash, 0, sizeof j.question.hash); /* as api/product.c does */
    pl_err_clear();
    assert_int_equal(instance_read(v->instance, &v->arena, ask, &j), PL_OK);
    return j;
}

static void assert_alike(const job *one, const job *other)
{
    assert_int_equal(one->err, other->err);
    assert_string_equal(one->detail, other->detail);
    assert_int_equal(one->steps, other->steps);
}

static void a_key_that_nobody_has_is_like_one_that_is_none(void **state)
{
    static const char *const products[] = {NULL, "till", "nothing"};
    validator *v = *state;

    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        const job unknown = asked(v, "AAAA-BBBB-CCCC-DDDD-EEEE", NULL, products[i]);
        const job none = asked(v, "!", NULL, products[i]);

        assert_int_equal(unknown.err, PL_ERR_UNKNOWN_KEY);
        assert_true(unknown.steps > 0);
        assert_alike(&unknown, &none);
    }
}

static void a_key_of_another_brand_is_like_one_that_nobody_has(void **state)
{
    validator *v = *state;
    brand_made_t other;
    const char *theirs;
    job unknown, wrong, nowhere;

    validator_add_brand(v, "other", &other);
    (void)validator_issue(v, &(license_order_t){.brand_id = other.brand.id}, &theirs);
    assert_int_equal(asked(v, theirs, "other", "till").err, PL_OK);
    unknown = asked(v, "AAAA-BBBB-CCCC-DDDD-EEEE", "acme", "till");
    wrong = asked(v, theirs, "acme", "till");
    nowhere = asked(v, theirs, "nobody", "till");
    assert_int_equal(wrong.err, PL_ERR_UNKNOWN_KEY);
    assert_alike(&unknown, &wrong);
    assert_alike(&unknown, &nowhere);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_that_nobody_has_is_like_one_that_is_none),
        TEST(a_key_of_another_brand_is_like_one_that_nobody_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
