/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions in memory: which beats count, what is written, what a restart and another process leave of it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/trusted_time.h"
#include "support/session_hall.h"

enum { LEASE = 120, MANY = 200 };

typedef struct {
    validator v;
    session_hall hall;
    const char *key;
    till first;
    held_session held;
} scene;

static int set_up(void **state)
{
    static scene s;

    validator_open(&s.v);
    session_hall_open(&s.hall, &s.v);
    s.key = session_sell(&s.v, MANY + 5, 1, TAKEOVER_ANY);
    s.first = session_till(&s.v, s.key, 1);
    s.held = session_hold(&s.hall, &s.first);
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

typedef struct {
    const held_session *held;
    session_t found;
} finding;

static pl_err find(void *context, tx_t *tx)
{
    finding *f = context;

    return sessions_find(tx, f->held->brand_id, f->held->id, &f->found);
}

static session_t stored(scene *s)
{
    finding f = {.held = &s->held};

    assert_int_equal(validator_do(&s->v, find, &f), PL_OK);
    return f.found;
}

static void beats_prolong_the_lease_for_as_long_as_they_come(void **state)
{
    scene *s = *state;

    for (int i = 0; i < 20; i++) {
        validator_advance(&s->v, LEASE - 1);
        assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD);
    }
}

static void a_beat_that_comes_too_late_prolongs_nothing(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_LAPSED);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_LAPSED);
}

static void a_beat_is_heard_once(void **state)
{
    scene *s = *state;
    held_session again;

    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD);
    again = s->held;
    again.number--; /* it comes a second time */
    assert_int_equal(session_beat_state(&s->hall, &again), PL_SESSION_LAPSED);
}

static void a_beat_by_another_key_is_refused_and_moves_nothing(void **state)
{
    scene *s = *state;
    held_session forged = s->held;
    beat_outcome_t outcome;

    forged.key[0] ^= 1;
    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(session_beat(&s->hall, &forged, &outcome), PL_ERR_UNAUTHORIZED);
    validator_advance(&s->v, 1);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_LAPSED);
}

static void an_unknown_session_and_one_of_another_brand_are_not_found(void **state)
{
    scene *s = *state;
    held_session unknown = s->held, elsewhere = s->held;
    beat_outcome_t outcome;

    unknown.id.bytes[15] ^= 1;
    elsewhere.brand_id.bytes[15] ^= 1;
    assert_int_equal(session_beat(&s->hall, &unknown, &outcome), PL_ERR_NOT_FOUND);
    assert_int_equal(session_beat(&s->hall, &elsewhere, &outcome), PL_ERR_NOT_FOUND);
}

static void a_flush_writes_what_beats_changed_and_nothing_else(void **state)
{
    scene *s = *state;

    assert_true(sessions_is_clean(s->hall.sessions));
    validator_advance(&s->v, 30);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD);
    assert_false(sessions_is_clean(s->hall.sessions));
    assert_int_equal(stored(s).lease_until_ms, VALIDATOR_NOW_MS + LEASE * 1000);
    assert_int_equal(session_flush(&s->hall), PL_OK);
    assert_true(sessions_is_clean(s->hall.sessions));
    assert_int_equal(stored(s).lease_until_ms, VALIDATOR_NOW_MS + (30 + LEASE) * 1000);
    assert_int_equal(stored(s).beat_number, 1);
}

static pl_err flush_then_fail(void *context, tx_t *tx)
{
    scene *s = context;
    pl_err err = sessions_flush(s->hall.sessions, tx);

    return err ? err : pl_fail(PL_ERR_DISK_FULL, "the test's disk is full");
}

static void what_could_not_be_written_is_written_later(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, 30);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD);
    assert_int_equal(validator_do(&s->v, flush_then_fail, s), PL_ERR_DISK_FULL);
    assert_false(sessions_is_clean(s->hall.sessions));
    assert_int_equal(session_flush(&s->hall), PL_OK);
    assert_int_equal(stored(s).lease_until_ms, VALIDATOR_NOW_MS + (30 + LEASE) * 1000);
}

static pl_err flush_while_it_beats(void *context, tx_t *tx)
{
    scene *s = context;
    pl_err err = sessions_flush(s->hall.sessions, tx);

    validator_advance(&s->v, 30);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD);
    return err;
}

static void a_beat_during_a_flush_is_in_the_next_one(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, 30);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD);
    assert_int_equal(validator_do(&s->v, flush_while_it_beats, s), PL_OK);
    sessions_flushed(s->hall.sessions, s->v.time.wall_ms);
    assert_false(sessions_is_clean(s->hall.sessions));
    assert_int_equal(session_flush(&s->hall), PL_OK);
    assert_int_equal(stored(s).lease_until_ms, VALIDATOR_NOW_MS + (60 + LEASE) * 1000);
}

static void after_a_restart_who_lived_gets_a_whole_lease(void **state)
{
    scene *s = *state;
    till second = session_till(&s->v, s->key, 2);
    session_outcome_t out;

    validator_advance(&s->v, LEASE - 10); /* the server stops; nobody can beat */
    session_hall_restart(&s->hall);
    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(session_call(&s->hall, &second, PL_ACT_SESSION_START, &out), PL_OK);
    assert_int_equal(out.claims.state, PL_SESSION_TAKEN);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_HELD); /* read from the database */
}

static pl_err advance_time(void *context, tx_t *tx)
{
    (void)context;
    return trusted_time_confirm(tx);
}

static void after_a_restart_who_was_gone_before_stays_gone(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE + 1);
    for (int i = 0; i < 3; i++) /* the server saw this time */
        assert_int_equal(validator_do(&s->v, advance_time, NULL), PL_OK);
    session_hall_restart(&s->hall);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_LAPSED);
}

/* A loop that read its clock, then slept, must not prolong what the writer has counted as over. */
static void a_beat_of_an_earlier_moment_than_the_last_gift_does_not_count(void **state)
{
    scene *s = *state;
    till second = session_till(&s->v, s->key, 2);
    int64_t early_ms;
    pl_beat beat = {s->held.brand_id, s->held.id, 7, {0}};
    beat_outcome_t outcome;
    pl_buf body;

    validator_advance(&s->v, LEASE - 1);
    early_ms = s->v.time.wall_ms;
    validator_advance(&s->v, 1);
    session_hold(&s->hall, &second);
    pl_buf_init(&body);
    pl_beat_write(&beat, s->held.key, &body);
    pl_buf_reset(&body);
    assert_true(sessions_beat(s->hall.sessions, &beat, early_ms, &outcome));
    assert_int_equal(outcome.reply.state, PL_SESSION_LAPSED);
}

static void many_sessions_are_kept_and_forgotten_long_after_their_end(void **state)
{
    scene *s = *state;
    size_t before = sessions_count(s->hall.sessions);

    for (int i = 0; i < MANY; i++) {
        till t = session_till(&s->v, s->key, 10 + i);
        session_outcome_t out;

        assert_int_equal(session_call(&s->hall, &t, PL_ACT_SESSION_START, &out), PL_OK);
        assert_int_equal(out.claims.state, PL_SESSION_TAKEN);
    }
    assert_int_equal(sessions_count(s->hall.sessions), before);
    validator_advance(&s->v, 3600);
    assert_int_equal(session_flush(&s->hall), PL_OK);
    assert_int_equal(sessions_count(s->hall.sessions), 0);
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_LAPSED); /* read again, and told the same */
}

typedef struct {
    scene *s;
    const pl_beat *beat;
    uint64_t ends;
} late_recall;

/* Another connection saw the database before the takeover, and puts what it saw into memory after it. */
static pl_err recall_late(void *context, tx_t *tx)
{
    late_recall *late = context;
    scene *s = late->s;
    till second = session_till(&s->v, s->key, 2);
    session_outcome_t out;
    session_t seen;

    assert_int_equal(sessions_find(tx, s->held.brand_id, s->held.id, &seen), PL_OK);
    assert_int_equal(session_call(&s->hall, &second, PL_ACT_SESSION_TAKEOVER, &out), PL_OK);
    assert_int_equal(out.claims.state, PL_SESSION_HELD);
    return sessions_recall(s->hall.sessions, validator_keyring(&s->v), tx, late->beat, late->ends);
}

static void after_a_takeover_no_older_view_lets_the_loser_hold(void **state)
{
    scene *s = *state;
    tx_t about = {.arena = &s->v.arena, .now_ms = s->v.time.wall_ms, .actor = "test"};
    pl_beat beat = {s->held.brand_id, s->held.id, 1, {0}};
    late_recall late = {s, &beat, 0};
    beat_outcome_t outcome;
    store_t *reader;
    pl_buf body;

    assert_int_equal(instance_open_store(s->v.instance, DB_READ_ONLY, &reader), PL_OK);
    pl_buf_init(&body);
    pl_beat_write(&beat, s->held.key, &body);
    pl_buf_reset(&body);
    session_hall_restart(&s->hall); /* the session is not in memory */
    assert_false(sessions_beat(s->hall.sessions, &beat, s->v.time.wall_ms, &outcome));
    late.ends = outcome.ends;
    assert_int_equal(store_read(reader, &about, recall_late, &late), PL_ERR_OVERLOADED);
    assert_false(sessions_beat(s->hall.sessions, &beat, s->v.time.wall_ms, &outcome));
    assert_int_equal(session_beat_state(&s->hall, &s->held), PL_SESSION_EVICTED); /* asked again */
    store_close(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(beats_prolong_the_lease_for_as_long_as_they_come),
        TEST(a_beat_that_comes_too_late_prolongs_nothing),
        TEST(a_beat_is_heard_once),
        TEST(a_beat_by_another_key_is_refused_and_moves_nothing),
        TEST(an_unknown_session_and_one_of_another_brand_are_not_found),
        TEST(a_flush_writes_what_beats_changed_and_nothing_else),
        TEST(what_could_not_be_written_is_written_later),
        TEST(a_beat_during_a_flush_is_in_the_next_one),
        TEST(after_a_restart_who_lived_gets_a_whole_lease),
        TEST(after_a_restart_who_was_gone_before_stays_gone),
        TEST(a_beat_of_an_earlier_moment_than_the_last_gift_does_not_count),
        TEST(after_a_takeover_no_older_view_lets_the_loser_hold),
        TEST(many_sessions_are_kept_and_forgotten_long_after_their_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
