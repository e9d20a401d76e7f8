/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/offline_activate.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "licensing/answer.h"
#include "store/audit.h"
#include "support/carried_till.h"
#include "token/claims_json.h"
#include "wire/device_reply.h"

enum { DAY_S = 86400, QR_40_L = 2953 };

/* The answer, verified as a till would; its reply in v->arena. */
static pl_claims read_answer(validator *v, const offline_outcome_t *out, pl_device_reply *reply)
{
    pl_keyset keyset;
    pl_claims claims;
    pl_buf body;
    pl_jws jws;

    pl_buf_init(&body);
    assert_int_equal(answer_sign(&v->arena, validator_keyring(v), &out->call, &out->outcome, &body), PL_OK);
    assert_int_equal(pl_device_reply_read(&v->arena, pl_buf_span(&body), reply), PL_OK);
    assert_int_equal(pl_keyset_verify(&v->roots, reply->keyset, &keyset), PL_OK);
    assert_int_equal(pl_keyset_verify_document(&keyset, &v->arena, PL_DOC_ANSWER, reply->answer, &jws), PL_OK);
    assert_int_equal(pl_claims_read(&v->arena, &jws, &claims), PL_OK);
    pl_buf_reset(&body);
    return claims;
}

typedef struct {
    pl_uuid brand_id;
    audit_action action;
    size_t found;
} audit_search;

static pl_err count_audit(void *context, tx_t *tx)
{
    audit_search *search = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, search->brand_id, (pl_uuid){{0}}, &entries, &count);

    search->found = 0;
    for (size_t i = 0; !err && i < count; i++)
        search->found += entries[i].action == search->action;
    return err;
}

static size_t audited(validator *v, audit_action action)
{
    audit_search search = {v->made.brand_id, action, 0};

    assert_int_equal(validator_do(v, count_audit, &search), PL_OK);
    return search.found;
}

static void the_answer_is_for_this_request_and_holds_as_long_as_the_policy_says(void **state)
{
    char text[PL_OFFLINE_REQUEST_MAX + 1], canonical[PL_OFFLINE_REQUEST_MAX + 1];
    uint8_t nonce[PL_NONCE_SIZE], digest[PL_DIGEST_SIZE];
    pl_offline_request request;
    pl_device_reply reply;
    offline_outcome_t out;
    pl_claims claims;
    const char *key;
    validator v;
    till t;

    (void)state;
    validator_open(&v);
    (void)validator_issue(&v, NULL, &key);
    t = till_make(1, key);
    carried_request(&t, &v.roots, text);
    assert_true(strlen(text) <= PL_OFFLINE_REQUEST_SHORT);
    assert_int_equal(carried_activate(&v, text, &out), PL_OK);
    claims = read_answer(&v, &out, &reply);
    assert_int_equal(claims.verdict, PL_VERDICT_ACTIVE);
    assert_int_equal(claims.check_by - claims.issued_at, 366 * DAY_S);
    assert_int_equal(claims.grace_until, claims.check_by);
    assert_string_equal(claims.product, "till");
    assert_int_equal(pl_offline_request_read(pl_span_text(text), &request, canonical), PL_OK);
    pl_offline_nonce(request.nonce, nonce);
    pl_digest(pl_span_text(canonical), digest);
    assert_memory_equal(claims.nonce, nonce, sizeof nonce);
    assert_memory_equal(claims.request_digest, digest, sizeof digest);
    assert_memory_equal(claims.device_key, t.public_key, sizeof t.public_key);
    assert_in_range(reply.answer.size + 1 + reply.keyset.size, 1000, QR_40_L); /* a typical one scans as one code */
    assert_int_equal(audited(&v, AUDIT_ANSWERED_OFFLINE), 1);
    validator_close(&v);
}

static void a_device_gets_its_own_seat_again_and_another_none_beyond_the_last(void **state)
{
    offline_outcome_t out;
    const char *key;
    pl_uuid first;
    validator v;
    till tills[3];

    (void)state;
    validator_open(&v); /* two seats */
    (void)validator_issue(&v, NULL, &key);
    for (int i = 0; i < 3; i++)
        tills[i] = till_make(i + 1, key);
    carried_expect(&v, &tills[0], PL_VERDICT_ACTIVE, &out);
    first = out.outcome.activation.id;
    carried_expect(&v, &tills[0], PL_VERDICT_ACTIVE, &out);
    assert_true(pl_uuid_equal(first, out.outcome.activation.id));
    assert_int_equal(till_verdict(&v, &tills[0], PL_ACT_VALIDATE), PL_VERDICT_ACTIVE); /* one license, on and off the network */
    carried_expect(&v, &tills[1], PL_VERDICT_ACTIVE, &out);
    carried_expect(&v, &tills[2], PL_VERDICT_NO_SEAT, &out);
    assert_int_equal(till_verdict(&v, &tills[2], PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(audited(&v, AUDIT_ACTIVATED), 2);
    validator_close(&v);
}

static void a_request_whose_seat_was_given_back_takes_none_again(void **state)
{
    char text[PL_OFFLINE_REQUEST_MAX + 1];
    offline_outcome_t out;
    const char *key;
    pl_uuid first;
    validator v;
    till t;

    (void)state;
    validator_open(&v);
    (void)validator_issue(&v, NULL, &key);
    t = till_make(1, key);
    carried_request(&t, &v.roots, text);
    assert_int_equal(carried_activate(&v, text, &out), PL_OK);
    first = out.outcome.activation.id;
    assert_int_equal(carried_activate(&v, text, &out), PL_OK); /* the answer was lost on its way */
    assert_true(pl_uuid_equal(first, out.outcome.activation.id));
    pl_uuid_format(first, t.activation_id);
    assert_int_equal(till_verdict(&v, &t, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_REQUEST_CLOSED);
    assert_int_equal(audited(&v, AUDIT_ACTIVATED), 1);
    carried_expect(&v, &t, PL_VERDICT_ACTIVE, &out); /* a new request */
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_REQUEST_CLOSED);
    validator_close(&v);
}

static void denials_are_signed_answers_too(void **state)
{
    pl_device_reply reply;
    offline_outcome_t out;
    license_view_t view;
    pl_claims claims;
    const char *key;
    validator v;
    till t;

    (void)state;
    validator_open(&v);
    view = validator_issue(&v, NULL, &key);
    t = till_make(1, "NOBODY-KNOWS-IT");
    carried_expect(&v, &t, PL_VERDICT_UNKNOWN_KEY, &out);
    assert_int_equal(read_answer(&v, &out, &reply).verdict, PL_VERDICT_UNKNOWN_KEY);
    assert_int_equal(audited(&v, AUDIT_ANSWERED_OFFLINE), 0);
    validator_change(&v, view.license.id, LICENSE_SUSPEND, PL_REASON_PAYMENT_FAILED);
    t = till_make(1, key);
    carried_expect(&v, &t, PL_VERDICT_SUSPENDED, &out);
    claims = read_answer(&v, &out, &reply);
    assert_int_equal(claims.reason, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(claims.check_by, 0);
    validator_close(&v);
}

static void what_is_for_somebody_else_gets_no_answer(void **state)
{
    char text[PL_OFFLINE_REQUEST_MAX + 1];
    offline_outcome_t out;
    pl_roots strangers;
    const char *key;
    validator v;
    till t;

    (void)state;
    validator_open(&v);
    (void)validator_issue(&v, NULL, &key);
    t = till_make(1, key);
    t.product = "kitchen";
    carried_request(&t, &v.roots, text);
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_NOT_FOUND);
    t.product = "till";
    strangers = v.roots;
    strangers.keys[0].kid[0] = strangers.keys[0].kid[0] == 'A' ? 'B' : 'A';
    carried_request(&t, &strangers, text);
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_NOT_FOUND);
    carried_request(&t, &v.roots, text);
    text[20] = text[20] == 'A' ? 'B' : 'A';
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_DAMAGED);
    assert_int_equal(carried_activate(&v, "ppr", &out), PL_ERR_MALFORMED);
    (void)snprintf(t.fingerprint, sizeof t.fingerprint, "fp1:m=AAAAAAAAAAAAAAAAAAAAAA");
    carried_request(&t, &v.roots, text);
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_NO_FINGERPRINT);
    validator_close(&v);
}

static pl_err add_product(void *context, tx_t *tx)
{
    product_t *product = context;

    return admin_product_add(tx, product->brand_id, product);
}

static void the_policy_bounds_offline_answers_or_allows_none(void **state)
{
    product_t product = {.slug = "week", .name = "Week", .policy = admin_default_policy()};
    license_order_t order = {.product = "week"};
    char text[PL_OFFLINE_REQUEST_MAX + 1];
    pl_device_reply reply;
    offline_outcome_t out;
    pl_claims claims;
    const char *key;
    validator v;
    till t;

    (void)state;
    validator_open(&v);
    product.brand_id = v.made.brand_id;
    product.policy.offline_s = 7 * DAY_S;
    assert_int_equal(validator_do(&v, add_product, &product), PL_OK);
    (void)validator_issue(&v, &order, &key);
    t = till_make(1, key);
    t.product = "week";
    carried_expect(&v, &t, PL_VERDICT_ACTIVE, &out);
    claims = read_answer(&v, &out, &reply);
    assert_int_equal(claims.check_by - claims.issued_at, 7 * DAY_S);
    product.slug = "never";
    product.policy.offline_s = 0;
    assert_int_equal(validator_do(&v, add_product, &product), PL_OK);
    order.product = t.product = "never";
    (void)validator_issue(&v, &order, &key);
    t.key = key;
    carried_request(&t, &v.roots, text);
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_STATE);
    product.policy.offline_s = 367 * DAY_S;
    assert_int_equal(validator_do(&v, add_product, &product), PL_ERR_INVALID);
    validator_close(&v);
}

static void a_license_may_have_its_own_bound_or_none(void **state)
{
    product_t product = {.slug = "never", .name = "Never", .policy = admin_default_policy()};
    license_order_t order = {.product = "never", .policy = "{\"offline_s\":86400}"};
    char text[PL_OFFLINE_REQUEST_MAX + 1];
    pl_device_reply reply;
    offline_outcome_t out;
    license_view_t view;
    pl_claims claims;
    const char *key;
    validator v;
    till t;

    (void)state;
    validator_open(&v);
    product.brand_id = v.made.brand_id;
    product.policy.offline_s = 0;
    assert_int_equal(validator_do(&v, add_product, &product), PL_OK);
    (void)validator_issue(&v, &order, &key);
    t = till_make(1, key);
    t.product = "never";
    carried_expect(&v, &t, PL_VERDICT_ACTIVE, &out);
    claims = read_answer(&v, &out, &reply);
    assert_int_equal(claims.check_by - claims.issued_at, DAY_S);
    order = (license_order_t){.policy = "{\"offline_s\":0}"};
    view = validator_issue(&v, &order, &key);
    t = till_make(2, key);
    carried_request(&t, &v.roots, text);
    assert_int_equal(carried_activate(&v, text, &out), PL_ERR_STATE);
    assert_int_equal(till_verdict(&v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE); /* no seat was lost by it */
    assert_int_equal(view.seats_taken, 0);
    validator_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answer_is_for_this_request_and_holds_as_long_as_the_policy_says),
        cmocka_unit_test(a_device_gets_its_own_seat_again_and_another_none_beyond_the_last),
        cmocka_unit_test(a_request_whose_seat_was_given_back_takes_none_again),
        cmocka_unit_test(denials_are_signed_answers_too),
        cmocka_unit_test(a_license_may_have_its_own_bound_or_none),
        cmocka_unit_test(what_is_for_somebody_else_gets_no_answer),
        cmocka_unit_test(the_policy_bounds_offline_answers_or_allows_none),
    };

    return cmocka_run_group_tests_name("offline_activate", tests, NULL, NULL);
}
