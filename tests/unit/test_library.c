/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/platform/library_posix.c
 */
#include "platform/library.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/resource.h>

static size_t (*length)(const char *text);

static void never(void)
{
}

static void the_first_library_that_is_there_fills_the_slots(void **state)
{
    static const char *const names[] = {"libpospal-does-not-exist.so.9", "libc.so.6", NULL};
    const pl_import imports[] = {{"strlen", (pl_function *)(void *)&length}};

    (void)state;
    length = NULL;
    assert_int_equal(pl_library_load(names, imports, 1), PL_OK);
    assert_int_equal(length("seven77"), 7);
}

static void no_library_at_all_is_unsupported_and_names_the_first(void **state)
{
    static const char *const names[] = {"libpospal-does-not-exist.so.9", "libpospal-nor-this.so.1", NULL};

    (void)state;
    assert_int_equal(pl_library_load(names, NULL, 0), PL_ERR_UNSUPPORTED);
    assert_non_null(strstr(pl_err_detail(), "libpospal-does-not-exist.so.9"));
}

/* Of a library that no test has loaded: one that is loaded needs no file any more. */
static void without_a_file_descriptor_it_says_so_and_is_loaded_when_there_is_one(void **state)
{
    static const char *const names[] = {"libanl.so.1", NULL};
    struct rlimit before, none;
    pl_err err;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    err = pl_library_load(names, NULL, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(err, PL_ERR_UNSUPPORTED);
    assert_non_null(strstr(pl_err_detail(), "Too many open files"));
    assert_int_equal(pl_library_load(names, NULL, 0), PL_OK);
}

static void a_missing_function_is_named_and_no_slot_is_touched(void **state)
{
    static const char *const names[] = {"libc.so.6", NULL};
    pl_function first = never;
    pl_function second = never;
    const pl_import imports[] = {{"strlen", &first}, {"pospal_no_such_function", &second}};

    (void)state;
    assert_int_equal(pl_library_load(names, imports, 2), PL_ERR_UNSUPPORTED);
    assert_non_null(strstr(pl_err_detail(), "pospal_no_such_function"));
    assert_true(first == never);
    assert_true(second == never);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_library_that_is_there_fills_the_slots),
        cmocka_unit_test(no_library_at_all_is_unsupported_and_names_the_first),
        cmocka_unit_test(without_a_file_descriptor_it_says_so_and_is_loaded_when_there_is_one),
        cmocka_unit_test(a_missing_function_is_named_and_no_slot_is_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
