/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/api_access.c
 */
#include "licensing/api_access.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

typedef struct {
    validator *v;
    api_key_order_t order;
    api_key_t key;
    const char *shown;
    const char *scope;
} job;

static pl_err add(void *context, tx_t *tx)
{
    job *j = context;

    return api_key_add(tx, j->v->made.brand_id, &j->order, &j->key, &j->shown);
}

static pl_err admit(void *context, tx_t *tx)
{
    job *j = context;
    uint8_t hash[PL_DIGEST_SIZE];
    api_key_t found;
    pl_err err;

    pl_digest(pl_span_text(j->shown), hash);
    err = api_key_admit(tx, hash, j->scope, &found);
    if (!err)
        assert_true(pl_uuid_equal(found.id, j->key.id) && pl_uuid_equal(found.brand_id, j->v->made.brand_id));
    return err;
}

static pl_err revoke(void *context, tx_t *tx)
{
    job *j = context;

    j->key.revoked_at_ms = tx->now_ms;
    return api_keys_change(tx, &j->key);
}

static void scopes_say_what_they_include(void **state)
{
    static const struct {
        const char *scopes;
        const char *scope;
        bool is_allowed;
    } rows[] = {
        {"licenses:read", "licenses:read", true},
        {"licenses:read", "licenses:write", false},
        {"licenses:write", "licenses:read", true},
        {"licenses:write", "products:read", false},
        {"products:read  licenses:write", "licenses:write", true},
        {"*", "keys:write", true},
        {"*", "ecosystem:read", false},
        {"* ecosystem:read", "ecosystem:read", true},
        {"", "licenses:read", false},
        {"licenses", "licenses:read", false},
        {"licenses:writex", "licenses:read", false},
        {"licenses:read2", "licenses:read", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (api_scopes_allow(rows[i].scopes, rows[i].scope) != rows[i].is_allowed)
            fail_msg("\"%s\" and %s", rows[i].scopes, rows[i].scope);
}

static void scopes_that_do_not_exist_are_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        " ",
                                        "all",
                                        "licenses",
                                        "licenses:",
                                        "licenses:delete",
                                        "licenses:read,products:read",
                                        "xlicenses:read",
                                        "ecosystem:write",
                                        "licenses:read *x"};

    (void)state;
    assert_true(api_scopes_are_valid("*"));
    assert_true(api_scopes_are_valid(" licenses:read  audit:read ecosystem:read "));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (api_scopes_are_valid(wrong[i]))
            fail_msg("\"%s\"", wrong[i]);
}

static void a_key_is_good_until_its_end_or_revocation(void **state)
{
    validator *v = *state;
    job j = {.v = v, .order = {"till shop", "licenses:write", VALIDATOR_NOW_MS + 2000}, .scope = "licenses:read"};

    assert_int_equal(validator_do(v, add, &j), PL_OK);
    assert_string_equal(j.key.tail, j.shown + strlen(j.shown) - 4);
    assert_int_equal(validator_do(v, admit, &j), PL_OK);
    j.scope = "audit:read";
    assert_int_equal(validator_do(v, admit, &j), PL_ERR_FORBIDDEN);
    assert_non_null(strstr(pl_err_detail(), "audit:read"));
    j.scope = "licenses:read";
    validator_advance(v, 1);
    assert_int_equal(validator_do(v, admit, &j), PL_OK);
    validator_advance(v, 1);
    assert_int_equal(validator_do(v, admit, &j), PL_ERR_UNAUTHORIZED);
    j.order.expires_at_ms = 0;
    assert_int_equal(validator_do(v, add, &j), PL_OK);
    assert_int_equal(validator_do(v, admit, &j), PL_OK);
    assert_int_equal(validator_do(v, revoke, &j), PL_OK);
    assert_int_equal(validator_do(v, admit, &j), PL_ERR_UNAUTHORIZED);
    j.shown = "pospal_of-nobody";
    assert_int_equal(validator_do(v, admit, &j), PL_ERR_UNAUTHORIZED);
}

static void wrong_orders_make_no_key(void **state)
{
    validator *v = *state;
    const api_key_order_t wrong[] = {
        {"", "*", 0}, {"a\nb", "*", 0}, {"x", "", 0}, {"x", "everything", 0}, {"x", "*", VALIDATOR_NOW_MS}};
    job j = {.v = v};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        j.order = wrong[i];
        assert_int_equal(validator_do(v, add, &j), PL_ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scopes_say_what_they_include),
        cmocka_unit_test(scopes_that_do_not_exist_are_refused),
        cmocka_unit_test_setup_teardown(a_key_is_good_until_its_end_or_revocation, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(wrong_orders_make_no_key, validator_set_up, validator_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
