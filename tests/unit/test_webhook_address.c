/* SPDX-License-Identifier: Apache-2.0
 *
 * Where webhooks may go to: ranges, lists and URLs as tables; and the pauses after failures.
 */
#include "notify/address.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "notify/backoff.h"

static const struct {
    const char *text;
    bool is_public;
} special[] = {
    {"8.8.8.8", true},
    {"1.1.1.1", true},
    {"0.0.0.0", false},
    {"0.1.2.3", false},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"127.0.0.1", false},
    {"127.255.255.255", false},
    {"128.0.0.1", true},
    {"169.254.169.254", false},
    {"169.253.255.255", true},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.170", false},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.167.255.255", true},
    {"192.168.0.1", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.51.100.7", false},
    {"203.0.113.7", false},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::8.8.8.8", false},
    {"::ffff:8.8.8.8", true},
    {"::ffff:10.0.0.1", false},
    {"::ffff:127.0.0.1", false},
    {"::ffff:7f00:1", false},
    {"64:ff9b::8.8.8.8", true},
    {"64:ff9b::10.0.0.1", false},
    {"64:ff9b::a9fe:a9fe", false},
    {"64:ff9b:1::1", false},
    {"100::1", false},
    {"2001:4860:4860::8888", true},
    {"2001::1", false},
    {"2001:db8::1", false},
    {"2002:a00:1::", false},
    {"2606:4700::1111", true},
    {"3fff::1", false},
    {"4000::1", false},
    {"fc00::1", false},
    {"fd12:3456::1", false},
    {"fe80::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
};

static void addresses_are_public_as_the_table_says(void **state)
{
    uint8_t address[ADDRESS_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        assert_true(address_parse(special[i].text, strlen(special[i].text), address));
        if (address_is_public(address) != special[i].is_public)
            fail_msg("%s", special[i].text);
    }
}

static void a_list_holds_what_it_names(void **state)
{
    static const struct {
        const char *text;
        bool is_listed;
    } rows[] = {{"10.1.2.3", true},   {"11.0.0.1", false},       {"192.168.7.7", true}, {"192.168.7.8", false},
                {"fd00::1", true},    {"::ffff:10.0.0.1", true}, {"fc00::1", false},    {"[fd00::2]", true},
                {"172.16.9.1", true}, {"172.16.8.1", false}};
    uint8_t address[ADDRESS_SIZE];
    address_list_t list;

    (void)state;
    assert_int_equal(address_list_parse(" 10.0.0.0/8,192.168.7.7  fd00::/8\t172.16.9.0/24 ", &list), PL_OK);
    assert_int_equal(list.count, 4);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(address_parse(rows[i].text, strlen(rows[i].text), address));
        assert_int_equal(address_is_listed(&list, address), rows[i].is_listed);
    }
    assert_int_equal(address_list_parse("0.0.0.0/0", &list), PL_OK);
    assert_true(address_parse("127.0.0.1", 9, address));
    assert_true(address_is_listed(&list, address));
    assert_true(address_parse("::1", 3, address));
    assert_false(address_is_listed(&list, address));
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const rows[] = {"10.0.0.0/33", "10.0.0.0/",   "10.0.0/8", "localhost",   "10.0.0.0/8x", "fd00::/129",
                                       "/8",          "10.0.0.0/-1", "::1/",     "10.0.0.0//8", "10.0.0.0/8 x"};
    address_list_t list;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (address_list_parse(rows[i], &list) != PL_ERR_INVALID)
            fail_msg("%s", rows[i]);
    assert_int_equal(address_list_parse("", &list), PL_OK);
    assert_int_equal(list.count, 0);
}

static void urls_are_fine_as_the_table_says(void **state)
{
    static const struct {
        const char *url;
        bool is_fine;        /* where nothing is allowed */
        bool is_fine_inside; /* where 10.0.0.0/8 is */
    } rows[] = {
        {"https://shop.example/hooks?x=1", true, true},
        {"HTTPS://shop.example:8443", true, true},
        {"http://shop.example/", false, true},
        {"https://8.8.8.8/", true, true},
        {"https://10.0.0.1/", false, true},
        {"http://10.0.0.1:80/", false, true},
        {"https://127.0.0.1/", false, false},
        {"https://[::1]:8443/", false, false},
        {"https://[2606:4700::1111]/", true, true},
        {"https://[2606:4700::1111", false, false},
        {"https://[::1]x/", false, false},
        {"https://a@shop.example/", false, false},
        {"https://shop.example:8a/", false, false},
        {"https:///x", false, false},
        {"https://:443/", false, false},
        {"ftp://shop.example/", false, false},
        {"shop.example", false, false},
        {"https://shop.example/#a", false, false},
        {"https://shop.example/a b", false, false},
        {"https://shop.example\\@10.0.0.1/", false, false},
        {"https://sh\xc3\xb6p.example/", false, false},
        {"", false, false},
    };
    address_list_t none = {.count = 0}, inside;
    const char *fault;

    (void)state;
    assert_int_equal(address_list_parse("10.0.0.0/8", &inside), PL_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (address_url_is_fine(&none, rows[i].url, &fault) != rows[i].is_fine ||
            address_url_is_fine(&inside, rows[i].url, &fault) != rows[i].is_fine_inside)
            fail_msg("%s: %s", rows[i].url, fault ? fault : "is fine");
}

static void pauses_double_up_to_four_hours_with_jitter(void **state)
{
    static const int64_t hours_4 = INT64_C(4) * 3600 * 1000;

    (void)state;
    assert_int_equal(backoff_delivery_ms(5000, 1, 200), 5000);
    assert_int_equal(backoff_delivery_ms(5000, 1, 0), 4000);
    assert_int_equal(backoff_delivery_ms(5000, 1, 400), 6000);
    assert_int_equal(backoff_delivery_ms(5000, 2, 200), 10000);
    assert_int_equal(backoff_delivery_ms(5000, 5, 200), 80000);
    assert_int_equal(backoff_delivery_ms(5000, 30, 200), hours_4);
    assert_int_equal(backoff_delivery_ms(5000, INT64_MAX, 200), hours_4);
    for (uint32_t random = 0; random < 5000; random += 7)
        assert_in_range(backoff_delivery_ms(1000, 1, random), 800, 1200);
}

static void two_days_are_about_twenty_attempts(void **state)
{
    int64_t at = 0;
    int attempts = 1;

    (void)state;
    while ((at += backoff_delivery_ms(5000, attempts, 200)) <= INT64_C(48) * 3600 * 1000)
        attempts++;
    assert_in_range(attempts, 18, 26);
}

static void an_endpoint_is_left_alone_for_five_minutes_at_most(void **state)
{
    (void)state;
    assert_int_equal(backoff_endpoint_ms(0), 0);
    assert_int_equal(backoff_endpoint_ms(1), 0);
    assert_int_equal(backoff_endpoint_ms(2), 1000);
    assert_int_equal(backoff_endpoint_ms(4), 4000);
    assert_int_equal(backoff_endpoint_ms(1000000), 300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_public_as_the_table_says),
        cmocka_unit_test(a_list_holds_what_it_names),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(urls_are_fine_as_the_table_says),
        cmocka_unit_test(pauses_double_up_to_four_hours_with_jitter),
        cmocka_unit_test(two_days_are_about_twenty_attempts),
        cmocka_unit_test(an_endpoint_is_left_alone_for_five_minutes_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
