/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/authority.c
 */
#include "transport/authority.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static void it_is_host_and_port_without_credentials(void **state)
{
    static const char *const urls[][2] = {
        {"https://till.example/path", "till.example:443"},
        {"http://till.example", "till.example:80"},
        {"http://a:b@host:1/x@y", "host:1"},
        {"http://a:b@c@host:1/", "host:1"},
        {"host?x", "host"},
        {"http://[::1]:80#x", "[::1]:80"},
        {"https://[2001:db8::1]/", "[2001:db8::1]:443"},
        {"http://", ""},
    };
    char text[PL_AUTHORITY_SIZE];
    char endless[PL_AUTHORITY_SIZE * 2];

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        pl_url_authority(urls[i][0], text);
        assert_string_equal(text, urls[i][1]);
    }
    memset(endless, 'x', sizeof endless);
    memcpy(endless, "https://", 8);
    endless[sizeof endless - 1] = '\0';
    pl_url_authority(endless, text);
    assert_int_equal(strlen(text), PL_AUTHORITY_SIZE - 1);
}

static void what_is_well_formed_is_told_from_what_is_not(void **state)
{
    static const char *const good[] = {"a",
                                       "a:1",
                                       "a.b.example:65535",
                                       "127.0.0.1:80",
                                       "[::1]",
                                       "[::1]:443",
                                       "[::ffff:10.0.0.1]:1",
                                       "[fe80::1%25eth0]:8443",
                                       "[2001:DB8::1]"};
    static const char *const bad[] = {"",    ":1",  "a:",      "a:0",       "a:65536", "a:123456", "a:1x", "a:-1",
                                      "a:b", "::1", "[]",      "[::1",      "[::1]x",  "[::1]:",   "[x]",  "[::1]]",
                                      "a]",  "a[",  "[::1]:0", "[%25eth0]", "[::1%/]", "a/b",      "[:]"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!pl_authority_is_valid(good[i], strlen(good[i])))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (pl_authority_is_valid(bad[i], strlen(bad[i])))
            fail_msg("%s is taken", bad[i]);
    assert_true(pl_authority_is_valid("a:80/x", 4)); /* no more is looked at than what was given */
    assert_false(pl_authority_is_valid("[::1]", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_host_and_port_without_credentials),
        cmocka_unit_test(what_is_well_formed_is_told_from_what_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
