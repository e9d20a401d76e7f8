/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/offline_release.c, server-stub/store/offline_releases.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/carried_till.h"
#include "support/session_hall.h"

enum { DAY_S = 86400, QR_19_M = 624 };

typedef struct {
    validator v;
    license_view_t view;
    const char *key;
    till t; /* has a seat */
} house;

static void open_house(house *h)
{
    offline_outcome_t out;

    validator_open(&h->v);
    h->view = validator_issue(&h->v, NULL, &h->key);
    h->t = till_make(1, h->key);
    carried_expect(&h->v, &h->t, PL_VERDICT_ACTIVE, &out);
}

static pl_err release(house *h, const till *t, offline_outcome_t *out)
{
    pl_buf token;
    pl_err err;

    carried_proof(t, &h->v, h->view.license.id, &token);
    assert_in_range(token.size, 300, QR_19_M);
    err = carried_release(&h->v, token.data, out);
    pl_buf_reset(&token);
    return err;
}

static void a_proof_frees_the_seat_once_however_often_it_is_brought(void **state)
{
    offline_outcome_t out;
    till others[2];
    pl_buf token;
    house h;

    (void)state;
    open_house(&h);
    carried_proof(&h.t, &h.v, h.view.license.id, &token);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(carried_release(&h.v, token.data, &out), PL_OK);
        assert_int_equal(out.outcome.verdict, PL_VERDICT_RELEASED);
        assert_int_equal(out.releases, 1);
    }
    pl_buf_reset(&token);
    for (int i = 0; i < 2; i++) {
        others[i] = till_make(i + 2, h.key);
        carried_expect(&h.v, &others[i], PL_VERDICT_ACTIVE, &out);
    }
    validator_close(&h.v);
}

static void a_proof_ends_the_session_of_the_seat_too(void **state)
{
    offline_outcome_t out;
    outcome_t seen;
    session_hall hall;
    held_session held;
    till first, second;
    house h;

    (void)state;
    open_house(&h);
    session_hall_open(&hall, &h.v);
    h.key = session_sell(&h.v, 5, 1, TAKEOVER_ANY);
    first = session_till(&h.v, h.key, 11);
    second = session_till(&h.v, h.key, 12);
    held = session_hold(&hall, &first);
    assert_int_equal(till_call(&h.v, &first, PL_ACT_VALIDATE, &(device_call_t){0}, &seen), PL_OK);
    h.view.license.id = seen.license.id;
    assert_int_equal(release(&h, &first, &out), PL_OK);
    (void)session_hold(&hall, &second); /* the only one */
    (void)session_beat_state(&hall, &held);
    assert_int_equal(session_flush(&hall), PL_OK);
    assert_int_equal(session_beat_state(&hall, &held), PL_SESSION_ENDED);
    session_hall_close(&hall);
    validator_close(&h.v);
}

static void a_proof_of_another_device_or_for_another_act_frees_nothing(void **state)
{
    offline_outcome_t out;
    till thief;
    pl_buf token;
    house h;

    (void)state;
    open_house(&h);
    thief = till_make(2, h.key);
    (void)snprintf(thief.activation_id, sizeof thief.activation_id, "%s", h.t.activation_id);
    assert_int_equal(release(&h, &thief, &out), PL_ERR_UNAUTHORIZED);
    carried_proof(&h.t, &h.v, h.view.license.id, &token);
    token.data[token.size - 40] = token.data[token.size - 40] == 'A' ? 'B' : 'A';
    assert_int_equal(carried_release(&h.v, token.data, &out), PL_ERR_UNAUTHORIZED);
    pl_buf_clear(&token);
    pl_proof_write(&(pl_proof){.act = "deactivate",
                               .activation_id = h.t.activation_id,
                               .issuer = h.t.activation_id,
                               .license_id = h.t.activation_id},
                   h.t.secret, &token);
    assert_int_equal(carried_release(&h.v, token.data, &out), PL_ERR_MALFORMED);
    pl_buf_clear(&token);
    pl_proof_write(&(pl_proof){.act = PL_PROOF_RELEASE, .activation_id = h.t.activation_id}, h.t.secret, &token);
    assert_int_equal(carried_release(&h.v, token.data, &out), PL_ERR_MALFORMED);
    pl_buf_clear(&token);
    pl_proof_write(&(pl_proof){.act = PL_PROOF_RELEASE,
                               .activation_id = h.t.activation_id,
                               .issuer = h.t.activation_id,
                               .license_id = h.t.activation_id},
                   h.t.secret, &token);
    assert_int_equal(carried_release(&h.v, token.data, &out), PL_ERR_NOT_FOUND); /* a brand that is not here */
    pl_buf_reset(&token);
    assert_int_equal(carried_release(&h.v, "eyJ", &out), PL_ERR_DAMAGED);
    assert_int_equal(carried_release(&h.v, "", &out), PL_ERR_MALFORMED);
    assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    validator_close(&h.v);
}

static void an_activation_that_nobody_has_is_not_found(void **state)
{
    offline_outcome_t out;
    till t;
    house h;

    (void)state;
    open_house(&h);
    t = h.t;
    t.activation_id[35] = t.activation_id[35] == '0' ? '1' : '0';
    assert_int_equal(release(&h, &t, &out), PL_ERR_NOT_FOUND);
    h.view.license.id.bytes[15] ^= 1;
    assert_int_equal(release(&h, &h.t, &out), PL_ERR_NOT_FOUND);
    validator_close(&h.v);
}

static void releases_are_limited_by_policy_until_a_year_is_past(void **state)
{
    offline_outcome_t out;
    house h;

    (void)state;
    open_house(&h);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(release(&h, &h.t, &out), PL_OK);
        assert_int_equal(out.releases, i);
        carried_expect(&h.v, &h.t, PL_VERDICT_ACTIVE, &out);
    }
    assert_int_equal(release(&h, &h.t, &out), PL_ERR_RELEASE_LIMIT);
    assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE); /* nothing was half done */
    validator_advance(&h.v, 366 * DAY_S);
    validator_reopen(&h.v);
    assert_int_equal(release(&h, &h.t, &out), PL_OK);
    validator_close(&h.v);
}

static void a_release_through_the_network_counts_while_the_carried_answer_holds(void **state)
{
    device_call_t call;
    offline_outcome_t out;
    outcome_t online;
    house h;

    (void)state;
    open_house(&h);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
        carried_expect(&h.v, &h.t, PL_VERDICT_ACTIVE, &out);
    }
    assert_int_equal(till_call(&h.v, &h.t, PL_ACT_DEACTIVATE, &call, &online), PL_ERR_RELEASE_LIMIT);
    assert_int_equal(release(&h, &h.t, &out), PL_ERR_RELEASE_LIMIT);
    assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE); /* the seat stays its own */
    validator_advance(&h.v, 366 * DAY_S);
    assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    validator_close(&h.v);
}

static void releases_through_the_network_do_not_count(void **state)
{
    offline_outcome_t out;
    house h;

    (void)state;
    open_house(&h);
    validator_advance(&h.v, 366 * DAY_S); /* what was carried holds no more */
    for (int i = 0; i < 5; i++) {
        assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
        assert_int_equal(till_verdict(&h.v, &h.t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    }
    assert_int_equal(release(&h, &h.t, &out), PL_OK);
    assert_int_equal(out.releases, 1);
    validator_close(&h.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_frees_the_seat_once_however_often_it_is_brought),
        cmocka_unit_test(a_proof_ends_the_session_of_the_seat_too),
        cmocka_unit_test(a_proof_of_another_device_or_for_another_act_frees_nothing),
        cmocka_unit_test(an_activation_that_nobody_has_is_not_found),
        cmocka_unit_test(releases_are_limited_by_policy_until_a_year_is_past),
        cmocka_unit_test(a_release_through_the_network_counts_while_the_carried_answer_holds),
        cmocka_unit_test(releases_through_the_network_do_not_count),
    };

    return cmocka_run_group_tests_name("offline_release", tests, NULL, NULL);
}
