/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/forwarded.c
 */
#include "http/forwarded.h"

#include <arpa/inet.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void the_last_hop_counts_and_nonsense_changes_nothing(void **state)
{
    static const struct {
        const char *header;
        const char *address;
    } cases[] = {
        {"10.0.0.7", "::ffff:10.0.0.7"},
        {"1.2.3.4, 10.0.0.7", "::ffff:10.0.0.7"},
        {"1.2.3.4,\t2001:db8::7 ", "2001:db8::7"},
        {"10.0.0.7, ", "::1"},
        {"10.0.0.7, unknown", "::1"},
        {"10.0.0.7, 1.2.3.4:80", "::1"},
        {"10.0.0.7, 11111111112222222222333333333344444444445555555555", "::1"},
        {"", "::1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t address[FORWARDED_ADDRESS_SIZE] = {[15] = 1};
        char text[INET6_ADDRSTRLEN];

        forwarded_apply(cases[i].header, address);
        assert_non_null(inet_ntop(AF_INET6, address, text, sizeof text));
        assert_string_equal(text, cases[i].address);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_hop_counts_and_nonsense_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
