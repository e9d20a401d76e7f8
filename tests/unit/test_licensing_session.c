/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs of sessions against a real database: who gets a seat, who may take one over, who is told.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/audit.h"
#include "support/session_hall.h"

enum { LEASE = 120, COOLDOWN = 300 };

typedef struct {
    validator v;
    session_hall hall;
} scene;

static int set_up(void **state)
{
    static scene s;

    validator_open(&s.v);
    session_hall_open(&s.hall, &s.v);
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;

    session_hall_close(&s->hall);
    validator_close(&s->v);
    return 0;
}

static session_outcome_t call(scene *s, const till *t, pl_act act)
{
    session_outcome_t out;

    assert_int_equal(session_call(&s->hall, t, act, &out), PL_OK);
    return out;
}

static pl_session_state state_of(scene *s, const till *t, pl_act act)
{
    return call(s, t, act).claims.state;
}

/* Ends the session of that id. */
static pl_session_state end(scene *s, const till *t, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];
    till named = *t;

    pl_uuid_format(id, text);
    named.session_id = text;
    return state_of(s, &named, PL_ACT_SESSION_END);
}

static void a_seat_is_held_under_a_key_that_only_its_device_can_open(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    session_outcome_t out = call(s, &first, PL_ACT_SESSION_START);
    uint8_t opened[PL_SESSION_KEY_SIZE];
    held_session held = session_unseal(&first, &out);

    assert_int_equal(out.outcome.verdict, PL_VERDICT_ACTIVE);
    assert_int_equal(out.claims.lease_s, LEASE);
    assert_in_range(out.claims.beat_ms, 24000, 30000);
    assert_int_equal(out.claims.limit, 1);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
    assert_int_equal(pl_device_unseal(second.secret, pl_span_of(out.claims.sealed_key, sizeof out.claims.sealed_key), opened),
                     PL_ERR_SIGNATURE);
}

static void the_second_is_told_who_holds_the_seat(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    session_outcome_t out;

    session_hold(&s->hall, &first);
    validator_advance(&s->v, 7);
    out = call(s, &second, PL_ACT_SESSION_START);
    assert_int_equal(out.claims.state, PL_SESSION_TAKEN);
    assert_int_equal(out.outcome.verdict, PL_VERDICT_ACTIVE); /* the license is good: only the seat is not free */
    assert_int_equal(out.claims.holder_count, 1);
    assert_string_equal(out.claims.holders[0].activation_id, first.activation_id);
    assert_string_equal(out.claims.holders[0].device_name, "Till");
    assert_int_equal(out.claims.holders[0].since, VALIDATOR_NOW_MS / 1000);
    assert_int_equal(out.claims.holders[0].seen, VALIDATOR_NOW_MS / 1000);
}

static void a_device_gets_its_own_seat_back_at_once_and_its_old_key_is_void(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1);
    held_session before = session_hold(&s->hall, &first), after = session_hold(&s->hall, &first);
    beat_outcome_t outcome;

    assert_false(pl_uuid_equal(before.id, after.id));
    assert_int_equal(session_beat_state(&s->hall, &after), PL_SESSION_HELD);
    assert_int_equal(session_beat(&s->hall, &before, &outcome), PL_ERR_NOT_FOUND);
}

static void as_many_hold_a_seat_as_the_policy_says(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 2, TAKEOVER_ANY);

    for (int i = 0; i < 5; i++) {
        till t = session_till(&s->v, key, i);

        assert_int_equal(state_of(s, &t, PL_ACT_SESSION_START), i < 2 ? PL_SESSION_HELD : PL_SESSION_TAKEN);
    }
}

static void without_a_limit_each_activated_device_holds_one(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 3, 0, TAKEOVER_ANY);

    for (int i = 0; i < 3; i++) {
        till t = session_till(&s->v, key, i);

        assert_int_equal(state_of(s, &t, PL_ACT_SESSION_START), PL_SESSION_HELD);
    }
}

static void a_silent_seat_is_free_when_its_lease_is_over_and_not_before(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);

    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_START), PL_SESSION_TAKEN);
    validator_advance(&s->v, 1);
    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_START), PL_SESSION_HELD);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_LAPSED);
}

/* Beats are in memory when a seat is given: the database would count the holder as gone. */
static void a_beat_that_was_not_written_yet_keeps_the_seat(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);

    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_START), PL_SESSION_TAKEN);
}

static void ending_frees_the_seat_and_may_be_repeated(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);

    assert_int_equal(end(s, &first, held.id), PL_SESSION_ENDED);
    assert_int_equal(end(s, &first, held.id), PL_SESSION_ENDED);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_ENDED);
    held = session_hold(&s->hall, &second);
    assert_int_equal(end(s, &second, held.id), PL_SESSION_ENDED);
}

static void the_end_of_an_earlier_session_ends_no_later_one(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1);
    held_session before = session_hold(&s->hall, &first), now = session_hold(&s->hall, &first);
    session_outcome_t out;

    assert_int_equal(end(s, &first, before.id), PL_SESSION_ENDED); /* that one has ended indeed */
    assert_int_equal(session_beat_state(&s->hall, &now), PL_SESSION_HELD);
    assert_int_equal(session_call(&s->hall, &first, PL_ACT_SESSION_END, &out), PL_ERR_INVALID); /* none is named */
    assert_int_equal(session_beat_state(&s->hall, &now), PL_SESSION_HELD);
}

typedef struct {
    scene *s;
    const device_call_t *call;
    session_outcome_t *out;
} acting;

static pl_err run_end(void *context, tx_t *tx)
{
    const acting *a = context;
    const session_room_t room = {a->s->hall.sessions, validator_keyring(&a->s->v)};

    return licensing_session_end(&room, tx, a->call, a->out);
}

/* Somebody heard a whole request, and puts the id of the session of today into it. */
static void a_proof_of_an_end_is_for_the_session_it_names(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1);
    held_session before = session_hold(&s->hall, &first), now = session_hold(&s->hall, &first);
    char id[PL_UUID_TEXT_SIZE], id_now[PL_UUID_TEXT_SIZE];
    uint8_t nonce[PL_NONCE_SIZE];
    session_outcome_t out;
    device_call_t heard;
    acting a = {s, &heard, &out};
    pl_buf body;

    pl_uuid_format(before.id, id);
    pl_uuid_format(now.id, id_now);
    first.session_id = id;
    pl_buf_init(&body);
    till_write(&first, &s->v.roots, PL_ACT_SESSION_END, &body, nonce);
    assert_int_equal(licensing_read_call(&s->v.arena, validator_keyring(&s->v), PL_ACT_SESSION_END, pl_buf_span(&body), &heard),
                     PL_OK);
    heard.request.session_id = id_now;
    heard.session_id = now.id;
    assert_int_equal(validator_do(&s->v, run_end, &a), PL_ERR_UNAUTHORIZED);
    heard.request.session_id = NULL;
    assert_int_equal(validator_do(&s->v, run_end, &a), PL_ERR_UNAUTHORIZED);
    assert_int_equal(session_beat_state(&s->hall, &now), PL_SESSION_HELD);
    pl_buf_reset(&body);
}

/* ---- taking over ---- */

static pl_err read_audit(void *context, tx_t *tx)
{
    validator *v = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, v->made.brand_id, (pl_uuid){{0}}, &entries, &count);

    for (size_t i = 0; !err && i < count; i++)
        if (entries[i].action == AUDIT_SESSION_TAKEN_OVER) {
            assert_non_null(strstr(entries[i].metadata, "\"from\""));
            assert_null(strstr(entries[i].metadata, "broken")); /* what its user wrote may be personal */
            return PL_OK;
        }
    return PL_ERR_NOT_FOUND;
}

static void a_takeover_gives_the_seat_and_tells_the_loser_by_whom_and_why(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);
    session_outcome_t out = call(s, &second, PL_ACT_SESSION_TAKEOVER);
    beat_outcome_t outcome;

    assert_int_equal(out.claims.state, PL_SESSION_HELD);
    assert_int_equal(session_beat(&s->hall, &held, &outcome), PL_OK);
    assert_int_equal(outcome.reply.state, PL_SESSION_EVICTED);
    assert_int_equal(outcome.reply.at, VALIDATOR_NOW_MS / 1000);
    assert_string_equal(outcome.reply.by, "Till");
    assert_string_equal(outcome.reply.reason, "the other till is broken");
    assert_int_equal(validator_do(&s->v, read_audit, &s->v), PL_OK);
}

static void a_takeover_where_a_seat_is_free_takes_none_from_anybody(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 2, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);

    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_TAKEOVER), PL_SESSION_HELD);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
}

static void the_longest_silent_loses_unless_another_is_named(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 2, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2), third = session_till(&s->v, key, 3);
    held_session one = session_hold(&s->hall, &first), two = session_hold(&s->hall, &second);
    char named[PL_UUID_TEXT_SIZE];
    session_outcome_t out;

    validator_advance(&s->v, 10);
    assert_int_equal(session_beat_state(&s->hall, &one), PL_SESSION_HELD);
    out = call(s, &third, PL_ACT_SESSION_TAKEOVER);
    assert_int_equal(out.claims.state, PL_SESSION_HELD);
    assert_int_equal(session_beat_state(&s->hall, &two), PL_SESSION_EVICTED);
    assert_int_equal(end(s, &third, out.started.id), PL_SESSION_ENDED);
    two = session_hold(&s->hall, &second);
    pl_uuid_format(two.id, named);
    third.session_id = named;
    assert_int_equal(state_of(s, &third, PL_ACT_SESSION_TAKEOVER), PL_SESSION_HELD);
    assert_int_equal(session_beat_state(&s->hall, &one), PL_SESSION_HELD);
    assert_int_equal(session_beat_state(&s->hall, &two), PL_SESSION_EVICTED);
}

static void a_seat_taken_over_is_safe_for_the_cool_down(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    session_outcome_t out;
    held_session held;

    session_hold(&s->hall, &first);
    out = call(s, &second, PL_ACT_SESSION_TAKEOVER);
    held = session_unseal(&second, &out);
    out = call(s, &first, PL_ACT_SESSION_TAKEOVER);
    assert_int_equal(out.claims.state, PL_SESSION_TAKEN);
    assert_int_equal(out.claims.retry_at, VALIDATOR_NOW_MS / 1000 + COOLDOWN);
    assert_int_equal(out.claims.holder_count, 1);
    for (int i = 0; i < COOLDOWN / 60; i++) {
        assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
        validator_advance(&s->v, 60);
    }
    assert_int_equal(state_of(s, &first, PL_ACT_SESSION_TAKEOVER), PL_SESSION_HELD);
}

static void a_policy_may_forbid_takeovers(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_NEVER);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);
    session_outcome_t out = call(s, &second, PL_ACT_SESSION_TAKEOVER);

    assert_int_equal(out.claims.state, PL_SESSION_TAKEN);
    assert_int_equal(out.claims.retry_at, 0);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
}

static void a_policy_may_let_idle_seats_only_be_taken_over(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_IDLE);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    session_outcome_t out;

    session_hold(&s->hall, &first);
    out = call(s, &second, PL_ACT_SESSION_TAKEOVER);
    assert_int_equal(out.claims.state, PL_SESSION_TAKEN);
    assert_int_equal(out.claims.retry_at, VALIDATOR_NOW_MS / 1000 + 60);
    validator_advance(&s->v, 60);
    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_TAKEOVER), PL_SESSION_HELD);
}

/* ---- who may not ---- */

static void a_proof_by_another_key_moves_nothing(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    static const pl_act acts[] = {PL_ACT_SESSION_START, PL_ACT_SESSION_TAKEOVER, PL_ACT_SESSION_END};
    till first = session_till(&s->v, key, 1), forger = first;
    held_session held = session_hold(&s->hall, &first);
    char id[PL_UUID_TEXT_SIZE];
    session_outcome_t out;

    pl_uuid_format(held.id, id);
    forger.session_id = id;
    pl_device_key_new(forger.public_key, forger.secret);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        assert_int_equal(session_call(&s->hall, &forger, acts[i], &out), PL_ERR_UNAUTHORIZED);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
}

static void a_license_that_is_not_good_gives_no_seat(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1);
    session_outcome_t out = call(s, &first, PL_ACT_SESSION_LIST);

    validator_change(&s->v, out.outcome.license.id, LICENSE_SUSPEND, PL_REASON_PAYMENT_FAILED);
    out = call(s, &first, PL_ACT_SESSION_START);
    assert_int_equal(out.outcome.verdict, PL_VERDICT_SUSPENDED);
    assert_null(out.outcome.session);
    assert_false(out.has_started);
}

static void a_device_without_an_activation_gets_no_seat_but_may_look(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), stranger = till_make(9, key);
    session_outcome_t out;

    stranger.product = first.product;
    (void)memcpy(stranger.activation_id, first.activation_id, sizeof stranger.activation_id);
    session_hold(&s->hall, &first);
    out = call(s, &stranger, PL_ACT_SESSION_START);
    assert_int_equal(out.outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    assert_null(out.outcome.session);
    out = call(s, &stranger, PL_ACT_SESSION_LIST);
    assert_int_equal(out.claims.state, PL_SESSION_LISTED);
    assert_int_equal(out.claims.holder_count, 1);
}

static void giving_the_activation_back_ends_the_session(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);

    assert_int_equal(till_verdict(&s->v, &first, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_START), PL_SESSION_HELD);
    (void)session_beat_state(&s->hall, &held); /* memory does not know yet */
    assert_int_equal(session_flush(&s->hall), PL_OK);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_ENDED);
}

typedef struct {
    license_t license;
    pl_uuid session_id;
    session_t ended;
} vendor_end;

static pl_err end_by_vendor(void *context, tx_t *tx)
{
    vendor_end *e = context;

    return admin_session_end(tx, &e->license, e->session_id, &e->ended);
}

static void the_vendor_ends_a_session_of_the_license_and_of_no_other(void **state)
{
    scene *s = *state;
    const char *key = session_sell(&s->v, 5, 1, TAKEOVER_ANY);
    till first = session_till(&s->v, key, 1), second = session_till(&s->v, key, 2);
    held_session held = session_hold(&s->hall, &first);
    session_outcome_t out = call(s, &second, PL_ACT_SESSION_LIST);
    vendor_end end = {.license = out.outcome.license, .session_id = held.id};

    end.license.id.bytes[0] ^= 1;
    assert_int_equal(validator_do(&s->v, end_by_vendor, &end), PL_ERR_NOT_FOUND);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_HELD);
    end.license = out.outcome.license;
    assert_int_equal(validator_do(&s->v, end_by_vendor, &end), PL_OK);
    sessions_ended(s->hall.sessions, held.brand_id, held.id);
    assert_int_equal(session_beat_state(&s->hall, &held), PL_SESSION_ENDED);
    assert_int_equal(validator_do(&s->v, end_by_vendor, &end), PL_OK); /* asked again */
    assert_int_equal(state_of(s, &second, PL_ACT_SESSION_START), PL_SESSION_HELD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_seat_is_held_under_a_key_that_only_its_device_can_open),
        TEST(the_second_is_told_who_holds_the_seat),
        TEST(a_device_gets_its_own_seat_back_at_once_and_its_old_key_is_void),
        TEST(as_many_hold_a_seat_as_the_policy_says),
        TEST(without_a_limit_each_activated_device_holds_one),
        TEST(a_silent_seat_is_free_when_its_lease_is_over_and_not_before),
        TEST(a_beat_that_was_not_written_yet_keeps_the_seat),
        TEST(ending_frees_the_seat_and_may_be_repeated),
        TEST(the_end_of_an_earlier_session_ends_no_later_one),
        TEST(a_proof_of_an_end_is_for_the_session_it_names),
        TEST(a_takeover_gives_the_seat_and_tells_the_loser_by_whom_and_why),
        TEST(a_takeover_where_a_seat_is_free_takes_none_from_anybody),
        TEST(the_longest_silent_loses_unless_another_is_named),
        TEST(a_seat_taken_over_is_safe_for_the_cool_down),
        TEST(a_policy_may_forbid_takeovers),
        TEST(a_policy_may_let_idle_seats_only_be_taken_over),
        TEST(a_proof_by_another_key_moves_nothing),
        TEST(a_license_that_is_not_good_gives_no_seat),
        TEST(a_device_without_an_activation_gets_no_seat_but_may_look),
        TEST(giving_the_activation_back_ends_the_session),
        TEST(the_vendor_ends_a_session_of_the_license_and_of_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
