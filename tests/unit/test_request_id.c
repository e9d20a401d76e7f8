/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/request_id.c
 */
#include "http/request_id.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"

static void makes_valid_ids_that_differ(void **state)
{
    request_ids_t ids;
    request_ids_t others;
    char first[REQUEST_ID_SIZE];
    char second[REQUEST_ID_SIZE];
    char third[REQUEST_ID_SIZE];

    (void)state;
    assert_int_equal(pl_crypto_ready(), PL_OK);
    request_ids_init(&ids);
    request_ids_init(&others);
    request_ids_next(&ids, first);
    request_ids_next(&ids, second);
    request_ids_next(&others, third);
    assert_true(request_id_is_valid(first));
    assert_int_equal(strlen(first), 25);
    assert_string_not_equal(first, second);
    assert_string_not_equal(first, third);
}

static void refuses_what_could_break_a_header_or_a_log(void **state)
{
    static const char *const bad[] = {
        "", "a b", "a\"b", "a\nb", "a/b", "\xc3\xa4", "12345678901234567890123456789012345678901234567890123456789012345"};

    (void)state;
    assert_true(request_id_is_valid("a-Z_0.9"));
    assert_true(request_id_is_valid(bad[6] + 1));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(request_id_is_valid(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_valid_ids_that_differ),
        cmocka_unit_test(refuses_what_could_break_a_header_or_a_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
