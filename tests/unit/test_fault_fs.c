/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/support/fault_fs.c: the faulty disk that other tests rely on has to be faulty in the right way.
 */
#include "support/fault_fs.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/temp_dir.h"

static char directory[TEMP_DIR_SIZE];
static char file[TEMP_DIR_SIZE + 16];
static char aside[TEMP_DIR_SIZE + 16];
static fault_fs *faulty;
static const pl_fs *fs;

static int setup(void **state)
{
    (void)state;
    temp_dir_make(directory);
    snprintf(file, sizeof file, "%s/file", directory);
    snprintf(aside, sizeof aside, "%s/aside", directory);
    faulty = fault_fs_new();
    fs = fault_fs_table(faulty);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_fs_free(faulty);
    temp_dir_remove(directory);
    return 0;
}

static pl_err put(const char *path, const char *text)
{
    return fs->write(fs->context, path, pl_span_text(text));
}

/* "-" where there is no file. */
static void expect(const char *path, const char *text)
{
    pl_buf bytes;

    pl_buf_init(&bytes);
    if (pl_fs_system()->read(NULL, path, 1000, &bytes))
        pl_buf_add_text(&bytes, "-");
    assert_string_equal(bytes.data, text);
    pl_buf_reset(&bytes);
}

static pl_err replace(const char *text)
{
    pl_err err;

    if ((err = put(aside, text)) || (err = fs->rename(fs->context, aside, file)))
        return err;
    return fs->sync_directory(fs->context, directory);
}

static void a_replaced_file_outlives_the_cut_when_its_directory_was_flushed(void **state)
{
    (void)state;
    assert_int_equal(replace("one"), PL_OK);
    fault_fs_power_cut(faulty, FAULT_NAMES_LOST);
    expect(file, "one");
    expect(aside, "-");
}

static void without_the_flush_the_old_file_is_back_or_the_new_one_kept(void **state)
{
    (void)state;
    assert_int_equal(replace("one"), PL_OK);
    assert_int_equal(put(aside, "two") || fs->rename(fs->context, aside, file), PL_OK);
    expect(file, "two");
    fault_fs_power_cut(faulty, FAULT_NAMES_LOST);
    expect(file, "one");
    assert_int_equal(put(aside, "two") || fs->rename(fs->context, aside, file), PL_OK);
    fault_fs_power_cut(faulty, FAULT_NAMES_KEPT);
    expect(file, "two");
}

static void a_cut_within_a_write_tears_the_file_and_stops_the_disk(void **state)
{
    (void)state;
    assert_int_equal(replace("one"), PL_OK);
    fault_fs_restart_count(faulty);
    fault_fs_cut_at(faulty, 1, 2);
    assert_int_equal(put(file, "changed"), PL_ERR_IO);
    assert_int_equal(put(file, "again"), PL_ERR_IO);
    fault_fs_power_cut(faulty, FAULT_NAMES_LOST);
    expect(file, "ch");
    assert_int_equal(put(file, "again"), PL_OK);
}

static void every_cut_in_a_replacement_leaves_the_old_or_the_new(void **state)
{
    static const fault_fs_names names[] = {FAULT_NAMES_LOST, FAULT_NAMES_KEPT};

    (void)state;
    for (size_t cut = 1; cut <= 3; cut++)
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(replace("old"), PL_OK);
            fault_fs_restart_count(faulty);
            fault_fs_cut_at(faulty, cut, 1);
            assert_int_equal(replace("new"), PL_ERR_IO);
            fault_fs_power_cut(faulty, names[i]);
            expect(file, cut == 3 && names[i] == FAULT_NAMES_KEPT ? "new" : "old");
        }
}

static void the_chosen_call_fails_and_no_other(void **state)
{
    (void)state;
    fault_fs_fail_at(faulty, 2, PL_ERR_READ_ONLY);
    assert_int_equal(put(file, "1234"), PL_OK);
    assert_int_equal(put(file, "5678"), PL_ERR_READ_ONLY);
    expect(file, "56");
    assert_int_equal(put(file, "9"), PL_OK);
    assert_int_equal(fault_fs_calls(faulty), 3);
}

static void a_disk_takes_what_fits_and_then_is_full(void **state)
{
    (void)state;
    fault_fs_fill_after(faulty, 6);
    assert_int_equal(put(file, "1234"), PL_OK);
    assert_int_equal(put(aside, "5678"), PL_ERR_DISK_FULL);
    expect(aside, "56");
    fault_fs_fill_after(faulty, SIZE_MAX);
    assert_int_equal(put(aside, "5678"), PL_OK);
}

static void a_read_only_disk_reads_and_a_kind_can_be_set(void **state)
{
    pl_buf bytes;

    (void)state;
    assert_int_equal(put(file, "x"), PL_OK);
    fault_fs_set_read_only(faulty, true);
    fault_fs_set_kind(faulty, PL_FS_NETWORK);
    assert_int_equal(put(file, "y"), PL_ERR_READ_ONLY);
    assert_int_equal(fs->remove(fs->context, file), PL_ERR_READ_ONLY);
    assert_int_equal(fs->kind(fs->context, directory), PL_FS_NETWORK);
    pl_buf_init(&bytes);
    assert_int_equal(fs->read(fs->context, file, 10, &bytes), PL_OK);
    assert_string_equal(bytes.data, "x");
    pl_buf_reset(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_replaced_file_outlives_the_cut_when_its_directory_was_flushed, setup, teardown),
        cmocka_unit_test_setup_teardown(without_the_flush_the_old_file_is_back_or_the_new_one_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cut_within_a_write_tears_the_file_and_stops_the_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(every_cut_in_a_replacement_leaves_the_old_or_the_new, setup, teardown),
        cmocka_unit_test_setup_teardown(the_chosen_call_fails_and_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_takes_what_fits_and_then_is_full, setup, teardown),
        cmocka_unit_test_setup_teardown(a_read_only_disk_reads_and_a_kind_can_be_set, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
