/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading small files that may be missing, locked, damaged or endless.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/sysfs_linux.h"
#include "unit/fake_root.h"

static fake_root root;
static int root_fd;

static int set_up(void **state)
{
    static const fake_entry ENTRIES[] = {
        {FILE_OF, "/sys/text", "hello\n"},  {FILE_OF, "/sys/empty", ""},           {LOCKED, "/sys/locked", NULL},
        {LINK_TO, "/sys/circle", "circle"}, {LINK_TO, "/sys/dangling", "nowhere"}, {LINK_TO, "/sys/good", "text"},
    };

    (void)state;
    fake_root_make(&root);
    fake_root_add(&root, ENTRIES, FAKE_COUNT(ENTRIES));
    root_fd = open(root.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return root_fd < 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)close(root_fd);
    fake_root_remove(&root);
    return 0;
}

static void tells_absent_from_unreadable(void **state)
{
    static const struct {
        const char *path;
        pl_sysfs_state state;
        const char *text;
    } ROWS[] = {
        {"/sys/text", PL_SYSFS_READ, "hello\n"},  {"/sys/good", PL_SYSFS_READ, "hello\n"},
        {"/sys/empty", PL_SYSFS_READ, ""},        {"/sys/nothing", PL_SYSFS_ABSENT, ""},
        {"/sys/text/below", PL_SYSFS_ABSENT, ""}, {"/sys/dangling", PL_SYSFS_ABSENT, ""},
        {"/sys/locked", PL_SYSFS_UNREADABLE, ""}, {"/sys/circle", PL_SYSFS_UNREADABLE, ""},
    };

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(ROWS); i++) {
        char text[PL_SYSFS_TEXT_SIZE];

        if (pl_sysfs_text(root_fd, ROWS[i].path, text) != ROWS[i].state)
            fail_msg("%s", ROWS[i].path);
        assert_string_equal(text, ROWS[i].text);
    }
}

static void a_file_that_fills_the_room_is_unreadable(void **state)
{
    char bytes[PL_SYSFS_TEXT_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    fake_root_add_bytes(&root, "/sys/large", bytes, sizeof bytes);
    assert_int_equal(pl_sysfs_text(root_fd, "/sys/large", text), PL_SYSFS_UNREADABLE);
    fake_root_add_bytes(&root, "/sys/large", bytes, sizeof bytes - 1);
    assert_int_equal(pl_sysfs_text(root_fd, "/sys/large", text), PL_SYSFS_READ);
    assert_int_equal(strlen(text), sizeof bytes - 1);
}

static void nul_bytes_end_a_text_but_do_not_interrupt_it(void **state)
{
    char text[PL_SYSFS_TEXT_SIZE];

    (void)state;
    fake_root_add_bytes(&root, "/sys/tree", "10000000abcdef01\0", 17);
    assert_int_equal(pl_sysfs_text(root_fd, "/sys/tree", text), PL_SYSFS_READ);
    assert_string_equal(text, "10000000abcdef01");
    fake_root_add_bytes(&root, "/sys/tree", "abc\0def", 7);
    assert_int_equal(pl_sysfs_text(root_fd, "/sys/tree", text), PL_SYSFS_UNREADABLE);
}

static void a_pipe_in_a_files_place_does_not_block(void **state)
{
    char path[128];
    char text[PL_SYSFS_TEXT_SIZE];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/sys/pipe", root.path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pl_sysfs_text(root_fd, "/sys/pipe", text), PL_SYSFS_READ);
    assert_string_equal(text, "");
}

static void the_head_of_a_large_file_is_cut(void **state)
{
    char text[8];

    (void)state;
    fake_root_add_bytes(&root, "/sys/long", "0123456789", 10);
    pl_sysfs_head(root_fd, "/sys/long", text, sizeof text);
    assert_string_equal(text, "0123456");
    pl_sysfs_head(root_fd, "/sys/nothing", text, sizeof text);
    assert_string_equal(text, "");
    pl_sysfs_head(root_fd, "/sys/locked", text, sizeof text);
    assert_string_equal(text, "");
}

static void links_are_read_not_followed(void **state)
{
    char target[PL_SYSFS_PATH_SIZE];
    char far[PL_SYSFS_PATH_SIZE];
    const fake_entry entry[] = {{LINK_TO, "/sys/far", far}};

    (void)state;
    assert_true(pl_sysfs_link(root_fd, "/sys/good", target));
    assert_string_equal(target, "text");
    assert_false(pl_sysfs_link(root_fd, "/sys/text", target));
    assert_false(pl_sysfs_link(root_fd, "/sys/nothing", target));
    memset(far, 'f', sizeof far);
    far[sizeof far - 1] = '\0';
    fake_root_add(&root, entry, 1);
    assert_false(pl_sysfs_link(root_fd, "/sys/far", target)); /* it would be cut */
}

static void paths_that_do_not_fit_are_refused(void **state)
{
    char path[PL_SYSFS_PATH_SIZE];
    char far[PL_SYSFS_PATH_SIZE];

    (void)state;
    assert_true(pl_sysfs_path(path, "/sys/", "text"));
    assert_string_equal(path, "/sys/text");
    memset(far, 'f', sizeof far);
    far[sizeof far - 1] = '\0';
    assert_false(pl_sysfs_path(path, "/sys/", far));
}

typedef struct {
    int calls;
    int limit;
} counter;

static bool count(void *context, const char *name)
{
    counter *c = context;

    assert_true(name[0] != '.');
    return ++c->calls < c->limit;
}

static void lists_every_name_but_the_dots_until_told_to_stop(void **state)
{
    counter c = {0, 99};

    (void)state;
    for (int i = 0; i < 40; i++) {
        char path[64];

        (void)snprintf(path, sizeof path, "/many/a-name-that-is-long-enough-%d", i);
        fake_root_add_bytes(&root, path, "", 0);
    }
    pl_sysfs_list(root_fd, "/many", count, &c);
    assert_int_equal(c.calls, 40);
    c = (counter){0, 3};
    pl_sysfs_list(root_fd, "/many", count, &c);
    assert_int_equal(c.calls, 3);
    c = (counter){0, 3};
    pl_sysfs_list(root_fd, "/sys/text", count, &c);
    pl_sysfs_list(root_fd, "/nothing", count, &c);
    assert_int_equal(c.calls, 0);
}

static void a_directory_of_thousands_is_read_to_its_limit(void **state)
{
    counter c = {0, 1 << 20};

    (void)state;
    for (int i = 0; i < PL_SYSFS_ENTRIES_MAX + 50; i++) {
        char path[64];

        (void)snprintf(path, sizeof path, "/thousands/%d", i);
        fake_root_add_bytes(&root, path, "", 0);
    }
    pl_sysfs_list(root_fd, "/thousands", count, &c);
    assert_true(c.calls <= PL_SYSFS_ENTRIES_MAX && c.calls >= PL_SYSFS_ENTRIES_MAX - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_absent_from_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_fills_the_room_is_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nul_bytes_end_a_text_but_do_not_interrupt_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_in_a_files_place_does_not_block, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_head_of_a_large_file_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_read_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paths_that_do_not_fit_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_every_name_but_the_dots_until_told_to_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_directory_of_thousands_is_read_to_its_limit, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("sysfs_linux", tests, NULL, NULL);
}
