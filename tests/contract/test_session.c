/* SPDX-License-Identifier: Apache-2.0
 *
 * Tills that share the seats of a license, told through whole clients and the validator's own code: conflict, takeover, eviction, and
 * what a bad line, a forger, a power cut and a restarted server do to them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/session_shop.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_AND_A_BIT_S = 3700 };

typedef struct {
    session_shop shop;
    session_till a, b;
    session_till *both[2];
} street;

static int open_street(void **state)
{
    street *s = calloc(1, sizeof *s);

    if (!s)
        return -1;
    session_shop_open(&s->shop, 1, TAKEOVER_ANY);
    session_till_open(&s->a, &s->shop, 1);
    session_till_open(&s->b, &s->shop, 2);
    s->both[0] = &s->a;
    s->both[1] = &s->b;
    *state = s;
    return 0;
}

static int close_street(void **state)
{
    street *s = *state;

    session_till_close(&s->a);
    session_till_close(&s->b);
    session_shop_close(&s->shop);
    free(s);
    return 0;
}

static void pass(street *s, int64_t seconds)
{
    session_shop_pass(&s->shop, s->both, 2, seconds);
}

/* ---- seats ---- */

static void a_till_holds_a_seat_and_keeps_it_by_beats(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    for (int i = 0; i < 600; i++) {
        pass(s, 1);
        assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    }
    assert_in_range(s->shop.beats, 19, 26);
    assert_int_equal(s->shop.starts, 1);
    assert_int_equal(s->a.news, 1); /* that it holds a seat */
}

static void a_second_till_is_told_who_holds_the_seat(void **state)
{
    street *s = *state;
    pospal_holder_t holder = {.size = sizeof holder};

    session_till_start(&s->a, POSPAL_OK);
    pass(s, 10);
    assert_int_equal(pospal_session_start(s->b.client, &s->b.session, &holder), POSPAL_ERROR_CONFLICT);
    assert_string_equal(pospal_error_code(), "session_taken");
    assert_null(s->b.session);
    assert_string_equal(holder.device_name, "Till 1");
    assert_int_equal(holder.is_this_device, 0);
    assert_int_equal(holder.since, VALIDATOR_NOW_MS / 1000);
    assert_int_equal(holder.seen, VALIDATOR_NOW_MS / 1000);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void a_seat_given_back_is_free_at_once(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    pospal_session_end(s->a.session);
    s->a.session = NULL;
    assert_int_equal(s->shop.ends, 1);
    session_till_start(&s->b, POSPAL_OK);
    assert_int_equal(session_till_state(&s->b), POSPAL_SESSION_HELD);
}

static void a_till_that_lost_power_gets_its_own_seat_back_at_once(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    session_till_cut_power(&s->a);
    pass(s, 5);
    s->a.client = session_till_client(&s->a);
    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    assert_int_equal(s->shop.starts, 2);
    assert_int_equal(session_shop_count_live(&s->shop), 1);
}

static void whoever_holds_the_key_sees_the_holders(void **state)
{
    street *s = *state;
    pospal_holder_t holders[2] = {{.size = sizeof *holders}};
    size_t count = 0;

    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(pospal_session_holders(s->b.client, holders, 2, &count), POSPAL_OK);
    assert_int_equal(count, 1);
    assert_string_equal(holders[0].device_name, "Till 1");
    assert_int_equal(holders[0].is_this_device, 0);
    assert_int_equal(pospal_session_holders(s->a.client, holders, 2, &count), POSPAL_OK);
    assert_int_equal(holders[0].is_this_device, 1);
    assert_int_equal(pospal_session_holders(s->a.client, NULL, 0, &count), POSPAL_OK);
    assert_int_equal(count, 1);
}

/* A spare machine that looks who has the seat takes none, neither of the devices nor of those in use. */
static void looking_at_the_holders_activates_nothing(void **state)
{
    street *s = *state;
    pospal_holder_t holders[2] = {{.size = sizeof *holders}};
    size_t count = 0;

    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(pospal_client_deactivate(s->b.client), POSPAL_OK);
    assert_int_equal(shop_status(s->b.client), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_session_holders(s->b.client, holders, 2, &count), POSPAL_OK);
    assert_int_equal(count, 1);
    assert_int_equal(shop_status(s->b.client), POSPAL_STATUS_NONE);
    assert_null(pl_holding_activation(s->b.client->holding));
}

/* Whatever the background is at: it may hang in another exchange. */
static void a_seat_is_held_no_longer_than_its_lease_without_anybody_looking(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    shop_pass(&s->a.place, SHOP_LEASE_S - 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    shop_pass(&s->a.place, 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_UNCONFIRMED);
}

/* A program that was built before members were appended, and one that was built after. */
static void a_holder_may_be_smaller_or_larger_than_ours(void **state)
{
    street *s = *state;
    struct {
        pospal_holder_t known;
        int64_t later[2];
    } holders[2];
    size_t count = 0;

    memset(holders, 'x', sizeof holders);
    holders[0].known.size = sizeof holders[0];
    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(pospal_session_holders(s->a.client, &holders[0].known, 2, &count), POSPAL_OK);
    assert_string_equal(holders[0].known.device_name, "Till 1");
    assert_int_equal(holders[0].known.size, sizeof holders[0]);
    assert_int_equal(holders[0].later[1], 0);
}

static void the_support_report_tells_of_the_session_without_its_key(void **state)
{
    street *s = *state;
    char *report = NULL;

    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(pospal_client_support_report(s->a.client, &report), POSPAL_OK);
    assert_non_null(strstr(report, "session          held, used 1 times in this process, kept alive by it"));
    assert_non_null(strstr(report, "120 s left, 0 beats failed"));
    pospal_text_free(report);
    assert_int_equal(pospal_client_support_report(s->b.client, &report), POSPAL_OK);
    assert_null(strstr(report, "session   "));
    pospal_text_free(report);
}

static void arguments_that_are_wrong_are_named(void **state)
{
    street *s = *state;
    pospal_holder_t small = {.size = 8};
    pospal_session *session = NULL;
    size_t count;

    assert_int_equal(pospal_session_start(NULL, &session, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_start(s->a.client, NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_start(s->a.client, &session, &small), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_take_over(s->a.client, NULL, NULL, &session, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_take_over(s->a.client, NULL, "two\nlines", &session, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_take_over(s->a.client, "x", "why", &session, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_holders(s->a.client, &small, 1, &count), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_holders(s->a.client, NULL, 0, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_evictor(NULL, &small), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_session_state(NULL), POSPAL_SESSION_NONE);
    pospal_session_end(NULL);
    assert_int_equal(s->shop.starts + s->shop.takeovers, 0);
}

/* ---- takeover ---- */

static void a_takeover_tells_the_loser_who_when_and_why(void **state)
{
    street *s = *state;
    pospal_holder_t by = {.size = sizeof by};

    session_till_start(&s->a, POSPAL_OK);
    pass(s, 5);
    assert_int_equal(pospal_session_evictor(s->a.session, &by), POSPAL_ERROR_NOT_FOUND);
    assert_int_equal(pospal_session_take_over(s->b.client, NULL, "the other till is broken", &s->b.session, NULL), POSPAL_OK);
    assert_int_equal(session_till_state(&s->b), POSPAL_SESSION_HELD);
    assert_int_equal(s->b.news, 1);
    pass(s, SHOP_BEAT_S);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_EVICTED);
    assert_int_equal(s->a.news, 2);
    assert_int_equal(pospal_session_evictor(s->a.session, &by), POSPAL_OK);
    assert_string_equal(by.device_name, "Till 2");
    assert_string_equal(by.reason, "the other till is broken");
    assert_int_equal(by.since, VALIDATOR_NOW_MS / 1000 + 5);
    pass(s, HOUR_AND_A_BIT_S);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_EVICTED);
    assert_int_equal(session_till_state(&s->b), POSPAL_SESSION_HELD);
}

static void a_seat_taken_over_is_left_alone_for_the_cool_down(void **state)
{
    street *s = *state;
    pospal_session *again = NULL;

    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(pospal_session_take_over(s->b.client, NULL, "mine", &s->b.session, NULL), POSPAL_OK);
    pass(s, SHOP_BEAT_S);
    assert_int_equal(pospal_session_take_over(s->a.client, NULL, "no, mine", &again, NULL), POSPAL_ERROR_CONFLICT);
    assert_non_null(strstr(pospal_error_detail(), "before 2025-10-09T"));
    assert_null(again);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_EVICTED);
    pass(s, SHOP_COOLDOWN_S);
    assert_int_equal(pospal_session_take_over(s->a.client, NULL, "no, mine", &again, NULL), POSPAL_OK);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    pass(s, SHOP_BEAT_S);
    assert_int_equal(session_till_state(&s->b), POSPAL_SESSION_EVICTED);
    pospal_session_end(again);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void who_holds_a_seat_takes_none_from_another(void **state)
{
    street *s = *state;
    pospal_session *again = NULL;

    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(pospal_session_take_over(s->a.client, NULL, "mine", &again, NULL), POSPAL_OK);
    assert_int_equal(s->shop.takeovers, 0);
    pospal_session_end(again);
}

/* ---- a bad line ---- */

static void an_outage_leaves_the_program_at_work(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->shop.is_down = true;
    pass(s, SHOP_LEASE_S - SHOP_BEAT_S - 5);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    pass(s, SHOP_BEAT_S + 10);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_UNCONFIRMED);
    assert_int_equal(s->a.news, 2);
    s->shop.is_down = false;
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    assert_int_equal(s->a.news, 3);
}

static void after_an_outage_nobody_else_is_pushed_out(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->a.line = TILL_LINE_CUT;
    pass(s, SHOP_LEASE_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_UNCONFIRMED);
    session_till_start(&s->b, POSPAL_OK);
    s->a.line = TILL_LINE_FINE;
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_TAKEN);
    assert_int_equal(session_till_state(&s->b), POSPAL_SESSION_HELD);
    pospal_session_end(s->b.session);
    s->b.session = NULL;
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void a_start_without_a_line_is_made_up_for_later(void **state)
{
    street *s = *state;

    s->a.line = TILL_LINE_CUT;
    session_till_start(&s->a, POSPAL_OK);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_UNCONFIRMED);
    s->a.line = TILL_LINE_FINE;
    pass(s, 3);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void who_is_taken_does_not_go_on_by_pulling_the_plug(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->a.line = TILL_LINE_CUT;
    pass(s, SHOP_LEASE_S + 1);
    session_till_start(&s->b, POSPAL_OK);
    s->a.line = TILL_LINE_FINE;
    pass(s, SHOP_BEAT_S + 1);
    s->a.line = TILL_LINE_CUT;
    pass(s, 2 * SHOP_LEASE_S);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_TAKEN);
}

static void one_lost_packet_costs_nothing(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->a.line = TILL_LINE_LOST_REPLY;
    while (s->shop.beats == 0)
        pass(s, 1);
    s->a.line = TILL_LINE_FINE;
    pass(s, 4);
    assert_int_equal(s->shop.beats, 2);
    assert_int_equal(s->shop.starts, 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void an_outage_beyond_the_grace_denies(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->a.line = TILL_LINE_CUT;
    fake_clock_advance(&s->a.place.clock, INT64_C(11) * DAY_S * 1000);
    session_till_round(&s->a);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_DENIED);
    s->a.line = TILL_LINE_FINE;
    fake_clock_advance(&s->shop.v.time, INT64_C(11) * DAY_S * 1000);
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void a_suspended_license_denies_at_the_next_answer(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    session_shop_change(&s->shop, LICENSE_SUSPEND, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(pospal_client_check(s->a.client, POSPAL_CHECK_ONLINE, NULL), POSPAL_OK);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_DENIED);
    assert_int_equal(pospal_session_start(s->b.client, &s->b.session, NULL), POSPAL_ERROR_DENIED);
}

/* ---- liars ---- */

static void a_forged_eviction_evicts_nobody(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->a.line = TILL_LINE_FORGED;
    pass(s, SHOP_BEAT_S + 10);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    s->a.line = TILL_LINE_FINE;
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void an_old_reply_comforts_nobody(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(pospal_session_take_over(s->b.client, NULL, "mine", &s->b.session, NULL), POSPAL_OK);
    s->a.line = TILL_LINE_REPLAYED;
    pass(s, SHOP_LEASE_S);
    assert_int_not_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    s->a.line = TILL_LINE_FINE;
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_EVICTED);
}

/* ---- the server ---- */

static void a_restarted_server_knows_its_sessions(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    pass(s, 40);
    session_shop_restart(&s->shop);
    assert_int_equal(pospal_session_start(s->b.client, &s->b.session, NULL), POSPAL_ERROR_CONFLICT);
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    assert_int_equal(s->shop.starts, 2);
}

static void a_server_down_for_an_hour_gives_the_seat_back(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    s->shop.is_down = true;
    pass(s, HOUR_AND_A_BIT_S);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_UNCONFIRMED);
    session_shop_restart(&s->shop);
    s->shop.is_down = false;
    pass(s, SHOP_BEAT_S + 1);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
}

static void a_machine_that_slept_notices_when_it_wakes(void **state)
{
    street *s = *state;

    session_till_start(&s->a, POSPAL_OK);
    fake_clock_advance(&s->a.place.clock, INT64_C(1000) * HOUR_AND_A_BIT_S);
    fake_clock_advance(&s->shop.v.time, INT64_C(1000) * HOUR_AND_A_BIT_S);
    session_till_round(&s->a);
    assert_int_equal(session_till_state(&s->a), POSPAL_SESSION_HELD);
    assert_int_equal(s->shop.starts, 2);
}

#define STREET(name) cmocka_unit_test_setup_teardown(name, open_street, close_street)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREET(a_till_holds_a_seat_and_keeps_it_by_beats),
        STREET(a_second_till_is_told_who_holds_the_seat),
        STREET(a_seat_given_back_is_free_at_once),
        STREET(a_till_that_lost_power_gets_its_own_seat_back_at_once),
        STREET(whoever_holds_the_key_sees_the_holders),
        STREET(looking_at_the_holders_activates_nothing),
        STREET(a_seat_is_held_no_longer_than_its_lease_without_anybody_looking),
        STREET(a_holder_may_be_smaller_or_larger_than_ours),
        STREET(the_support_report_tells_of_the_session_without_its_key),
        STREET(arguments_that_are_wrong_are_named),
        STREET(a_takeover_tells_the_loser_who_when_and_why),
        STREET(a_seat_taken_over_is_left_alone_for_the_cool_down),
        STREET(who_holds_a_seat_takes_none_from_another),
        STREET(an_outage_leaves_the_program_at_work),
        STREET(after_an_outage_nobody_else_is_pushed_out),
        STREET(a_start_without_a_line_is_made_up_for_later),
        STREET(who_is_taken_does_not_go_on_by_pulling_the_plug),
        STREET(one_lost_packet_costs_nothing),
        STREET(an_outage_beyond_the_grace_denies),
        STREET(a_suspended_license_denies_at_the_next_answer),
        STREET(a_forged_eviction_evicts_nobody),
        STREET(an_old_reply_comforts_nobody),
        STREET(a_restarted_server_knows_its_sessions),
        STREET(a_server_down_for_an_hour_gives_the_seat_back),
        STREET(a_machine_that_slept_notices_when_it_wakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
