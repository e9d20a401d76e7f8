/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/listen.c
 */
#include "http/listen.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void takes_any_port_and_says_which(void **state)
{
    listeners_t listeners;

    (void)state;
    assert_int_equal(listeners_open("127.0.0.1:0", 1, &listeners), PL_OK);
    assert_int_equal(listeners.count, 1);
    assert_int_equal(strncmp(listeners.address, "127.0.0.1:", 10), 0);
    assert_string_not_equal(listeners.address, "127.0.0.1:0");
    listeners_close(&listeners);
}

static void opens_one_socket_for_each_loop_on_one_port(void **state)
{
    listeners_t listeners;

    (void)state;
    assert_int_equal(listeners_open("127.0.0.1:0", 3, &listeners), PL_OK);
    assert_int_equal(listeners.count, 3);
    listeners_close(&listeners);
    assert_int_equal(listeners.count, 0);
}

static void a_port_in_use_is_a_conflict_even_if_it_is_shared(void **state)
{
    listeners_t first;
    listeners_t second;

    (void)state;
    assert_int_equal(listeners_open("127.0.0.1:0", 2, &first), PL_OK);
    assert_int_equal(listeners_open(first.address, 2, &second), PL_ERR_CONFLICT);
    assert_int_equal(listeners_open(first.address, 1, &second), PL_ERR_CONFLICT);
    listeners_close(&first);
    assert_int_equal(listeners_open(first.address, 2, &second), PL_OK);
    listeners_close(&second);
}

static void refuses_what_is_no_address(void **state)
{
    static const char *const bad[] = {
        "", ":", "localhost", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:123456", "::1:80", "127.0.0.1:99999"};
    listeners_t listeners;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(listeners_open(bad[i], 1, &listeners), PL_OK);
    assert_int_equal(listeners_open("127.0.0.1:0", 0, &listeners), PL_ERR_INVALID);
    assert_int_equal(listeners_open("127.0.0.1:0", LISTEN_LOOPS_MAX + 1, &listeners), PL_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_any_port_and_says_which),
        cmocka_unit_test(opens_one_socket_for_each_loop_on_one_port),
        cmocka_unit_test(a_port_in_use_is_a_conflict_even_if_it_is_shared),
        cmocka_unit_test(refuses_what_is_no_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
