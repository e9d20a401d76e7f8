/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/header.c
 */
#include "transport/header.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "transport/retry.h"

enum { ABSENT = -1, DATE_1994 = 784111777 };

static pl_exchange_reply reply;

static int setup(void **state)
{
    (void)state;
    pl_exchange_reply_init(&reply);
    return 0;
}

static void take(const char *name, const char *value)
{
    pl_header_take(&reply, pl_span_text(name), pl_span_text(value));
}

typedef struct {
    const char *value;
    const char *wanted;
} text_row;

static void the_content_type_is_lower_case_and_without_parameters(void **state)
{
    static const text_row rows[] = {
        {"application/json", "application/json"},
        {" Text/HTML; charset=utf-8\r\n", "text/html"},
        {"application/problem+json;x=y", "application/problem+json"},
        {"", ""},
        {"a/012345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "a/0123456789012345678901234567890123456789012345678901234567890"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        take("CONTENT-type ", rows[i].value);
        assert_string_equal(reply.content_type, rows[i].wanted);
    }
}

static void a_location_keeps_scheme_and_host_only(void **state)
{
    static const text_row rows[] = {
        {"https://portal.example/login?secret=1", "https://portal.example"},
        {"HTTP://10.0.0.1:8080#x", "HTTP://10.0.0.1:8080"},
        {"/relative/path", ""},
        {"ftp://host/", ""},
        {"http://host\x01/", "http://host"},
        {"http:/", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        take("location", rows[i].value);
        assert_string_equal(reply.location, rows[i].wanted);
    }
}

typedef struct {
    const char *value;
    int64_t wanted;
} number_row;

static void a_date_has_one_form(void **state)
{
    static const number_row rows[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", DATE_1994},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37 CET", 0},
        {"Sun, 06 Foo 1994 08:49:37 GMT", 0},
        {"Sun, 36 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37 GM", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_exchange_reply_init(&reply);
        take("Date", rows[i].value);
        assert_int_equal(reply.date_s, rows[i].wanted);
    }
}

static void retry_after_in_seconds_is_digits_only(void **state)
{
    static const number_row rows[] = {{"120", 120},           {" 0 ", 0},  {"-1", ABSENT}, {"1.5", ABSENT},
                                      {"9999999999", ABSENT}, {"", ABSENT}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_exchange_reply_init(&reply);
        take("Retry-After", rows[i].value);
        assert_int_equal(reply.retry_after_s, rows[i].wanted);
    }
}

static void retry_after_as_a_date_counts_from_the_date_header_in_any_order(void **state)
{
    (void)state;
    take("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT");
    assert_int_equal(reply.retry_after_s, ABSENT);
    take("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_int_equal(reply.retry_after_s, 30);
    pl_exchange_reply_init(&reply);
    take("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    take("Retry-After", "Sun, 06 Nov 1994 08:49:30 GMT");
    assert_int_equal(reply.retry_after_s, 0);
}

static void other_headers_change_nothing(void **state)
{
    (void)state;
    take("Content-Typ", "x/y");
    take("Content-Types", "x/y");
    take("", "x/y");
    assert_string_equal(reply.content_type, "");
    assert_int_equal(reply.retry_after_s, ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_content_type_is_lower_case_and_without_parameters, setup),
        cmocka_unit_test_setup(a_location_keeps_scheme_and_host_only, setup),
        cmocka_unit_test_setup(a_date_has_one_form, setup),
        cmocka_unit_test_setup(retry_after_in_seconds_is_digits_only, setup),
        cmocka_unit_test_setup(retry_after_as_a_date_counts_from_the_date_header_in_any_order, setup),
        cmocka_unit_test_setup(other_headers_change_nothing, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
