/* SPDX-License-Identifier: Apache-2.0
 *
 * One scheduled backup: what it leaves in the directory, and in the database. The thread is tests/integration/vendor/test_backup.py's.
 */
#include "licensing/backups.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "platform/file.h"
#include "store/chores.h"
#include "support/validator.h"

enum { DAY = 86400 };

static pl_err find_chore(void *context, tx_t *tx)
{
    return chores_find(tx, CHORE_BACKUP, context);
}

static chore_t chore_of(validator *v)
{
    chore_t chore;

    assert_int_equal(instance_read(v->instance, &v->arena, find_chore, &chore), PL_OK);
    return chore;
}

static pl_err count_name(void *visitor, const char *name)
{
    (void)name;
    (*(size_t *)visitor)++;
    return PL_OK;
}

static size_t files_in(const char *directory)
{
    const pl_fs *fs = pl_fs_system();
    size_t count = 0;

    assert_int_equal(fs->list(fs->context, directory, count_name, &count), PL_OK);
    return count;
}

static backups_options_t options_for(validator *v, int64_t keep)
{
    const char *directory = pl_arena_format(&v->arena, "%s/copies", v->dir);

    assert_non_null(directory);
    return (backups_options_t){
        .instance = v->instance, .directory = directory, .hours = 24, .keep = keep, .measure = pl_disk_measure};
}

static pl_err make(validator *v, const backups_options_t *options, const char **path)
{
    const tx_t about = {.arena = &v->arena, .now_ms = instance_now_ms(v->instance), .actor = "server"};

    return backups_make(options, instance_store(v->instance), &about, path);
}

static void the_newest_are_kept_and_what_others_put_there_too(void **state)
{
    validator *v = *state;
    const backups_options_t options = options_for(v, 2);
    const pl_fs *fs = pl_fs_system();
    const char *paths[4];
    pl_buf content;

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(make(v, &options, &paths[i]), PL_OK);
        if (i == 0)
            assert_int_equal(fs->write(fs->context, pl_arena_format(&v->arena, "%s/validator-mine.db", options.directory),
                                       pl_span_text("mine")),
                             PL_OK);
        validator_advance(v, DAY);
    }
    assert_int_equal(files_in(options.directory), 3); /* two of ours, and what is not */
    for (size_t i = 0; i < 4; i++) {
        pl_buf_init(&content);
        assert_int_equal(fs->read(fs->context, paths[i], (size_t)64 << 20, &content), i < 2 ? PL_ERR_NOT_FOUND : PL_OK);
        pl_buf_reset(&content);
    }
    assert_string_equal(chore_of(v).detail, paths[3]);
    assert_int_equal(chore_of(v).failed_at_ms, 0);
}

static void a_copy_opens_as_a_database_of_ours(void **state)
{
    validator *v = *state;
    const backups_options_t options = options_for(v, 1);
    store_options_t copy = {.mode = DB_READ_ONLY};
    store_t *store;

    assert_int_equal(make(v, &options, &copy.database), PL_OK);
    assert_non_null(strstr(copy.database, "/validator-20251009T"));
    assert_int_equal(store_open(&copy, 0, &store), PL_OK);
    assert_int_equal(store_check(store), PL_OK);
    store_close(store);
}

static void a_failure_is_noted_until_one_succeeds(void **state)
{
    validator *v = *state;
    backups_options_t options = options_for(v, 1);
    const char *good = options.directory;
    const pl_fs *fs = pl_fs_system();
    const char *path;

    options.directory = pl_arena_format(&v->arena, "%s/file", v->dir);
    assert_int_equal(fs->write(fs->context, options.directory, pl_span_text("a file")), PL_OK);
    assert_int_not_equal(make(v, &options, &path), PL_OK);
    assert_true(chore_of(v).failed_at_ms > 0);
    assert_int_equal(chore_of(v).done_at_ms, 0);
    options.directory = good;
    assert_int_equal(make(v, &options, &path), PL_OK);
    assert_true(chore_of(v).failed_at_ms == 0 && chore_of(v).done_at_ms > 0);
}

/* The room of a disk that holds the copy and what is to stay free, or one byte less. */
static int64_t free_bytes;

static pl_err measure(const char *directory, pl_disk_room *room)
{
    (void)directory;
    *room = (pl_disk_room){free_bytes, INT64_MAX};
    return PL_OK;
}

static void a_copy_that_would_fill_the_disk_is_not_begun(void **state)
{
    validator *v = *state;
    backups_options_t options = options_for(v, 1);
    const char *path;
    int64_t bytes;

    options.measure = measure;
    options.min_free_bytes = 64 << 20;
    assert_int_equal(pl_db_size(store_db(instance_store(v->instance)), &bytes), PL_OK);
    free_bytes = bytes + options.min_free_bytes - 1;
    assert_int_equal(make(v, &options, &path), PL_ERR_DISK_FULL);
    assert_non_null(strstr(chore_of(v).detail, "64 MB are to stay free"));
    assert_int_equal(files_in(options.directory), 0);
    free_bytes = (64 << 20) + 2 * bytes;
    assert_int_equal(make(v, &options, &path), PL_OK);
    assert_int_equal(files_in(options.directory), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_are_kept_and_what_others_put_there_too),
        TEST(a_copy_opens_as_a_database_of_ours),
        TEST(a_failure_is_noted_until_one_succeeds),
        TEST(a_copy_that_would_fill_the_disk_is_not_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
