/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/limiter.c
 */
#include "http/limiter.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { PER_MINUTE = 60, NOW = 5000000 };

static limiter_t limiter;

static int set_up(void **state)
{
    (void)state;
    limiter_init(&limiter, PER_MINUTE);
    return 0;
}

static void ipv4(uint8_t last, uint8_t address[LIMITER_ADDRESS_MAX])
{
    memset(address, 0, LIMITER_ADDRESS_MAX);
    address[10] = address[11] = 0xff;
    address[12] = 10;
    address[15] = last;
}

static void ipv6(uint8_t network, uint8_t host, uint8_t address[LIMITER_ADDRESS_MAX])
{
    memset(address, 0, LIMITER_ADDRESS_MAX);
    address[0] = 0x20;
    address[7] = network;
    address[15] = host;
}

static void charge_times(int times, const uint8_t address[LIMITER_ADDRESS_MAX])
{
    for (int i = 0; i < times; i++)
        limiter_charge(&limiter, address, NOW);
}

static void stops_an_address_after_its_refusals(void **state)
{
    uint8_t guesser[LIMITER_ADDRESS_MAX];
    uint8_t neighbour[LIMITER_ADDRESS_MAX];

    (void)state;
    ipv4(1, guesser);
    ipv4(2, neighbour);
    charge_times(PER_MINUTE - 1, guesser);
    assert_int_equal(limiter_wait(&limiter, guesser, NOW).refused_s, 0);
    charge_times(1, guesser);
    assert_int_not_equal(limiter_wait(&limiter, guesser, NOW).refused_s, 0);
    assert_int_equal(limiter_wait(&limiter, neighbour, NOW).refused_s, 0);
}

static void lets_it_go_on_after_the_time_it_named(void **state)
{
    uint8_t guesser[LIMITER_ADDRESS_MAX];
    int wait_s;

    (void)state;
    ipv4(1, guesser);
    charge_times(PER_MINUTE + 9, guesser);
    wait_s = limiter_wait(&limiter, guesser, NOW).refused_s;
    assert_in_range(wait_s, 10, 11);
    assert_int_not_equal(limiter_wait(&limiter, guesser, NOW + 9000).refused_s, 0);
    assert_int_equal(limiter_wait(&limiter, guesser, NOW + wait_s * 1000).refused_s, 0);
}

static void only_a_flood_stops_everything_of_an_address_and_not_for_long(void **state)
{
    uint8_t guesser[LIMITER_ADDRESS_MAX];
    int wait_s;

    (void)state;
    ipv4(1, guesser);
    charge_times(LIMITER_FLOOD * PER_MINUTE - 1, guesser);
    assert_int_equal(limiter_wait(&limiter, guesser, NOW).all_s, 0);
    charge_times(1, guesser);
    wait_s = limiter_wait(&limiter, guesser, NOW).all_s;
    assert_in_range(wait_s, 1, 2);
    assert_int_equal(limiter_wait(&limiter, guesser, NOW + wait_s * 1000).all_s, 0);
    charge_times(100000, guesser);
    assert_in_range(limiter_wait(&limiter, guesser, NOW).refused_s, 1, LIMITER_FLOOD * 60);
}

static void counts_an_ipv6_network_as_one(void **state)
{
    uint8_t address[LIMITER_ADDRESS_MAX];

    (void)state;
    for (uint8_t host = 0; host < PER_MINUTE; host++) {
        ipv6(1, host, address);
        limiter_charge(&limiter, address, NOW);
    }
    ipv6(1, 200, address);
    assert_int_not_equal(limiter_wait(&limiter, address, NOW).refused_s, 0);
    ipv6(2, 0, address);
    assert_int_equal(limiter_wait(&limiter, address, NOW).refused_s, 0);
}

static void many_addresses_do_not_push_out_the_worst(void **state)
{
    uint8_t guesser[LIMITER_ADDRESS_MAX];
    uint8_t other[LIMITER_ADDRESS_MAX];

    (void)state;
    ipv4(1, guesser);
    charge_times(PER_MINUTE + 5, guesser);
    for (int i = 0; i < 20000; i++) {
        ipv4((uint8_t)(i % 251), other);
        other[13] = (uint8_t)(1 + i / 251);
        limiter_charge(&limiter, other, NOW);
    }
    assert_int_not_equal(limiter_wait(&limiter, guesser, NOW).refused_s, 0);
}

static void zero_is_no_limit(void **state)
{
    uint8_t address[LIMITER_ADDRESS_MAX];

    (void)state;
    ipv4(1, address);
    limiter_init(&limiter, 0);
    charge_times(10000, address);
    assert_int_equal(limiter_wait(&limiter, address, NOW).refused_s, 0);
}

static void tells_ipv4_from_ipv6(void **state)
{
    uint8_t address[LIMITER_ADDRESS_MAX];

    (void)state;
    ipv4(1, address);
    assert_true(limiter_is_ipv4(address));
    ipv6(1, 1, address);
    assert_false(limiter_is_ipv4(address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(stops_an_address_after_its_refusals, set_up),
        cmocka_unit_test_setup(lets_it_go_on_after_the_time_it_named, set_up),
        cmocka_unit_test_setup(only_a_flood_stops_everything_of_an_address_and_not_for_long, set_up),
        cmocka_unit_test_setup(counts_an_ipv6_network_as_one, set_up),
        cmocka_unit_test_setup(many_addresses_do_not_push_out_the_worst, set_up),
        cmocka_unit_test_setup(zero_is_no_limit, set_up),
        cmocka_unit_test(tells_ipv4_from_ipv6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
