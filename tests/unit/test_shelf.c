/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents on disk with memory over them: what the disk refuses holds for this process, and only as long as it must.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "state/shelf.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "support/fault_fs.h"
#include "support/temp_dir.h"

typedef struct {
    char directory[TEMP_DIR_SIZE];
    fault_fs *disk;
    pl_shelf shelf;
} room;

static int make_room(void **state)
{
    room *r = calloc(1, sizeof *r);

    if (!r || pl_crypto_ready())
        return -1;
    temp_dir_make(r->directory);
    r->disk = fault_fs_new();
    pl_shelf_init(&r->shelf, fault_fs_table(r->disk), r->directory, false);
    *state = r;
    return 0;
}

static int clear_room(void **state)
{
    room *r = *state;

    pl_shelf_reset(&r->shelf);
    fault_fs_free(r->disk);
    temp_dir_remove(r->directory);
    free(r);
    return 0;
}

static uint64_t read_notice(const pl_shelf *shelf)
{
    uint64_t notice = 99;

    assert_int_equal(pl_shelf_notice(shelf, &notice), PL_OK);
    return notice;
}

static void expect(const pl_shelf *shelf, const char *name, const char *text)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = pl_shelf_read(shelf, name, 0, &bytes);
    assert_string_equal(err ? pl_err_name(err) : bytes.data, text);
    pl_buf_reset(&bytes);
}

/* What another process sees. */
static void expect_on_disk(const room *r, const char *name, const char *text)
{
    pl_shelf other;

    pl_shelf_init(&other, pl_fs_system(), r->directory, true);
    expect(&other, name, text);
    pl_shelf_reset(&other);
}

static void a_disk_that_works_keeps_everything(void **state)
{
    room *r = *state;

    assert_int_equal(pl_shelf_write(&r->shelf, "lease", pl_span_text("one")), PL_OK);
    expect(&r->shelf, "lease", "one");
    expect_on_disk(r, "lease", "one");
    assert_int_equal(r->shelf.count, 0);
    assert_false(pl_shelf_is_held_back(&r->shelf, "lease"));
    assert_int_equal(pl_shelf_remove(&r->shelf, "lease"), PL_OK);
    expect_on_disk(r, "lease", "NOT_FOUND");
}

static void what_the_disk_refuses_holds_in_memory_until_it_takes_it(void **state)
{
    room *r = *state;

    assert_int_equal(pl_shelf_write(&r->shelf, "lease", pl_span_text("one")), PL_OK);
    fault_fs_fill_after(r->disk, 0);
    assert_int_equal(pl_shelf_write(&r->shelf, "lease", pl_span_text("two")), PL_ERR_DISK_FULL);
    assert_true(pl_shelf_is_held_back(&r->shelf, "lease"));
    expect(&r->shelf, "lease", "two");
    expect_on_disk(r, "lease", "one");
    fault_fs_fill_after(r->disk, SIZE_MAX);
    assert_int_equal(pl_shelf_write(&r->shelf, "lease", pl_span_text("three")), PL_OK);
    assert_false(pl_shelf_is_held_back(&r->shelf, "lease"));
    expect(&r->shelf, "lease", "three");
    expect_on_disk(r, "lease", "three");
}

static void what_the_disk_refuses_to_remove_is_gone_for_this_process(void **state)
{
    room *r = *state;

    assert_int_equal(pl_shelf_write(&r->shelf, "lease", pl_span_text("one")), PL_OK);
    fault_fs_set_read_only(r->disk, true);
    assert_int_equal(pl_shelf_remove(&r->shelf, "lease"), PL_ERR_READ_ONLY);
    expect(&r->shelf, "lease", "NOT_FOUND");
    assert_false(pl_shelf_is_held_back(&r->shelf, "lease"));
    expect_on_disk(r, "lease", "one");
}

static void a_read_only_shelf_is_read_and_never_written(void **state)
{
    room *r = *state;
    pl_shelf shelf;

    assert_int_equal(pl_shelf_write(&r->shelf, "lease", pl_span_text("one")), PL_OK);
    pl_shelf_init(&shelf, pl_fs_system(), r->directory, true);
    expect(&shelf, "lease", "one");
    assert_int_equal(pl_shelf_write(&shelf, "lease", pl_span_text("two")), PL_ERR_READ_ONLY);
    expect(&shelf, "lease", "two");
    assert_int_equal(pl_shelf_set_aside(&shelf, "other", 0, pl_span_text("x")), PL_OK);
    pl_shelf_announce(&shelf);
    assert_true(read_notice(&shelf) == 0);
    expect_on_disk(r, "lease", "one");
    pl_shelf_reset(&shelf);
}

static void without_a_directory_everything_is_in_memory_and_no_failure(void **state)
{
    pl_shelf shelf;

    (void)state;
    pl_shelf_init(&shelf, pl_fs_system(), "", false);
    assert_int_equal(pl_shelf_write(&shelf, "lease", pl_span_text("one")), PL_OK);
    expect(&shelf, "lease", "one");
    assert_false(pl_shelf_is_held_back(&shelf, "lease"));
    assert_int_equal(pl_shelf_remove(&shelf, "lease"), PL_OK);
    expect(&shelf, "lease", "NOT_FOUND");
    assert_true(read_notice(&shelf) == 0);
    pl_shelf_reset(&shelf);
}

static void memory_has_room_for_so_many_and_keeps_what_it_has(void **state)
{
    char name[PL_DOCUMENT_NAME_MAX + 8];
    pl_shelf shelf;

    (void)state;
    pl_shelf_init(&shelf, pl_fs_system(), "", false);
    for (int i = 0; i < PL_SHELF_MEMORY_MAX; i++) {
        (void)snprintf(name, sizeof name, "license-%d", i);
        assert_int_equal(pl_shelf_write(&shelf, name, pl_span_text(name)), PL_OK);
    }
    assert_int_equal(pl_shelf_write(&shelf, "one-more", pl_span_text("x")), PL_ERR_STATE);
    assert_int_equal(pl_shelf_write(&shelf, "license-3", pl_span_text("again")), PL_OK);
    expect(&shelf, "license-3", "again");
    expect(&shelf, "license-15", "license-15");
    pl_shelf_reset(&shelf);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(pl_shelf_write(&shelf, name, pl_span_text("x")), PL_ERR_MEMORY);
    pl_shelf_reset(&shelf);
}

static pl_err count_name(void *context, const char *name)
{
    (void)name;
    ++*(size_t *)context;
    return PL_OK;
}

static void both_layers_are_visited(void **state)
{
    room *r = *state;
    size_t count = 0;

    assert_int_equal(pl_shelf_write(&r->shelf, "license-a", pl_span_text("one")), PL_OK);
    fault_fs_fill_after(r->disk, 0);
    (void)pl_shelf_write(&r->shelf, "license-b", pl_span_text("two"));
    (void)pl_shelf_write(&r->shelf, "lease", pl_span_text("three"));
    assert_int_equal(pl_shelf_each(&r->shelf, "license-", count_name, &count), PL_OK);
    assert_in_range(count, 2, 3); /* what the disk kept of b may be a third */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_room, clear_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_disk_that_works_keeps_everything),
        CASE(what_the_disk_refuses_holds_in_memory_until_it_takes_it),
        CASE(what_the_disk_refuses_to_remove_is_gone_for_this_process),
        CASE(a_read_only_shelf_is_read_and_never_written),
        CASE(without_a_directory_everything_is_in_memory_and_no_failure),
        CASE(memory_has_room_for_so_many_and_keeps_what_it_has),
        CASE(both_layers_are_visited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
