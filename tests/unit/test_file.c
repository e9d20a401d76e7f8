/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/platform/file_posix.c, open_posix.c and disk_linux.c
 */
#include "platform/file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "platform/posix.h"
#include "support/fail_alloc.h"
#include "support/temp_dir.h"

enum { PATH_SIZE = TEMP_DIR_SIZE + 64, GROUP = 54321, CASHIER = 54322, OTHER_GROUP = 54323 };

static char directory[TEMP_DIR_SIZE];
static const pl_fs *fs;

static int setup(void **state)
{
    (void)state;
    fs = pl_fs_system();
    temp_dir_make(directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    temp_dir_remove(directory);
    return 0;
}

/* One of two texts in turn, so that two paths can be arguments of one call. */
static const char *in(const char *name)
{
    static char paths[2][PATH_SIZE];
    static int turn;

    turn = !turn;
    snprintf(paths[turn], PATH_SIZE, "%s/%s", directory, name);
    return paths[turn];
}

static pl_err put(const char *path, const char *text)
{
    return fs->write(fs->context, path, pl_span_text(text));
}

static void expect(const char *path, const char *text)
{
    pl_buf bytes;

    pl_buf_init(&bytes);
    assert_int_equal(fs->read(fs->context, path, 1000, &bytes), PL_OK);
    assert_string_equal(bytes.data, text);
    pl_buf_reset(&bytes);
}

static pl_err read_up_to(const char *path, size_t limit)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = fs->read(fs->context, path, limit, &bytes);
    pl_buf_reset(&bytes);
    return err;
}

static mode_t mode_of(const char *path)
{
    struct stat file;

    assert_int_equal(lstat(path, &file), 0);
    return file.st_mode & 07777;
}

static void what_was_written_is_read_and_replaced_as_a_whole(void **state)
{
    (void)state;
    assert_int_equal(put(in("a"), "a long text"), PL_OK);
    expect(in("a"), "a long text");
    assert_int_equal(put(in("a"), "short"), PL_OK);
    expect(in("a"), "short");
    assert_int_equal(put(in("a"), ""), PL_OK);
    expect(in("a"), "");
}

static void reading_appends_and_keeps_to_the_limit(void **state)
{
    pl_buf bytes;

    (void)state;
    assert_int_equal(put(in("a"), "12345"), PL_OK);
    pl_buf_init(&bytes);
    pl_buf_add_text(&bytes, ">");
    assert_int_equal(fs->read(fs->context, in("a"), 5, &bytes), PL_OK);
    assert_string_equal(bytes.data, ">12345");
    pl_buf_reset(&bytes);
    assert_int_equal(read_up_to(in("a"), 4), PL_ERR_TOO_LARGE);
    assert_int_equal(read_up_to(in("b"), 5), PL_ERR_NOT_FOUND);
}

static void a_kernel_file_without_a_size_is_read_whole(void **state)
{
    pl_buf bytes;

    (void)state;
    pl_buf_init(&bytes);
    assert_int_equal(fs->read(fs->context, "/proc/self/status", 65536, &bytes), PL_OK);
    assert_non_null(strstr(bytes.data, "Pid:"));
    pl_buf_reset(&bytes);
}

static void pipes_directories_and_links_are_not_taken_for_files(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(in("pipe"), 0600), 0);
    assert_int_equal(read_up_to(in("pipe"), 10), PL_ERR_IO);
    assert_int_equal(put(in("pipe"), "x"), PL_ERR_IO);
    assert_int_equal(read_up_to(directory, 10), PL_ERR_IO);
    assert_int_equal(put(directory, "x"), PL_ERR_IO);
    assert_int_equal(put(in("target"), "mine"), PL_OK);
    assert_int_equal(symlink("target", in("link")), 0);
    assert_int_equal(put(in("link"), "x"), PL_ERR_IO);
    expect(in("target"), "mine");
    expect(in("link"), "mine");
}

typedef struct {
    mode_t directory;
    mode_t file;
} mode_row;

static void rights_follow_the_directory_and_nobody_else_gets_any(void **state)
{
    static const mode_row rows[] = {{0700, 0600}, {0750, 0600}, {0770, 0660}, {02770, 0660}, {0777, 0660}, {0755, 0600}};
    mode_t before = umask(0077);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(chmod(directory, rows[i].directory), 0);
        assert_int_equal(put(in("a"), "x"), PL_OK);
        assert_int_equal(mode_of(in("a")), rows[i].file);
        assert_int_equal(unlink(in("a")), 0);
    }
    umask(before);
    assert_int_equal(put(in("a"), "x"), PL_OK);
    assert_int_equal(chmod(in("a"), 0666), 0);
    assert_int_equal(put(in("a"), "y"), PL_OK);
    assert_int_equal(mode_of(in("a")), 0600);
}

static int write_as_cashier(const char *where)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/roots", where);
    return put(path, "from the cashier") != PL_OK || read_up_to(path, 100) != PL_OK;
}

static int fail_as_stranger(const char *where)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/roots", where);
    if (put(path, "x") != PL_ERR_READ_ONLY || read_up_to(path, 100) != PL_ERR_IO)
        return 1;
    snprintf(path, sizeof path, "%s/another", where);
    return put(path, "x") != PL_ERR_READ_ONLY;
}

static void accounts_of_the_directorys_group_share_a_file_and_others_do_not(void **state)
{
    struct stat file;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(directory, 0, GROUP), 0);
    assert_int_equal(chmod(directory, 0775), 0); /* no setgid bit: the group is given by us */
    assert_int_equal(put(in("roots"), "from root"), PL_OK);
    assert_int_equal(stat(in("roots"), &file), 0);
    assert_int_equal(file.st_gid, GROUP);
    assert_int_equal(run_as(CASHIER, GROUP, write_as_cashier, directory), 0);
    expect(in("roots"), "from the cashier");
    assert_int_equal(run_as(CASHIER, OTHER_GROUP, fail_as_stranger, directory), 0);
}

static void what_root_makes_in_an_accounts_directory_is_that_accounts(void **state)
{
    struct stat file;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(put(in("before"), "root's"), PL_OK);
    assert_int_equal(chown(directory, CASHIER, GROUP), 0);
    assert_int_equal(put(in("new"), "x"), PL_OK);
    assert_int_equal(put(in("before"), "x"), PL_OK);
    assert_int_equal(fs->make_directory(fs->context, in("one/two")), PL_OK);
    for (int i = 0; i < 4; i++) {
        static const char *const names[] = {"new", "before", "one", "one/two"};

        assert_int_equal(stat(in(names[i]), &file), 0);
        assert_int_equal(file.st_uid, CASHIER);
        assert_int_equal(file.st_gid, GROUP);
        assert_int_equal(file.st_mode & 077, 0);
    }
}

static void renaming_replaces_and_removing_removes(void **state)
{
    (void)state;
    assert_int_equal(put(in("a"), "new"), PL_OK);
    assert_int_equal(put(in("b"), "old"), PL_OK);
    assert_int_equal(fs->rename(fs->context, in("a"), in("b")), PL_OK);
    expect(in("b"), "new");
    assert_int_equal(read_up_to(in("a"), 10), PL_ERR_NOT_FOUND);
    assert_int_equal(fs->rename(fs->context, in("a"), in("b")), PL_ERR_NOT_FOUND);
    assert_int_equal(fs->remove(fs->context, in("b")), PL_OK);
    assert_int_equal(fs->remove(fs->context, in("b")), PL_ERR_NOT_FOUND);
    assert_int_equal(fs->sync_directory(fs->context, directory), PL_OK);
    assert_int_equal(fs->sync_directory(fs->context, in("none")), PL_ERR_NOT_FOUND);
}

static void directories_are_made_with_their_parents_for_the_owner_alone(void **state)
{
    (void)state;
    assert_int_equal(fs->make_directory(fs->context, in("one/two/three/")), PL_OK);
    assert_int_equal(fs->make_directory(fs->context, in("one/two/three")), PL_OK);
    assert_int_equal(mode_of(in("one")), 0700);
    assert_int_equal(mode_of(in("one/two/three")), 0700);
    assert_int_equal(fs->make_directory(fs->context, "/"), PL_OK);
    assert_int_equal(put(in("file"), "x"), PL_OK);
    assert_int_not_equal(fs->make_directory(fs->context, in("file")), PL_OK);
    assert_int_not_equal(fs->make_directory(fs->context, in("file/below")), PL_OK);
}

static pl_err gather(void *visitor, const char *name)
{
    pl_buf_add_text(visitor, name);
    return pl_buf_span(visitor).size < 3 ? PL_OK : PL_ERR_BUSY;
}

static void listing_visits_each_entry_until_the_visitor_fails(void **state)
{
    pl_buf names;

    (void)state;
    pl_buf_init(&names);
    assert_int_equal(fs->list(fs->context, directory, gather, &names), PL_OK);
    assert_string_equal(names.data, "");
    assert_int_equal(put(in("a"), "") || put(in("b"), ""), PL_OK);
    assert_int_equal(fs->list(fs->context, directory, gather, &names), PL_OK);
    assert_true(strcmp(names.data, "ab") == 0 || strcmp(names.data, "ba") == 0);
    pl_buf_clear(&names);
    assert_int_equal(put(in("c"), "") || put(in("d"), ""), PL_OK);
    assert_int_equal(fs->list(fs->context, directory, gather, &names), PL_ERR_BUSY);
    assert_int_equal(names.size, 3);
    assert_int_equal(fs->list(fs->context, in("none"), gather, &names), PL_ERR_NOT_FOUND);
    pl_buf_reset(&names);
}

static void a_limit_of_the_disk_is_told_from_a_broken_one(void **state)
{
    static char large[100000];
    struct rlimit limit, lower;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    lower = limit;
    lower.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &lower), 0);
    assert_int_equal(fs->write(fs->context, in("a"), pl_span_of(large, sizeof large)), PL_ERR_DISK_FULL);
    assert_int_equal(fs->write(fs->context, in("a"), pl_span_of(large, 4096)), PL_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_DFL);
}

static int fill_disk(const char *small)
{
    static char large[200000];
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/a", small);
    if (fs->write(fs->context, path, pl_span_of(large, sizeof large)) != PL_ERR_DISK_FULL)
        return 1;
    if (fs->remove(fs->context, path) || put(path, "x") || fs->kind(fs->context, small) != PL_FS_LOCAL)
        return 2;
    return 0;
}

static void a_full_disk_is_named_and_works_again_when_there_is_room(void **state)
{
    int result = run_on_small_disk(directory, "", fill_disk);

    (void)state;
    if (result == ASIDE_SKIPPED)
        skip();
    assert_int_equal(result, 0);
}

static int write_read_only(const char *small)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/a", small);
    if (put(path, "x") != PL_ERR_READ_ONLY || fs->make_directory(fs->context, path) != PL_ERR_READ_ONLY)
        return 1;
    return read_up_to(path, 1) != PL_ERR_NOT_FOUND;
}

static void a_read_only_mount_is_named_even_to_root(void **state)
{
    int result = run_on_small_disk(directory, "ro", write_read_only);

    (void)state;
    if (result == ASIDE_SKIPPED)
        skip();
    assert_int_equal(result, 0);
}

static void the_kind_of_a_missing_directory_is_unknown_and_of_proc_local(void **state)
{
    (void)state;
    assert_int_equal(fs->kind(fs->context, in("none")), PL_FS_UNKNOWN);
    assert_int_equal(fs->kind(fs->context, "/proc"), PL_FS_LOCAL);
}

typedef struct {
    unsigned minor;
    pl_fs_kind kind;
} fuse_row;

static void a_fuse_file_system_is_what_its_line_in_mountinfo_says(void **state)
{
    static const char mountinfo[] = "36 35 0:41 / /home/x/server rw,nosuid shared:1 - fuse.sshfs user@host:/ rw\n"
                                    "37 35 0:42 / /mnt/usb rw - fuseblk /dev/sdb1 rw\n"
                                    "38 35 0:43 / /mnt/bucket rw - fuse.rclone remote: rw\n"
                                    "39 35 0:44 / /mnt/image rw - fuse.squashfuse image rw\n"
                                    "40 35 0:45 / /mnt/0:46 rw - virtiofs share rw\n"
                                    "41 35 0:47 / /mnt/odd rw\n";
    static const fuse_row rows[] = {{41, PL_FS_NETWORK}, {42, PL_FS_LOCAL},   {43, PL_FS_NETWORK}, {44, PL_FS_UNKNOWN},
                                    {45, PL_FS_UNKNOWN}, {46, PL_FS_UNKNOWN}, {47, PL_FS_UNKNOWN}, {4, PL_FS_UNKNOWN}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char copy[sizeof mountinfo];

        memcpy(copy, mountinfo, sizeof copy);
        assert_int_equal(pl_disk_fuse_kind(copy, makedev(0, rows[i].minor)), rows[i].kind);
    }
}

static void details_name_the_path_and_the_reason(void **state)
{
    (void)state;
    assert_int_equal(read_up_to(in("none"), 1), PL_ERR_NOT_FOUND);
    assert_non_null(strstr(pl_err_detail(), in("none")));
    assert_non_null(strstr(pl_err_detail(), "no such file"));
}

static void without_memory_calls_fail_and_leak_nothing(void **state)
{
    (void)state;
    assert_int_equal(put(in("a"), "x"), PL_OK);
    fail_alloc_start(1);
    assert_int_equal(read_up_to(in("a"), 10), PL_ERR_MEMORY);
    fail_alloc_start(1);
    assert_int_equal(put(in("a"), "y"), PL_ERR_MEMORY);
    fail_alloc_start(1);
    assert_int_equal(fs->make_directory(fs->context, in("b")), PL_ERR_MEMORY);
    assert_int_equal(fail_alloc_live(), 0);
    fail_alloc_stop();
    expect(in("a"), "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read_and_replaced_as_a_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(reading_appends_and_keeps_to_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kernel_file_without_a_size_is_read_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(pipes_directories_and_links_are_not_taken_for_files, setup, teardown),
        cmocka_unit_test_setup_teardown(rights_follow_the_directory_and_nobody_else_gets_any, setup, teardown),
        cmocka_unit_test_setup_teardown(accounts_of_the_directorys_group_share_a_file_and_others_do_not, setup, teardown),
        cmocka_unit_test_setup_teardown(what_root_makes_in_an_accounts_directory_is_that_accounts, setup, teardown),
        cmocka_unit_test_setup_teardown(renaming_replaces_and_removing_removes, setup, teardown),
        cmocka_unit_test_setup_teardown(directories_are_made_with_their_parents_for_the_owner_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(listing_visits_each_entry_until_the_visitor_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(a_limit_of_the_disk_is_told_from_a_broken_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_named_and_works_again_when_there_is_room, setup, teardown),
        cmocka_unit_test_setup_teardown(a_read_only_mount_is_named_even_to_root, setup, teardown),
        cmocka_unit_test_setup_teardown(the_kind_of_a_missing_directory_is_unknown_and_of_proc_local, setup, teardown),
        cmocka_unit_test(a_fuse_file_system_is_what_its_line_in_mountinfo_says),
        cmocka_unit_test_setup_teardown(details_name_the_path_and_the_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory_calls_fail_and_leak_nothing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
