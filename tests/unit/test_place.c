/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/platform/place_posix.c, place_linux.c and machine.c
 */
#include "platform/file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_dir.h"

enum { SOMEBODY = 54321 };

typedef struct {
    const char *home;
    const char *xdg;
    const char *wanted; /* NULL: PL_ERR_NOT_FOUND */
} row;

static const row rows[] = {
    {"/home/till", NULL, "/home/till/.local/share"},
    {"/home/till", "/data", "/data"},
    {"/home/till", "relative", "/home/till/.local/share"},
    {NULL, "/data", "/data"},
    {NULL, NULL, NULL},
    {"relative", NULL, NULL},
};

static void put(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static int check_rows(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_buf path;
        pl_err err;
        bool is_good;

        put("HOME", rows[i].home);
        put("XDG_DATA_HOME", rows[i].xdg);
        pl_buf_init(&path);
        err = pl_data_home(&path);
        is_good = rows[i].wanted ? !err && strcmp(path.data, rows[i].wanted) == 0 : err == PL_ERR_NOT_FOUND;
        pl_buf_reset(&path);
        if (!is_good)
            return (int)i + 1;
    }
    return 0;
}

static void a_users_data_lies_where_the_environment_says(void **state)
{
    int result = geteuid() == 0 ? run_as(SOMEBODY, SOMEBODY, check_rows, "") : check_rows("");

    (void)state;
    assert_int_equal(result, 0);
}

static void roots_data_lies_in_one_place_for_the_machine(void **state)
{
    pl_buf path;

    (void)state;
    if (geteuid() != 0)
        skip();
    pl_buf_init(&path);
    assert_int_equal(pl_data_home(&path), PL_OK);
    assert_string_equal(path.data, "/var/lib");
    pl_buf_reset(&path);
}

static void a_variable_is_copied_and_a_missing_one_not_found(void **state)
{
    pl_buf value;

    (void)state;
    put("POSPAL_TEST_VARIABLE", "value");
    pl_buf_init(&value);
    assert_int_equal(pl_environment("POSPAL_TEST_VARIABLE", &value), PL_OK);
    assert_string_equal(value.data, "value");
    put("POSPAL_TEST_VARIABLE", NULL);
    assert_int_equal(pl_environment("POSPAL_TEST_VARIABLE", &value), PL_ERR_NOT_FOUND);
    assert_string_equal(value.data, "value");
    pl_buf_reset(&value);
}

static void the_host_name_is_cut_to_fit(void **state)
{
    char whole[256], cut[4], none[1] = {'x'};

    (void)state;
    pl_host_name(whole, sizeof whole);
    pl_host_name(cut, sizeof cut);
    pl_host_name(none, sizeof none);
    assert_true(strlen(cut) < sizeof cut);
    assert_true(cut[0] == '\0' || strncmp(whole, cut, strlen(cut)) == 0);
    assert_int_equal(none[0], '\0');
    pl_host_name(NULL, 0);
}

static void a_host_name_with_odd_bytes_becomes_printable(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        char name[64];

        if (unshare(CLONE_NEWUTS) != 0 || sethostname("till\xFF\n3", 7) != 0)
            _exit(ASIDE_SKIPPED);
        pl_host_name(name, sizeof name);
        _exit(strcmp(name, "till??3") != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WEXITSTATUS(status) == ASIDE_SKIPPED)
        skip();
    assert_int_equal(status, 0);
}

static void system_and_processor_are_named(void **state)
{
    struct utsname name;

    (void)state;
    assert_string_equal(pl_platform_name(), "linux");
    assert_int_equal(uname(&name), 0);
    if (strcmp(name.machine, "x86_64") == 0 && sizeof(void *) == 8)
        assert_string_equal(pl_machine_name(), "x86_64");
    assert_string_not_equal(pl_machine_name(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_users_data_lies_where_the_environment_says),
        cmocka_unit_test(roots_data_lies_in_one_place_for_the_machine),
        cmocka_unit_test(a_variable_is_copied_and_a_missing_one_not_found),
        cmocka_unit_test(the_host_name_is_cut_to_fit),
        cmocka_unit_test(a_host_name_with_odd_bytes_becomes_printable),
        cmocka_unit_test(system_and_processor_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
