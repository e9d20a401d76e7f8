/* SPDX-License-Identifier: Apache-2.0
 *
 * What is peculiar to databases that are files: opening, damage, power cuts, copies. What every driver does: tests/contract/test_db.c.
 */
#include "storage/db.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/temp_dir.h"

enum { PATH_SIZE = TEMP_DIR_SIZE + 16 };

typedef struct {
    char dir[TEMP_DIR_SIZE];
    char path[PATH_SIZE];
    char copy[PATH_SIZE];
} fixture;

static int set_up(void **state)
{
    static fixture f;

    temp_dir_make(f.dir);
    snprintf(f.path, sizeof f.path, "%s/test.db", f.dir);
    snprintf(f.copy, sizeof f.copy, "%s/copy.db", f.dir);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    temp_dir_remove(f->dir);
    return 0;
}

static pl_err open_mode(const char *path, pl_db_mode mode, bool uses_wal, pl_db **db)
{
    const pl_db_sqlite_options options = {
        .path = path, .mode = mode, .busy_timeout_ms = 0, .is_durable = true, .uses_wal = uses_wal};

    return pl_db_open_sqlite(&options, db);
}

static pl_db *must_open(const char *path)
{
    pl_db *db;

    assert_int_equal(open_mode(path, DB_READ_WRITE_CREATE, true, &db), PL_OK);
    return db;
}

static int64_t number(pl_db *db, const char *sql)
{
    pl_db_statement *select;
    int64_t value;

    assert_int_equal(pl_db_prepare(db, sql, &select), PL_OK);
    assert_int_equal(pl_db_step(select), DB_ROW);
    value = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return value;
}

static void fill(pl_db *db)
{
    assert_int_equal(pl_db_script(db,
                                  "CREATE TABLE t (id BIGINT PRIMARY KEY, x BLOB);"
                                  "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                                  " SELECT i, randomblob(200) FROM n"),
                     PL_OK);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static bool exists(const char *path, const char *end)
{
    char whole[PATH_SIZE + 8];

    snprintf(whole, sizeof whole, "%s%s", path, end);
    return access(whole, F_OK) == 0;
}

static void a_database_that_is_not_there_is_made_only_when_asked(void **state)
{
    fixture *f = *state;
    pl_db *db;

    assert_int_equal(open_mode(f->path, DB_READ_WRITE, true, &db), PL_ERR_NOT_FOUND);
    assert_int_equal(open_mode(f->path, DB_READ_ONLY, true, &db), PL_ERR_NOT_FOUND);
    pl_db_close(must_open(f->path));
    assert_int_equal(open_mode(f->path, DB_READ_WRITE, true, &db), PL_OK);
    pl_db_close(db);
}

static void a_file_that_is_no_database_is_told_apart(void **state)
{
    static const char foreign[8192] = "%PDF-1.7 this is something else";
    fixture *f = *state;
    pl_db *db;

    write_file(f->path, foreign, sizeof foreign);
    assert_int_equal(open_mode(f->path, DB_READ_WRITE_CREATE, true, &db), PL_ERR_CORRUPT);
    assert_int_equal(open_mode(f->path, DB_READ_ONLY, true, &db), PL_ERR_CORRUPT);
    assert_non_null(strstr(pl_err_detail(), "not a database"));
}

static void a_directory_is_no_database(void **state)
{
    fixture *f = *state;
    pl_db *db;

    assert_int_not_equal(open_mode(f->dir, DB_READ_WRITE_CREATE, true, &db), PL_OK);
}

static void a_truncated_database_is_an_error_and_never_an_empty_one(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path);
    pl_db_statement *select;
    pl_err err;

    fill(db);
    pl_db_close(db);
    assert_int_equal(truncate(f->path, 8192), 0);
    if (!(err = open_mode(f->path, DB_READ_WRITE, true, &db))) {
        if (!(err = pl_db_prepare(db, "SELECT sum(length(x)) FROM t", &select)))
            err = pl_db_err(pl_db_step(select));
        pl_db_close(db);
    }
    assert_int_equal(err, PL_ERR_CORRUPT);
}

static void damage_in_the_middle_is_an_error(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path);
    pl_db_statement *select;
    pl_db_result result;
    FILE *file;

    fill(db);
    pl_db_close(db);
    assert_non_null(file = fopen(f->path, "r+b"));
    for (long page = 2; page < 20; page++) {
        fseek(file, page * 4096, SEEK_SET);
        fwrite("\xff\xff\xff\xff\xff\xff\xff\xff", 1, 8, file);
    }
    fclose(file);
    assert_int_equal(open_mode(f->path, DB_READ_WRITE, true, &db), PL_OK);
    assert_int_equal(pl_db_prepare(db, "SELECT id, x FROM t", &select), PL_OK);
    while ((result = pl_db_step(select)) == DB_ROW)
        continue;
    assert_int_equal(result, DB_ERROR);
    assert_int_equal(pl_db_err(result), PL_ERR_CORRUPT);
    pl_db_close(db);
}

static void a_writer_killed_in_mid_transaction_leaves_what_was_committed(void **state)
{
    fixture *f = *state;

    for (int uses_wal = 0; uses_wal < 2; uses_wal++) {
        pl_db *db;
        int status;
        pid_t child;

        assert_int_equal(open_mode(f->path, DB_READ_WRITE_CREATE, uses_wal, &db), PL_OK);
        assert_int_equal(pl_db_script(db, "DROP TABLE IF EXISTS t"), PL_OK);
        fill(db);
        pl_db_close(db);
        if ((child = fork()) == 0) {
            if (open_mode(f->path, DB_READ_WRITE, uses_wal, &db) ||
                pl_db_script(db, "PRAGMA cache_size=1") || /* so that it spills */
                pl_db_script(db, "INSERT INTO t (id) VALUES (1000)") || pl_db_begin(db) != DB_DONE ||
                pl_db_script(db, "UPDATE t SET x = randomblob(300); DELETE FROM t WHERE id < 400"))
                _exit(1);
            kill(getpid(), SIGKILL);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(open_mode(f->path, DB_READ_WRITE, uses_wal, &db), PL_OK);
        assert_int_equal(number(db, "SELECT count(*) FROM t"), 501);
        assert_int_equal(number(db, "SELECT count(*) FROM t WHERE length(x) = 300"), 0);
        pl_db_close(db);
    }
}

static void the_journal_is_as_asked(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path);

    fill(db);
    assert_true(exists(f->path, "-wal"));
    assert_int_equal(number(db, "PRAGMA synchronous"), 2);
    pl_db_close(db);
    assert_int_equal(open_mode(f->path, DB_READ_WRITE, false, &db), PL_OK);
    assert_int_equal(pl_db_script(db, "DELETE FROM t"), PL_OK);
    assert_false(exists(f->path, "-wal"));
    assert_false(exists(f->path, "-journal"));
    pl_db_close(db);
}

static void connections_are_strict(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path);
    pl_db_statement *statement;

    assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number(db, "PRAGMA trusted_schema"), 0);
    fill(db);
    assert_int_equal(pl_db_prepare(db, "SELECT \"no_such_column\" FROM t", &statement), PL_ERR_DATABASE);
    assert_int_equal(pl_db_prepare(db, "SELECT ?", &statement), PL_ERR_DATABASE);
    assert_int_equal(pl_db_prepare(db, "SELECT $33", &statement), PL_ERR_DATABASE);
    assert_int_equal(pl_db_prepare(db, "SELECT $name", &statement), PL_ERR_DATABASE);
    pl_db_close(db);
}

static void a_read_only_connection_reads_and_does_not_write(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path), *reader;

    fill(db);
    assert_int_equal(open_mode(f->path, DB_READ_ONLY, true, &reader), PL_OK);
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 500);
    assert_int_equal(pl_db_script(reader, "DELETE FROM t"), PL_ERR_READ_ONLY);
    pl_db_close(reader);
    pl_db_close(db);
}

static int write_until_full(const char *directory)
{
    char path[PATH_SIZE];
    pl_db *db;
    pl_err err;

    snprintf(path, sizeof path, "%s/full.db", directory);
    err = open_mode(path, DB_READ_WRITE_CREATE, false, &db);
    if (!err)
        err = pl_db_script(db, "CREATE TABLE t (x BLOB); INSERT INTO t VALUES (randomblob(500000))");
    return err == PL_ERR_DISK_FULL ? 0 : 1;
}

static void a_full_disk_is_called_so(void **state)
{
    fixture *f = *state;
    int result = run_on_small_disk(f->dir, "", write_until_full);

    if (result == ASIDE_SKIPPED)
        skip();
    assert_int_equal(result, 0);
}

static int open_on_read_only_disk(const char *directory)
{
    char path[PATH_SIZE];
    pl_db *db;

    snprintf(path, sizeof path, "%s/new.db", directory);
    return open_mode(path, DB_READ_WRITE_CREATE, false, &db) == PL_ERR_READ_ONLY ? 0 : 1;
}

static void a_read_only_disk_is_called_so(void **state)
{
    fixture *f = *state;
    int result = run_on_small_disk(f->dir, "ro", open_on_read_only_disk);

    if (result == ASIDE_SKIPPED)
        skip();
    assert_int_equal(result, 0);
}

static void a_copy_is_whole_and_one_file_while_others_write(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path), *other = must_open(f->path), *copy;

    fill(db);
    assert_int_equal(pl_db_begin(other), DB_DONE); /* a writer in the middle of its work is no hindrance */
    assert_int_equal(pl_db_script(other, "DELETE FROM t"), PL_OK);
    assert_int_equal(pl_db_backup(db, f->copy), PL_OK);
    assert_int_equal(pl_db_commit(other), DB_DONE);
    assert_int_equal(open_mode(f->copy, DB_READ_ONLY, false, &copy), PL_OK);
    assert_int_equal(number(copy, "SELECT count(*) FROM t"), 500);
    pl_db_close(copy);
    assert_false(exists(f->copy, "-wal"));
    pl_db_close(other);
    pl_db_close(db);
}

static void a_copy_does_not_overwrite_what_is_there(void **state)
{
    fixture *f = *state;
    pl_db *db = must_open(f->path);

    fill(db);
    write_file(f->copy, "", 0); /* an empty file made for its permissions is welcome */
    assert_int_equal(chmod(f->copy, 0600), 0);
    assert_int_equal(pl_db_backup(db, f->copy), PL_OK);
    assert_int_equal(pl_db_backup(db, f->copy), PL_ERR_CONFLICT);
    pl_db_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_database_that_is_not_there_is_made_only_when_asked),
        TEST(a_file_that_is_no_database_is_told_apart),
        TEST(a_directory_is_no_database),
        TEST(a_truncated_database_is_an_error_and_never_an_empty_one),
        TEST(damage_in_the_middle_is_an_error),
        TEST(a_writer_killed_in_mid_transaction_leaves_what_was_committed),
        TEST(the_journal_is_as_asked),
        TEST(connections_are_strict),
        TEST(a_read_only_connection_reads_and_does_not_write),
        TEST(a_full_disk_is_called_so),
        TEST(a_read_only_disk_is_called_so),
        TEST(a_copy_is_whole_and_one_file_while_others_write),
        TEST(a_copy_does_not_overwrite_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
