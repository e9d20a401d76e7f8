/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/patience.c
 */
#include "http/patience.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <setjmp.h>
#include <cmocka.h>

enum { GUESTS = 3, LIMIT_MS = 1000 };

static patience_t patience;
static guest_t guests[GUESTS];
static int peers[GUESTS];

static int set_up(void **state)
{
    (void)state;
    memset(&patience, 0, sizeof patience);
    memset(guests, 0, sizeof guests);
    for (int i = 0; i < GUESTS; i++) {
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
            return -1;
        guests[i].fd = ends[0];
        peers[i] = ends[1];
        patience_begin(&patience, &guests[i], i);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < GUESTS; i++) {
        close(guests[i].fd);
        close(peers[i]);
    }
    return 0;
}

static bool is_cut(int i)
{
    char byte;

    return recv(peers[i], &byte, 1, 0) == 0;
}

static void cuts_who_takes_too_long_and_nobody_else(void **state)
{
    (void)state;
    assert_int_equal(patience_expire(&patience, LIMIT_MS, LIMIT_MS), 0);
    assert_int_equal(patience_expire(&patience, LIMIT_MS + 2, LIMIT_MS), 2);
    assert_true(is_cut(0) && is_cut(1));
    assert_false(is_cut(2));
    assert_int_equal(patience_expire(&patience, LIMIT_MS + 3, LIMIT_MS), 1);
    assert_int_equal(patience_expire(&patience, 10 * LIMIT_MS, LIMIT_MS), 0); /* each once */
}

static void a_new_step_begins_a_new_time(void **state)
{
    (void)state;
    patience_begin(&patience, &guests[0], LIMIT_MS);
    assert_int_equal(patience_expire(&patience, 2 * LIMIT_MS, LIMIT_MS), 2);
    assert_false(is_cut(0));
    assert_int_equal(patience_expire(&patience, 2 * LIMIT_MS + 1, LIMIT_MS), 1);
    assert_true(is_cut(0));
}

/* Wherever in the list it stands, and twice over. */
static void nobody_waits_for_one_whose_turn_it_is_not(void **state)
{
    (void)state;
    for (int i = 0; i < GUESTS; i++) {
        tear_down(state);
        assert_int_equal(set_up(state), 0);
        patience_end(&patience, &guests[i]);
        patience_end(&patience, &guests[i]);
        assert_int_equal(patience_expire(&patience, 10 * LIMIT_MS, LIMIT_MS), 2);
        assert_false(is_cut(i));
        patience_begin(&patience, &guests[i], 10 * LIMIT_MS);
        assert_int_equal(patience_expire(&patience, 11 * LIMIT_MS + 1, LIMIT_MS), 1);
    }
}

static void an_empty_list_expires_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < GUESTS; i++)
        patience_end(&patience, &guests[i]);
    assert_null(patience.oldest);
    assert_null(patience.newest);
    assert_int_equal(patience_expire(&patience, 10 * LIMIT_MS, LIMIT_MS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cuts_who_takes_too_long_and_nobody_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_step_begins_a_new_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_waits_for_one_whose_turn_it_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_list_expires_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
