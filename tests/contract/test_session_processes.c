/* SPDX-License-Identifier: Apache-2.0
 *
 * Several processes and several clients on one machine share one seat: one beats, another goes on when it dies, the last one gives the
 * seat back. And who is first at the last seat.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/worker.h"
#include "support/till_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/note.h"

enum { RACERS = 6, RACES = 5 };

typedef struct {
    session_shop shop;
    session_till machine;
    fake_clock *clock;
} house;

static int open_house(void **state)
{
    house *h = calloc(1, sizeof *h);

    if (!h)
        return -1;
    session_shop_open(&h->shop, 1, TAKEOVER_ANY);
    session_till_open(&h->machine, &h->shop, 1);
    session_till_cut_power(&h->machine); /* activated; from here on its processes are others */
    h->clock = till_process_clock_new(VALIDATOR_NOW_MS);
    *state = h;
    return 0;
}

static int close_house(void **state)
{
    house *h = *state;

    session_till_close(&h->machine);
    session_shop_close(&h->shop);
    till_process_clock_free(h->clock);
    free(h);
    return 0;
}

static void pass(house *h, int64_t seconds)
{
    fake_clock_advance(h->clock, seconds * 1000);
    fake_clock_advance(&h->shop.v.time, seconds * 1000);
    fake_clock_advance(&h->machine.place.clock, seconds * 1000);
}

static void processes_of_a_machine_share_one_seat_and_one_of_them_beats(void **state)
{
    house *h = *state;
    till_process first, second;

    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    assert_int_equal(h->shop.starts, 1);
    for (int i = 0; i < 10; i++) {
        pass(h, SHOP_BEAT_S);
        assert_int_equal(till_process_do(&first, DO_ROUND), POSPAL_SESSION_HELD);
        assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    }
    assert_int_equal(h->shop.beats, 10);
    assert_int_equal(session_shop_count_live(&h->shop), 1);
    till_process_close(&first);
    till_process_close(&second);
}

static void when_the_one_that_beats_is_killed_another_goes_on(void **state)
{
    house *h = *state;
    till_process first, second;

    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    pass(h, 1);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    assert_int_equal(h->shop.beats, 0);
    till_process_kill(&first);
    pass(h, 1);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    assert_int_equal(h->shop.beats, 1);
    assert_int_equal(h->shop.starts, 1);
    pass(h, SHOP_BEAT_S);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    assert_int_equal(h->shop.beats, 2);
    till_process_close(&second);
}

/* It is alive, and does nothing: only the other one's rounds go on. */
static void where_the_one_that_beats_hangs_another_beats_before_the_lease_ends(void **state)
{
    house *h = *state;
    till_process first, second;

    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    for (int s = 0; s < 4 * SHOP_LEASE_S; s += 10) {
        pass(h, 10);
        assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    }
    assert_int_equal(session_shop_count_live(&h->shop), 1);
    assert_int_equal(h->shop.starts, 1);
    assert_int_equal(till_process_do(&first, DO_ROUND), POSPAL_SESSION_HELD); /* it wakes, and beats again */
    assert_int_equal(h->shop.starts, 1);
    till_process_close(&first);
    till_process_close(&second);
}

static void nobody_says_held_after_the_lease_whoever_hangs(void **state)
{
    house *h = *state;
    till_process first, second, third;

    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    till_process_open(&third, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    h->shop.is_down = true;
    pass(h, SHOP_LEASE_S / 2);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    assert_int_equal(till_process_do(&third, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&third, DO_STATE), POSPAL_SESSION_HELD);
    pass(h, SHOP_LEASE_S / 2);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_UNCONFIRMED);
    assert_int_equal(till_process_do(&third, DO_ROUND), POSPAL_SESSION_UNCONFIRMED);
    h->shop.is_down = false;
    pass(h, SHOP_LEASE_S);
    assert_int_equal(till_process_do(&first, DO_ROUND), POSPAL_SESSION_HELD);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    till_process_close(&first);
    till_process_close(&second);
    till_process_close(&third);
}

static void a_lease_that_somebody_lengthened_is_not_believed(void **state)
{
    static const char later[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    house *h = *state;
    till_process first, second;
    char path[SHOP_PATH_SIZE + 16];

    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    (void)snprintf(path, sizeof path, "%s/session.lease", h->machine.place.data);
    assert_int_equal(pl_note_write(path, pl_span_of(later, sizeof later)), PL_OK);
    h->shop.is_down = true;
    pass(h, SHOP_LEASE_S);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_UNCONFIRMED);
    h->shop.is_down = false;
    till_process_close(&first);
    till_process_close(&second);
}

static void the_last_one_out_gives_the_seat_back(void **state)
{
    house *h = *state;
    till_process first, second;

    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&first, DO_END), 0);
    assert_int_equal(h->shop.ends, 0);
    pass(h, 1);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_HELD);
    assert_int_equal(h->shop.beats, 1);
    till_process_close(&second);
    assert_int_equal(h->shop.ends, 1);
    assert_int_equal(session_shop_count_live(&h->shop), 0);
    till_process_close(&first);
    assert_int_equal(h->shop.ends, 1);
}

static void an_eviction_is_seen_by_every_process(void **state)
{
    house *h = *state;
    till_process first, second;
    session_till other;

    session_till_open(&other, &h->shop, 2);
    till_process_open(&first, &h->machine, h->clock);
    till_process_open(&second, &h->machine, h->clock);
    assert_int_equal(till_process_do(&first, DO_START), POSPAL_OK);
    assert_int_equal(till_process_do(&second, DO_START), POSPAL_OK);
    assert_int_equal(pospal_session_take_over(other.client, NULL, "mine", &other.session, NULL), POSPAL_OK);
    pass(h, SHOP_BEAT_S);
    assert_int_equal(till_process_do(&first, DO_ROUND), POSPAL_SESSION_EVICTED);
    assert_int_equal(till_process_do(&second, DO_ROUND), POSPAL_SESSION_EVICTED);
    till_process_close(&first);
    till_process_close(&second);
    session_till_close(&other);
}

static void processes_that_start_together_get_the_same_seat(void **state)
{
    house *h = *state;
    till_process processes[RACERS];
    till_process *all[RACERS];
    int answers[RACERS];

    for (size_t i = 0; i < RACERS; i++)
        till_process_open(all[i] = &processes[i], &h->machine, h->clock);
    for (size_t i = 0; i < RACERS; i++)
        till_process_send(all[i], DO_START);
    till_process_wait_all(all, RACERS, answers);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(answers[i], POSPAL_OK);
    assert_int_equal(session_shop_count_live(&h->shop), 1);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(till_process_do(all[i], DO_ROUND), POSPAL_SESSION_HELD);
    for (size_t i = 0; i < RACERS; i++)
        till_process_close(all[i]);
    assert_int_equal(session_shop_count_live(&h->shop), 0);
}

static size_t count_of(const int *answers, size_t count, int wanted)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += answers[i] == wanted;
    return found;
}

static void of_all_machines_that_want_the_last_seat_exactly_one_gets_it(void **state)
{
    house *h = *state;
    session_till machines[RACERS];
    till_process processes[RACERS];
    till_process *all[RACERS];
    int answers[RACERS];

    for (size_t i = 0; i < RACERS; i++) {
        session_till_open(&machines[i], &h->shop, 10 + (int)i);
        session_till_cut_power(&machines[i]);
    }
    for (int race = 0; race < RACES; race++) {
        for (size_t i = 0; i < RACERS; i++)
            till_process_open(all[i] = &processes[i], &machines[i], h->clock);
        for (size_t i = 0; i < RACERS; i++)
            till_process_send(all[i], DO_START);
        till_process_wait_all(all, RACERS, answers);
        assert_int_equal(count_of(answers, RACERS, POSPAL_OK), 1);
        assert_int_equal(count_of(answers, RACERS, POSPAL_ERROR_CONFLICT), RACERS - 1);
        for (size_t i = 0; i < RACERS; i++)
            till_process_close(all[i]);
        assert_int_equal(session_shop_count_live(&h->shop), 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        session_till_close(&machines[i]);
}

/* ---- clients of one process ---- */

static void two_clients_of_a_process_share_one_seat(void **state)
{
    house *h = *state;
    pospal_client *first = session_till_client(&h->machine), *second = session_till_client(&h->machine);
    pospal_session *a = NULL, *b = NULL, *c = NULL;

    assert_int_equal(pospal_session_start(first, &a, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_start(second, &b, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_start(second, &c, NULL), POSPAL_OK);
    assert_int_equal(h->shop.starts, 1);
    pospal_session_end(b);
    assert_int_equal(pospal_session_state(c), POSPAL_SESSION_HELD);
    pospal_session_end(c);
    assert_int_equal(h->shop.ends, 0);
    assert_int_equal(pospal_session_state(a), POSPAL_SESSION_HELD);
    pospal_session_end(a);
    assert_int_equal(h->shop.ends, 1);
    shop_close_held(first);
    shop_close_held(second);
}

static void a_client_in_memory_beats_for_itself(void **state)
{
    house *h = *state;
    pospal_session *session = NULL;
    pospal_client *client;

    h->machine.place.is_in_memory = true;
    h->machine.place.key = h->shop.key;
    client = session_till_client(&h->machine);
    assert_int_equal(pospal_session_start(client, &session, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    pass(h, SHOP_BEAT_S);
    pl_worker_round(client);
    assert_int_equal(h->shop.beats, 1);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    pospal_session_end(session);
    assert_int_equal(h->shop.ends, 1);
    shop_close_held(client);
}

static void a_lost_vault_costs_no_seat(void **state)
{
    house *h = *state;
    pospal_session *session = NULL;
    pospal_client *client;

    client = session_till_client(&h->machine);
    assert_int_equal(pospal_session_start(client, &session, NULL), POSPAL_OK);
    shop_close_held(client);
    pospal_session_end(session);
    shop_delete_file(&h->machine.place, "vault.db");
    h->machine.place.key = h->shop.key;
    client = session_till_client(&h->machine);
    assert_int_equal(pospal_session_start(client, &session, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    assert_int_equal(session_shop_count_live(&h->shop), 1);
    pospal_session_end(session);
    shop_close_held(client);
}

static void two_installations_on_one_machine_do_not_lock_each_other_out(void **state)
{
    house *h = *state;
    pospal_session *first = NULL, *second = NULL;
    pospal_client *one, *two;

    h->machine.place.key = h->shop.key;
    one = session_till_client(&h->machine);
    h->machine.place.is_in_memory = true; /* a device key of its own, and nobody to agree with */
    two = session_till_client(&h->machine);
    assert_int_equal(pospal_session_start(two, &second, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_start(one, &first, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_state(first), POSPAL_SESSION_HELD);
    assert_int_equal(session_shop_count_live(&h->shop), 1);
    for (int i = 0; i < 20; i++) {
        pass(h, SHOP_BEAT_S);
        pl_worker_round(one);
        pl_worker_round(two);
        assert_true(pospal_session_state(first) == POSPAL_SESSION_HELD ||
                    pospal_session_state(first) == POSPAL_SESSION_UNCONFIRMED);
        assert_true(pospal_session_state(second) == POSPAL_SESSION_HELD ||
                    pospal_session_state(second) == POSPAL_SESSION_UNCONFIRMED);
    }
    assert_int_equal(session_shop_count_live(&h->shop), 1);
    pospal_session_end(first);
    pospal_session_end(second);
    shop_close_held(one);
    shop_close_held(two);
}

static void handles_outlive_their_client_and_say_none(void **state)
{
    house *h = *state;
    pospal_client *client = session_till_client(&h->machine);
    pospal_session *first = NULL, *second = NULL;

    assert_int_equal(pospal_session_start(client, &first, NULL), POSPAL_OK);
    assert_int_equal(pospal_session_start(client, &second, NULL), POSPAL_OK);
    shop_close_held(client);
    assert_int_equal(pospal_session_state(first), POSPAL_SESSION_NONE);
    pospal_session_end(first);
    pospal_session_end(second);
    assert_int_equal(h->shop.ends, 0);
    assert_int_equal(session_shop_count_live(&h->shop), 1);
}

#define HOUSE(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOUSE(processes_of_a_machine_share_one_seat_and_one_of_them_beats),
        HOUSE(when_the_one_that_beats_is_killed_another_goes_on),
        HOUSE(where_the_one_that_beats_hangs_another_beats_before_the_lease_ends),
        HOUSE(nobody_says_held_after_the_lease_whoever_hangs),
        HOUSE(a_lease_that_somebody_lengthened_is_not_believed),
        HOUSE(the_last_one_out_gives_the_seat_back),
        HOUSE(an_eviction_is_seen_by_every_process),
        HOUSE(processes_that_start_together_get_the_same_seat),
        HOUSE(of_all_machines_that_want_the_last_seat_exactly_one_gets_it),
        HOUSE(two_clients_of_a_process_share_one_seat),
        HOUSE(a_client_in_memory_beats_for_itself),
        HOUSE(a_lost_vault_costs_no_seat),
        HOUSE(two_installations_on_one_machine_do_not_lock_each_other_out),
        HOUSE(handles_outlive_their_client_and_say_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
