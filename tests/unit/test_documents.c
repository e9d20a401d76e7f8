/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents in generations: writing, reading back, falling back, setting aside, listing, the notice.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "state/documents.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "support/fault_fs.h"
#include "support/temp_dir.h"

typedef struct {
    char directory[TEMP_DIR_SIZE];
    pl_documents documents;
} room;

static int make_room(void **state)
{
    room *r = calloc(1, sizeof *r);

    if (!r || pl_crypto_ready())
        return -1;
    temp_dir_make(r->directory);
    r->documents.fs = pl_fs_system();
    r->documents.directory = r->directory;
    *state = r;
    return 0;
}

static int clear_room(void **state)
{
    room *r = *state;

    temp_dir_remove(r->directory);
    free(r);
    return 0;
}

static uint64_t read_notice(const room *r)
{
    uint64_t notice = 99;

    assert_int_equal(pl_documents_notice(&r->documents, &notice), PL_OK);
    return notice;
}

static void put(const room *r, const char *name, const char *text)
{
    assert_int_equal(pl_documents_write(&r->documents, name, pl_span_text(text)), PL_OK);
}

/* The text of a generation, or the error's name. */
static void expect(const room *r, const char *name, int generation, const char *text)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = pl_documents_read(&r->documents, name, generation, &bytes);
    assert_string_equal(err ? pl_err_name(err) : bytes.data, text);
    pl_buf_reset(&bytes);
}

static void what_is_written_is_read_and_the_one_before_is_kept(void **state)
{
    room *r = *state;

    expect(r, "lease", 0, "NOT_FOUND");
    put(r, "lease", "one");
    expect(r, "lease", 0, "one");
    expect(r, "lease", 1, "NOT_FOUND");
    put(r, "lease", "two");
    put(r, "lease", "three");
    expect(r, "lease", 0, "three");
    expect(r, "lease", 1, "two");
}

static void a_name_that_makes_the_path_too_long_is_refused(void **state)
{
    room *r = *state;
    char name[1200];
    pl_buf bytes;

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    pl_buf_init(&bytes);
    assert_int_equal(pl_documents_write(&r->documents, name, pl_span_text("x")), PL_ERR_IO);
    assert_int_equal(pl_documents_read(&r->documents, name, 0, &bytes), PL_ERR_IO);
    assert_int_equal(pl_documents_remove(&r->documents, name), PL_ERR_IO);
    pl_buf_reset(&bytes);
}

static void removing_takes_all_generations_and_what_is_not_there_is_no_error(void **state)
{
    room *r = *state;

    put(r, "lease", "one");
    put(r, "lease", "two");
    put(r, "other", "kept");
    assert_int_equal(pl_documents_remove(&r->documents, "lease"), PL_OK);
    for (int i = 0; i < PL_DOCUMENT_GENERATIONS; i++)
        expect(r, "lease", i, "NOT_FOUND");
    expect(r, "other", 0, "kept");
    assert_int_equal(pl_documents_remove(&r->documents, "lease"), PL_OK);
}

static void each_generation_is_set_aside_under_a_name_of_its_own(void **state)
{
    room *r = *state;

    put(r, "lease", "one");
    put(r, "lease", "two");
    assert_int_equal(pl_documents_set_aside(&r->documents, "lease", 0, pl_span_text("two")), PL_OK);
    assert_int_equal(pl_documents_set_aside(&r->documents, "lease", 1, pl_span_text("one")), PL_OK);
    assert_int_equal(pl_documents_set_aside(&r->documents, "lease", 1, pl_span_text("one")), PL_ERR_NOT_FOUND);
    expect(r, "lease.bad", 0, "two");
    expect(r, "lease.old.bad", 0, "one");
    expect(r, "lease", 0, "NOT_FOUND");
}

typedef struct {
    char names[8][PL_DOCUMENT_NAME_MAX];
    size_t count;
    pl_err err;
} visit_log;

static pl_err note_name(void *context, const char *name)
{
    visit_log *log = context;

    assert_true(log->count < 8);
    (void)snprintf(log->names[log->count++], PL_DOCUMENT_NAME_MAX, "%s", name);
    return log->err;
}

static void each_name_is_visited_for_each_of_its_generations(void **state)
{
    room *r = *state;
    const pl_fs *fs = r->documents.fs;
    visit_log log = {.count = 0};
    char path[TEMP_DIR_SIZE + 64];

    put(r, "license-a", "one");
    put(r, "license-a", "two");
    put(r, "lease", "not asked for");
    put(r, "license-b", "set aside");
    (void)pl_documents_set_aside(&r->documents, "license-b", 0, pl_span_text("set aside"));
    (void)snprintf(path, sizeof path, "%s/license-c.old", r->directory); /* a crash left it alone */
    assert_int_equal(fs->write(fs->context, path, pl_span_text("old")), PL_OK);
    (void)snprintf(path, sizeof path, "%s/license-d.0123456789abcdef.new", r->directory);
    assert_int_equal(fs->write(fs->context, path, pl_span_text("new")), PL_OK);
    assert_int_equal(pl_documents_each(&r->documents, "license-", note_name, &log), PL_OK);
    assert_int_equal(log.count, 3); /* license-a has two; one that is being written is none yet */
    for (size_t i = 0; i < log.count; i++)
        assert_true(strcmp(log.names[i], "license-a") == 0 || strcmp(log.names[i], "license-c") == 0);
}

static void a_visitor_that_fails_ends_the_walk_and_a_missing_directory_is_told(void **state)
{
    room *r = *state;
    pl_documents nowhere = {pl_fs_system(), "/nonexistent/directory"};
    visit_log log = {.err = PL_ERR_MEMORY};

    put(r, "license-a", "one");
    put(r, "license-b", "two");
    assert_int_equal(pl_documents_each(&r->documents, "license-", note_name, &log), PL_ERR_MEMORY);
    assert_int_equal(log.count, 1);
    assert_int_equal(pl_documents_each(&nowhere, "license-", note_name, &log), PL_ERR_NOT_FOUND);
}

static void the_notice_changes_with_each_announcement(void **state)
{
    room *r = *state;
    pl_documents nowhere = {pl_fs_system(), "/nonexistent/directory"};
    uint64_t first;

    assert_true(read_notice(r) == 0);
    assert_int_equal(pl_documents_announce(&r->documents), PL_OK);
    first = read_notice(r);
    assert_true(first != 0);
    assert_true(read_notice(r) == first);
    assert_int_equal(pl_documents_announce(&r->documents), PL_OK);
    assert_true(read_notice(r) != first);
    assert_int_equal(pl_documents_announce(&nowhere), PL_ERR_NOT_FOUND);
}

static void a_notice_of_another_size_is_none(void **state)
{
    room *r = *state;
    const pl_fs *fs = r->documents.fs;
    char path[TEMP_DIR_SIZE + 64];

    (void)snprintf(path, sizeof path, "%s/notice", r->directory);
    assert_int_equal(fs->write(fs->context, path, pl_span_text("short")), PL_OK);
    assert_true(read_notice(r) == 0);
    assert_int_equal(fs->write(fs->context, path, pl_span_text("much too long")), PL_OK);
    assert_true(read_notice(r) == 0);
}

/* Whichever call fails, a generation that was written before can still be read. */
static void a_failure_at_any_call_leaves_a_whole_generation(void **state)
{
    room *r = *state;
    fault_fs *disk = fault_fs_new();
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        bool is_whole = false;

        r->documents.fs = pl_fs_system();
        put(r, "lease", "before");
        r->documents.fs = fault_fs_table(disk);
        fault_fs_restart_count(disk);
        fault_fs_fail_at(disk, n, PL_ERR_IO);
        is_over = pl_documents_write(&r->documents, "lease", pl_span_text("after")) == PL_OK;
        fault_fs_fail_at(disk, 0, PL_OK);
        for (int i = 0; i < PL_DOCUMENT_GENERATIONS && !is_whole; i++) {
            pl_buf bytes;

            pl_buf_init(&bytes);
            is_whole = !pl_documents_read(&r->documents, "lease", i, &bytes) &&
                       (pl_span_is(pl_buf_span(&bytes), "before") || pl_span_is(pl_buf_span(&bytes), "after"));
            pl_buf_reset(&bytes);
        }
        assert_true(is_whole);
    }
    fault_fs_free(disk);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_room, clear_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_written_is_read_and_the_one_before_is_kept),
        CASE(a_name_that_makes_the_path_too_long_is_refused),
        CASE(removing_takes_all_generations_and_what_is_not_there_is_no_error),
        CASE(each_generation_is_set_aside_under_a_name_of_its_own),
        CASE(each_name_is_visited_for_each_of_its_generations),
        CASE(a_visitor_that_fails_ends_the_walk_and_a_missing_directory_is_told),
        CASE(the_notice_changes_with_each_announcement),
        CASE(a_notice_of_another_size_is_none),
        CASE(a_failure_at_any_call_leaves_a_whole_generation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
