/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes that are mailed: who knows one gets a token, the same each time, good for one purchase and for that address alone.
 */
#include "licensing/email_verification.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/mail.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    const char *email;
    const char *token;
    pl_uuid id;
    int64_t wait_s;
    mail_t mail;
    verification_answer_t answer;
    verification_outcome_t outcome;
    const char *code;
} job;

static pl_err start(void *context, tx_t *tx)
{
    job *j = context;
    const verification_order_t order = {j->v->made.brand_id, j->email, "subscription_signup"};

    return email_verification_start(tx, validator_keyring(j->v), &order, &j->id, &j->wait_s);
}

static pl_err confirm(void *context, tx_t *tx)
{
    job *j = context;

    j->answer = (verification_answer_t){j->v->made.brand_id, j->id, j->email, j->code};
    return email_verification_confirm(tx, validator_keyring(j->v), &j->answer, &j->outcome);
}

static pl_err check(void *context, tx_t *tx)
{
    job *j = context;

    return email_verification_check(tx, validator_keyring(j->v), j->v->made.brand_id, j->email, j->token);
}

static pl_err use(void *context, tx_t *tx)
{
    job *j = context;

    return email_verification_use(tx, validator_keyring(j->v), j->v->made.brand_id, j->email, j->token);
}

/* What the newest mail says. */
static pl_err read_code(void *context, tx_t *tx)
{
    job *j = context;
    pl_db_statement *select;
    const pl_json *values;
    pl_span content;
    mail_t mail = {.brand_id = j->v->made.brand_id};

    assert_int_equal(pl_db_prepare(store_db(tx->store), "SELECT id, content FROM mail ORDER BY id DESC LIMIT 1", &select), PL_OK);
    assert_int_equal(pl_db_step(select), DB_ROW);
    mail.id = pl_db_column_uuid(select, 0);
    mail.content = pl_db_column_blob(select, 1, tx->arena);
    pl_db_reset(select);
    assert_int_equal(mail_content(tx, validator_keyring(j->v), &mail, &content), PL_OK);
    assert_int_equal(pl_json_parse(tx->arena, content, 1024, &values), PL_OK);
    assert_int_equal(pl_json_want_text(values, "code", 6, &j->code), PL_OK);
    return PL_OK;
}

static job begun(validator *v, const char *email)
{
    job j = {.v = v, .email = email};

    assert_int_equal(validator_do(v, start, &j), PL_OK);
    assert_int_equal(j.wait_s, 0);
    assert_int_equal(instance_read(v->instance, &v->arena, read_code, &j), PL_OK);
    return j;
}

static void confirmed(job *j)
{
    assert_int_equal(validator_do(j->v, confirm, j), PL_OK);
    assert_int_equal(j->outcome.result, VERIFICATION_CONFIRMED);
    j->token = pl_arena_text(&j->v->arena, pl_span_text(j->outcome.token));
}

static void the_code_gives_the_same_token_each_time(void **state)
{
    job j = begun(*state, "Anna@shop.example");

    assert_int_equal(strlen(j.code), 6);
    assert_int_equal(strspn(j.code, "0123456789"), 6);
    j.email = "anna@SHOP.example";
    confirmed(&j);
    assert_int_equal(strlen(j.token), 48);
    assert_int_equal(j.outcome.expires_in_s, VERIFICATION_TOKEN_LIFE_S);
    validator_advance(j.v, 60);
    confirmed(&j);
    assert_string_equal(j.outcome.token, j.token);
    assert_int_equal(j.outcome.expires_in_s, VERIFICATION_TOKEN_LIFE_S - 60);
}

static void so_many_are_begun_in_a_day(void **state)
{
    job j;

    for (int i = 0; i < VERIFICATIONS_PER_DAY_MAX; i++) {
        j = begun(*state, "a@shop.example");
        validator_advance(j.v, 1200);
    }
    assert_int_equal(validator_do(j.v, start, &j), PL_OK);
    assert_int_equal(j.wait_s, 3600);
    (void)begun(j.v, "b@shop.example");
    validator_advance(j.v, 24 * 3600 - VERIFICATIONS_PER_DAY_MAX * 1200 + 1);
    (void)begun(j.v, "a@shop.example");
}

static void a_wrong_code_is_counted_and_the_right_one_comes_too_late_then(void **state)
{
    job j = begun(*state, "a@shop.example");
    const char *right = j.code;

    j.code = right[0] == '1' ? "200000" : "100000";
    for (int64_t left = 4; left >= 0; left--) {
        assert_int_equal(validator_do(j.v, confirm, &j), PL_OK);
        assert_int_equal(j.outcome.result, VERIFICATION_WRONG_CODE);
        assert_int_equal(j.outcome.attempts_left, left);
    }
    j.code = right;
    assert_int_equal(validator_do(j.v, confirm, &j), PL_OK);
    assert_int_equal(j.outcome.result, VERIFICATION_TOO_OFTEN);
}

static void a_code_is_good_for_its_life_and_its_address(void **state)
{
    job j = begun(*state, "a@shop.example");

    j.email = "b@shop.example";
    assert_int_equal(validator_do(j.v, confirm, &j), PL_OK);
    assert_int_equal(j.outcome.result, VERIFICATION_UNKNOWN);
    j.email = "a@shop.example";
    validator_advance(j.v, VERIFICATION_LIFE_S);
    assert_int_equal(validator_do(j.v, confirm, &j), PL_OK);
    assert_int_equal(j.outcome.result, VERIFICATION_EXPIRED);
}

static void a_token_is_for_its_address_while_it_lives(void **state)
{
    job j = begun(*state, "a@shop.example");
    char other[VERIFICATION_TOKEN_TEXT_SIZE], right[VERIFICATION_TOKEN_TEXT_SIZE];

    confirmed(&j);
    assert_int_equal(instance_read(j.v->instance, &j.v->arena, check, &j), PL_OK);
    j.email = "b@shop.example";
    assert_int_equal(validator_do(j.v, use, &j), PL_ERR_UNAUTHORIZED);
    j.email = "A@shop.example";
    assert_int_equal(validator_do(j.v, use, &j), PL_OK);
    assert_int_equal(validator_do(j.v, use, &j), PL_OK); /* the reply was lost */
    assert_int_equal(instance_read(j.v->instance, &j.v->arena, check, &j), PL_OK);
    assert_int_equal(validator_do(j.v, confirm, &j), PL_OK);
    assert_int_equal(j.outcome.result, VERIFICATION_USED);

    memcpy(right, j.token, sizeof right);
    memcpy(other, right, sizeof other);
    for (size_t i = 0; i < sizeof other - 1; i++) { /* whichever digit is wrong */
        other[i] = other[i] == '0' ? '1' : '0';
        j.token = other;
        assert_int_equal(validator_do(j.v, use, &j), PL_ERR_UNAUTHORIZED);
        other[i] = right[i];
    }
}

static void a_token_ends(void **state)
{
    job j = begun(*state, "a@shop.example");

    confirmed(&j);
    validator_advance(j.v, VERIFICATION_TOKEN_LIFE_S - 1);
    assert_int_equal(instance_read(j.v->instance, &j.v->arena, check, &j), PL_OK);
    validator_advance(j.v, 1);
    assert_int_equal(validator_do(j.v, use, &j), PL_ERR_UNAUTHORIZED);
}

static void an_unconfirmed_one_has_no_token(void **state)
{
    static const char *const texts[] = {"", "0", "000000000000000000000000000000000000000000000000",
                                        "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEF"};
    job j = begun(*state, "a@shop.example");

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        j.token = texts[i];
        assert_int_equal(validator_do(j.v, use, &j), PL_ERR_UNAUTHORIZED);
    }
}

static void codes_differ(void **state)
{
    validator *v = *state;
    job first = begun(v, "a@shop.example");
    bool differs = false;

    for (int i = 0; i < 4; i++) { /* all five alike: once in 10^24 */
        validator_advance(v, VERIFICATION_COOLDOWN_S);
        differs = strcmp(begun(v, "a@shop.example").code, first.code) != 0 || differs;
    }
    assert_true(differs);
    assert_int_equal(validator_do(v, start, &first), PL_OK);
    assert_int_equal(first.wait_s, VERIFICATION_COOLDOWN_S); /* the sixth within the hour */
    validator_advance(v, 3600);
    (void)begun(v, "a@shop.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_code_gives_the_same_token_each_time, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(so_many_are_begun_in_a_day, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_code_is_counted_and_the_right_one_comes_too_late_then, validator_set_up,
                                        validator_tear_down),
        cmocka_unit_test_setup_teardown(a_code_is_good_for_its_life_and_its_address, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_token_is_for_its_address_while_it_lives, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(a_token_ends, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(an_unconfirmed_one_has_no_token, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(codes_differ, validator_set_up, validator_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
