/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of one database in the memories of two validators: what each may say before it knows of the other, and for how long.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/meta.h"
#include "support/session_hall.h"

enum { LEASE = 120 };

typedef struct {
    validator v;
    session_hall here;
    session_hall there;
    till first;
    till second;
    held_session held; /* by first */
} scene;

static int set_up(void **state)
{
    static scene s;
    const char *key;

    validator_open(&s.v);
    session_hall_open(&s.here, &s.v);
    session_hall_open(&s.there, &s.v);
    sessions_share(s.here.sessions);
    sessions_share(s.there.sessions);
    key = session_sell(&s.v, 5, 1, TAKEOVER_ANY);
    s.first = session_till(&s.v, key, 1);
    s.second = session_till(&s.v, key, 2);
    s.held = session_hold(&s.here, &s.first);
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;

    session_hall_close(&s->here);
    session_hall_close(&s->there);
    validator_close(&s->v);
    return 0;
}

static pl_session_state start(session_hall *hall, const till *t)
{
    session_outcome_t out;

    assert_int_equal(session_call(hall, t, PL_ACT_SESSION_START, &out), PL_OK);
    return out.claims.state;
}

static void a_beat_in_the_last_moment_keeps_the_seat_when_it_is_written_in_time(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_HELD);
    validator_advance(&s->v, 2); /* over, as far as the database knows */
    assert_int_equal(start(&s->there, &s->second), PL_SESSION_TAKEN);
    assert_int_equal(session_flush(&s->here), PL_OK);
    validator_advance(&s->v, 10);
    assert_int_equal(start(&s->there, &s->second), PL_SESSION_TAKEN);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_HELD);
}

static void a_beat_that_is_written_too_late_does_not_take_back_what_was_given_away(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_HELD);
    validator_advance(&s->v, 6);
    assert_int_equal(start(&s->there, &s->second), PL_SESSION_HELD);
    assert_int_equal(session_flush(&s->here), PL_OK);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_LAPSED);
    assert_int_equal(start(&s->here, &s->first), PL_SESSION_TAKEN);
}

static void nothing_is_prolonged_where_it_might_have_been_given_away(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE - 1);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_HELD);
    validator_advance(&s->v, 3);
    assert_int_equal(session_flush(&s->here), PL_OK); /* two seconds after the end and no longer */
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_LAPSED);
    assert_int_equal(start(&s->here, &s->first), PL_SESSION_HELD);
}

static void a_seat_is_given_away_four_seconds_after_its_lease(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE + 3);
    assert_int_equal(start(&s->there, &s->second), PL_SESSION_TAKEN);
    validator_advance(&s->v, 1);
    assert_int_equal(start(&s->there, &s->second), PL_SESSION_HELD);
}

static void beats_that_went_to_another_validator_count_here(void **state)
{
    scene *s = *state;

    for (int i = 0; i < 3; i++) {
        validator_advance(&s->v, LEASE - 20);
        assert_int_equal(session_beat_state(&s->there, &s->held), PL_SESSION_HELD);
        assert_int_equal(session_flush(&s->there), PL_OK);
    }
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_HELD); /* by its own memory it is long over */
    validator_advance(&s->v, LEASE + 1);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_LAPSED);
    assert_int_equal(session_beat_state(&s->there, &s->held), PL_SESSION_LAPSED);
}

static void an_eviction_elsewhere_is_known_by_the_flush_after_the_next_beat(void **state)
{
    session_outcome_t out;
    scene *s = *state;

    assert_int_equal(session_call(&s->there, &s->second, PL_ACT_SESSION_TAKEOVER, &out), PL_OK);
    assert_int_equal(out.claims.state, PL_SESSION_HELD);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_HELD); /* once more */
    assert_int_equal(session_flush(&s->here), PL_OK);
    assert_int_equal(session_beat_state(&s->here, &s->held), PL_SESSION_EVICTED);
    assert_int_equal(session_beat_state(&s->there, &s->held), PL_SESSION_EVICTED);
}

static pl_err note_time(void *context, tx_t *tx)
{
    (void)context;
    return meta_advance_time(tx, tx->now_ms);
}

static void amnesty_is_given_only_where_nobody_served_meanwhile(void **state)
{
    scene *s = *state;

    validator_advance(&s->v, LEASE - 10);
    assert_int_equal(validator_do(&s->v, note_time, NULL), PL_OK); /* as any that runs does once a minute */
    validator_advance(&s->v, 60);
    session_hall_restart(&s->here);
    assert_int_equal(session_beat_state(&s->there, &s->held), PL_SESSION_LAPSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_beat_in_the_last_moment_keeps_the_seat_when_it_is_written_in_time),
        TEST(a_beat_that_is_written_too_late_does_not_take_back_what_was_given_away),
        TEST(nothing_is_prolonged_where_it_might_have_been_given_away),
        TEST(a_seat_is_given_away_four_seconds_after_its_lease),
        TEST(beats_that_went_to_another_validator_count_here),
        TEST(an_eviction_elsewhere_is_known_by_the_flush_after_the_next_beat),
        TEST(amnesty_is_given_only_where_nobody_served_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
