/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/err.c: the table and the detail.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static void every_error_has_a_name_a_code_and_a_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < PL_ERR_COUNT; i++) {
        pl_err err = (pl_err)(-1 - i);

        assert_true(pl_err_name(err)[0] && pl_err_code(err)[0]);
        assert_true(strlen(pl_err_sentence(err)) > 20);
        assert_true(pl_err_http(err) == 0 || (pl_err_http(err) >= 400 && pl_err_http(err) < 600));
        assert_int_equal(pl_err_from_code(pl_err_code(err)), err);
    }
}

static void names_codes_and_statuses_are_those_of_the_list(void **state)
{
    (void)state;
    assert_string_equal(pl_err_name(PL_ERR_IO), "IO");
    assert_string_equal(pl_err_code(PL_ERR_IO), "io_error");
    assert_int_equal(pl_err_http(PL_ERR_RATE_LIMITED), 429);
    assert_string_equal(pl_err_code(PL_OK), "ok");
}

static void an_unknown_code_is_an_internal_error_and_never_a_success(void **state)
{
    (void)state;
    assert_int_equal(pl_err_from_code("no_such_code"), PL_ERR_INTERNAL);
    assert_int_equal(pl_err_from_code("ok"), PL_ERR_INTERNAL);
    assert_string_equal(pl_err_name((pl_err)-10000), "INTERNAL");
    assert_string_equal(pl_err_name((pl_err)1), "INTERNAL");
}

static void fail_returns_the_error_and_keeps_the_detail(void **state)
{
    (void)state;
    assert_int_equal(pl_fail(PL_ERR_BUSY, "table %d", 7), PL_ERR_BUSY);
    assert_string_equal(pl_err_detail(), "table 7");
    assert_int_equal(pl_fail(PL_ERR_BUSY, "again: %s", pl_err_detail()), PL_ERR_BUSY);
    assert_string_equal(pl_err_detail(), "again: table 7");
    pl_err_clear();
    assert_string_equal(pl_err_detail(), "");
}

static void a_long_detail_is_cut_at_a_whole_character(void **state)
{
    char text[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(text) - 2; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[sizeof(text) - 2] = '\0';
    (void)pl_fail(PL_ERR_IO, "%s", text);
    assert_int_equal(strlen(pl_err_detail()), PL_ERR_DETAIL_MAX - 2);
    (void)pl_fail(PL_ERR_IO, "a%s", text);
    assert_int_equal(strlen(pl_err_detail()), PL_ERR_DETAIL_MAX - 1);
    assert_int_equal((unsigned char)pl_err_detail()[PL_ERR_DETAIL_MAX - 2], 0xA9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_name_a_code_and_a_sentence),
        cmocka_unit_test(names_codes_and_statuses_are_those_of_the_list),
        cmocka_unit_test(an_unknown_code_is_an_internal_error_and_never_a_success),
        cmocka_unit_test(fail_returns_the_error_and_keeps_the_detail),
        cmocka_unit_test(a_long_detail_is_cut_at_a_whole_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
