/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers as a library sees them: verified with the pinned roots, then compared with what was decided.
 */
#include "licensing/answer.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"
#include "token/claims_json.h"
#include "wire/device_reply.h"

enum { DAY = 86400, NOW_S = (int)(VALIDATOR_NOW_MS / 1000) };

typedef struct {
    device_call_t call;
    outcome_t outcome;
    pl_device_reply reply;
    pl_claims claims;
} answered;

static void verify(validator *v, answered *a)
{
    pl_keyset keyset;
    pl_jws jws;

    assert_int_equal(
        pl_keyset_verify(&v->roots, keyring_find_brand(validator_keyring(v), v->made.brand_id)->keyset_token, &keyset), PL_OK);
    assert_int_equal(pl_keyset_verify_document(&keyset, &v->arena, PL_DOC_ANSWER, a->reply.answer, &jws), PL_OK);
    assert_int_equal(pl_claims_read(&v->arena, &jws, &a->claims), PL_OK);
}

static answered ask(validator *v, const till *t, pl_act act)
{
    answered a;
    pl_buf body;

    memset(&a, 0, sizeof a);
    assert_int_equal(till_call(v, t, act, &a.call, &a.outcome), PL_OK);
    pl_buf_init(&body);
    assert_int_equal(answer_sign(&v->arena, validator_keyring(v), &a.call, &a.outcome, &body), PL_OK);
    assert_int_equal(pl_device_reply_read(&v->arena, pl_buf_span(&body), &a.reply), PL_OK);
    pl_buf_reset(&body);
    verify(v, &a);
    return a;
}

static void a_lease_says_all_that_the_library_needs(void **state)
{
    validator *v = *state;
    const license_order_t order = {.name = "Ada",
                                   .plan = "gold",
                                   .entitlements = "{\"tables\":50,\"tier\":{\"value\":\"x\",\"exp\":1760000100}}",
                                   .expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1000) * DAY * 30,
                                   .renews = true};
    char text[PL_UUID_TEXT_SIZE];
    const char *key;
    license_view_t view = validator_issue(v, &order, &key);
    till t = till_make(1, key);
    answered a = ask(v, &t, PL_ACT_ACTIVATE);
    const pl_claims *c = &a.claims;

    pl_uuid_format(v->made.brand_id, text);
    assert_string_equal(c->issuer, text);
    pl_uuid_format(view.license.id, text);
    assert_string_equal(c->license_id, text);
    pl_uuid_format(v->product.id, text);
    assert_string_equal(c->product_id, text);
    assert_string_equal(c->product, "till");
    assert_int_equal(c->verdict, PL_VERDICT_ACTIVE);
    assert_int_equal(c->issued_at, NOW_S);
    assert_int_equal(c->expires_at, NOW_S + 33 * DAY); /* with the slack */
    assert_int_equal(c->check_by, NOW_S + 3 * DAY);
    assert_int_equal(c->grace_until, NOW_S + 10 * DAY);
    assert_int_equal(c->emergency_seconds, DAY);
    assert_int_equal(c->epoch, 1);
    assert_int_equal(c->sequence, 1);
    assert_string_equal(c->plan, "gold");
    assert_string_equal(c->customer, "Ada");
    assert_int_equal(c->entitlements.count, 3); /* kds, tables, tier */
    assert_int_equal(pl_entitlements_find(&c->entitlements, "tables", PL_ENTITLEMENT_LIMIT, NOW_S)->number, 50);
    assert_string_equal(pl_entitlements_find(&c->entitlements, "tier", PL_ENTITLEMENT_TEXT, NOW_S)->text, "x");
    assert_null(pl_entitlements_find(&c->entitlements, "tier", PL_ENTITLEMENT_TEXT, 1760000100));
    assert_true(c->has_device);
    assert_string_equal(c->device_name, "Till");
    assert_true(c->has_device_key);
    assert_memory_equal(c->device_key, t.public_key, sizeof c->device_key);
    pl_uuid_format(a.outcome.activation.id, text);
    assert_string_equal(c->activation_id, text);
}

static void an_answer_is_bound_to_its_request(void **state)
{
    validator *v = *state;
    till t = till_make(1, "UNKNOWN-KEY");
    answered a = ask(v, &t, PL_ACT_VALIDATE);

    assert_true(a.claims.has_nonce);
    assert_memory_equal(a.claims.nonce, a.call.request.nonce, PL_NONCE_SIZE);
    assert_memory_equal(a.claims.request_digest, a.call.digest, PL_DIGEST_SIZE);
}

static void a_denial_gives_nothing_away(void **state)
{
    validator *v = *state;
    const char *key;
    license_view_t view = validator_issue(v, NULL, &key);
    till t = till_make(1, key);
    answered a;

    validator_change(v, view.license.id, LICENSE_SUSPEND, PL_REASON_PAYMENT_FAILED);
    a = ask(v, &t, PL_ACT_ACTIVATE);
    assert_int_equal(a.claims.verdict, PL_VERDICT_SUSPENDED);
    assert_int_equal(a.claims.reason, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(a.claims.sequence, 2);
    assert_int_equal(a.claims.check_by, 0);
    assert_int_equal(a.claims.grace_until, 0);
    assert_int_equal(a.claims.emergency_seconds, 0);
    assert_int_equal(a.claims.entitlements.count, 0);
    assert_false(a.claims.has_device);
    assert_int_equal(a.claims.refresh_at, NOW_S + 240);
}

static void an_answer_about_an_unknown_key_names_no_license(void **state)
{
    validator *v = *state;
    till t = till_make(1, "UNKNOWN-KEY");
    answered a = ask(v, &t, PL_ACT_VALIDATE);

    assert_int_equal(a.claims.verdict, PL_VERDICT_UNKNOWN_KEY);
    assert_null(a.claims.license_id);
    t.product = "nowhere";
    a = ask(v, &t, PL_ACT_VALIDATE);
    assert_int_equal(a.claims.verdict, PL_VERDICT_UNKNOWN_KEY);
    assert_string_equal(a.claims.product, "nowhere");
}

static void a_denial_for_want_of_a_seat_rules_for_five_minutes(void **state)
{
    validator *v = *state;
    const license_order_t one_seat = {.seats = 1};
    const char *key;
    till a, b;

    validator_issue(v, &one_seat, &key);
    a = till_make(1, key);
    b = till_make(2, key);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(ask(v, &b, PL_ACT_ACTIVATE).claims.check_by, NOW_S + 300);
}

static void how_soon_to_ask_again_depends_on_the_check_before(void **state)
{
    static const struct {
        int64_t after_s;
        int64_t refresh_s;
    } steps[] = {{0, 48 * 60}, {3599, 48 * 60}, {3600, 24 * 60}, {DAY, 12 * 60}};
    validator *v = *state;
    const char *key;
    int64_t passed = 0;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(ask(v, &t, PL_ACT_ACTIVATE).claims.refresh_at, NOW_S + 12 * 60); /* never before */
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        validator_advance(v, steps[i].after_s - passed);
        passed = steps[i].after_s;
        assert_int_equal(ask(v, &t, PL_ACT_VALIDATE).claims.refresh_at, NOW_S + passed + steps[i].refresh_s);
    }
}

static void the_keyset_goes_along_only_to_who_has_none_by_this_root_or_an_older_one(void **state)
{
    validator *v = *state;
    const char *ours = v->roots.keys[0].kid;
    const char *reserve = v->roots.keys[1].kid;
    const struct {
        int64_t epoch, sequence;
        const char *root;
        bool is_sent;
    } held[] = {
        {0, 0, ours, true},          {0, 99, ours, true},
        {1, 0, ours, true},          {1, 1, ours, false},
        {1, 2, ours, false},         {2, 0, ours, false},
        {1, INT64_MAX, ours, false}, {1, 1, reserve, true},
        {1, 0, reserve, true},       {INT64_MAX, INT64_MAX, reserve, true},
        {1, 1, NULL, true},
    };
    till t = till_make(1, "UNKNOWN-KEY");

    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        t.keyset_epoch = held[i].epoch;
        t.keyset_sequence = held[i].sequence;
        t.keyset_root = held[i].root;
        assert_int_equal(ask(v, &t, PL_ACT_VALIDATE).reply.keyset.size > 0, held[i].is_sent);
    }
}

static void a_seat_given_back_is_answered_as_released(void **state)
{
    validator *v = *state;
    const char *key;
    answered a;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    a = ask(v, &t, PL_ACT_DEACTIVATE);
    assert_int_equal(a.claims.verdict, PL_VERDICT_RELEASED);
    assert_int_equal(a.claims.check_by, 0);
    assert_string_equal(a.claims.activation_id, t.activation_id);
}

static void the_keyset_is_found_by_any_root_and_by_no_other(void **state)
{
    validator *v = *state;
    pl_device_reply reply;
    pl_keyset keyset;
    pl_buf body;

    pl_buf_init(&body);
    for (size_t i = 0; i < v->roots.count; i++) {
        pl_buf_clear(&body);
        assert_int_equal(answer_keyset(validator_keyring(v), v->roots.keys[i].kid, &body), PL_OK);
        assert_int_equal(pl_device_reply_read(&v->arena, pl_buf_span(&body), &reply), PL_OK);
        assert_int_equal(pl_keyset_verify(&v->roots, reply.keyset, &keyset), PL_OK);
    }
    assert_int_equal(answer_keyset(validator_keyring(v), "0123456789012345678901234567890123456789012", &body), PL_ERR_NOT_FOUND);
    pl_buf_reset(&body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lease_says_all_that_the_library_needs),
        TEST(an_answer_is_bound_to_its_request),
        TEST(a_denial_gives_nothing_away),
        TEST(an_answer_about_an_unknown_key_names_no_license),
        TEST(a_denial_for_want_of_a_seat_rules_for_five_minutes),
        TEST(how_soon_to_ask_again_depends_on_the_check_before),
        TEST(the_keyset_goes_along_only_to_who_has_none_by_this_root_or_an_older_one),
        TEST(a_seat_given_back_is_answered_as_released),
        TEST(the_keyset_is_found_by_any_root_and_by_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
