/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/key_uses.c, and what becomes of API keys: api_access.c
 */
#include "licensing/key_uses.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "licensing/api_access.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    key_uses_t *uses;
    api_key_t key;
    api_key_t made;
    const char *shown;
    int64_t ends_at_ms;
} job;

static pl_err add(void *context, tx_t *tx)
{
    static const api_key_order_t order = {"shop", "licenses:read", 0};
    job *j = context;

    return api_key_add(tx, j->v->made.brand_id, &order, &j->key, &j->shown);
}

static pl_err flush(void *context, tx_t *tx)
{
    return key_uses_flush(((job *)context)->uses, tx);
}

static pl_err find(void *context, tx_t *tx)
{
    job *j = context;

    return api_keys_find(tx, j->v->made.brand_id, j->key.id, &j->key);
}

static pl_err rotate(void *context, tx_t *tx)
{
    job *j = context;

    return api_key_rotate(tx, &j->key, j->ends_at_ms, &j->made, &j->shown);
}

static pl_err revoke(void *context, tx_t *tx)
{
    return api_key_revoke(tx, &((job *)context)->key);
}

static pl_err prolong(void *context, tx_t *tx)
{
    job *j = context;
    api_key_t key = j->key;

    key.expires_at_ms = j->ends_at_ms;
    return api_key_change(tx, &j->key, &key);
}

static job begin(validator *v)
{
    job j = {.v = v, .uses = key_uses_new()};

    assert_non_null(j.uses);
    assert_int_equal(validator_do(v, add, &j), PL_OK);
    return j;
}

static void a_use_is_written_by_the_flush_and_not_again_so_soon(void **state)
{
    validator *v = *state;
    job j = begin(v);

    assert_true(key_uses_is_empty(j.uses));
    key_uses_note(j.uses, &j.key, VALIDATOR_NOW_MS + 1);
    key_uses_note(j.uses, &j.key, VALIDATOR_NOW_MS + 2);
    assert_false(key_uses_is_empty(j.uses));
    assert_int_equal(validator_do(v, flush, &j), PL_OK);
    assert_true(key_uses_is_empty(j.uses));
    assert_int_equal(validator_do(v, find, &j), PL_OK);
    assert_int_equal(j.key.last_used_at_ms, VALIDATOR_NOW_MS + 2);
    assert_int_equal(j.key.version, 1);
    key_uses_note(j.uses, &j.key, VALIDATOR_NOW_MS + 1 + KEY_USE_AFTER_MS);
    assert_true(key_uses_is_empty(j.uses));
    key_uses_note(j.uses, &j.key, VALIDATOR_NOW_MS + 2 + KEY_USE_AFTER_MS);
    assert_false(key_uses_is_empty(j.uses));
    key_uses_free(j.uses);
}

static void more_keys_than_there_is_room_for_do_no_harm(void **state)
{
    validator *v = *state;
    job j = begin(v);

    for (int i = 0; i < 2 * KEY_USES_MAX; i++) {
        api_key_t key = j.key;

        key.id.bytes[0] = (uint8_t)i;
        key.id.bytes[1] = (uint8_t)(i >> 8);
        key_uses_note(j.uses, &key, VALIDATOR_NOW_MS);
    }
    assert_int_equal(validator_do(v, flush, &j), PL_OK);
    key_uses_note(NULL, &j.key, VALIDATOR_NOW_MS);
    key_uses_free(j.uses);
    key_uses_free(NULL);
}

static void a_rotation_never_prolongs_the_old_key(void **state)
{
    validator *v = *state;
    job j = begin(v);

    j.ends_at_ms = VALIDATOR_NOW_MS + 5000;
    assert_int_equal(validator_do(v, rotate, &j), PL_OK);
    assert_int_equal(j.key.expires_at_ms, VALIDATOR_NOW_MS + 5000);
    assert_int_equal(j.made.expires_at_ms, 0);
    j.ends_at_ms = VALIDATOR_NOW_MS + 9000;
    assert_int_equal(validator_do(v, rotate, &j), PL_OK);
    assert_int_equal(j.key.expires_at_ms, VALIDATOR_NOW_MS + 5000);
    j.ends_at_ms = VALIDATOR_NOW_MS;
    assert_int_equal(validator_do(v, rotate, &j), PL_ERR_INVALID);
    validator_advance(v, 5);
    j.ends_at_ms = VALIDATOR_NOW_MS + 9000;
    assert_int_equal(validator_do(v, rotate, &j), PL_ERR_STATE); /* past its end */
    key_uses_free(j.uses);
}

static void a_revoked_key_is_neither_changed_nor_rotated(void **state)
{
    validator *v = *state;
    job j = begin(v);

    j.ends_at_ms = VALIDATOR_NOW_MS + 5000;
    assert_int_equal(validator_do(v, prolong, &j), PL_OK);
    assert_int_equal(validator_do(v, find, &j), PL_OK);
    assert_int_equal(j.key.version, 2);
    assert_int_equal(validator_do(v, revoke, &j), PL_OK);
    assert_int_equal(validator_do(v, revoke, &j), PL_OK);
    assert_int_equal(j.key.version, 3);
    assert_int_equal(validator_do(v, rotate, &j), PL_ERR_STATE);
    j.ends_at_ms = VALIDATOR_NOW_MS + 6000;
    assert_int_equal(validator_do(v, prolong, &j), PL_ERR_STATE);
    key_uses_free(j.uses);
}

static void scopes_are_given_away_only_by_who_has_them(void **state)
{
    static const struct {
        const char *own;
        const char *others;
        bool is_within;
    } rows[] = {
        {"*", "*", true},
        {"*", "licenses:write audit:read", true},
        {"*", "ecosystem:read", false},
        {"licenses:write keys:write", "licenses:read keys:write", true},
        {"licenses:write keys:write", "licenses:read audit:read", false},
        {"licenses:write", "*", false},
        {"licenses:read", "licenses:write", false},
        {"", "licenses:read", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (api_scopes_include(rows[i].own, rows[i].others) != rows[i].is_within)
            fail_msg("\"%s\" and \"%s\"", rows[i].own, rows[i].others);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_use_is_written_by_the_flush_and_not_again_so_soon),
        TEST(more_keys_than_there_is_room_for_do_no_harm),
        TEST(a_rotation_never_prolongs_the_old_key),
        TEST(a_revoked_key_is_neither_changed_nor_rotated),
        cmocka_unit_test(scopes_are_given_away_only_by_who_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
