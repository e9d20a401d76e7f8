/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/migrate.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/temp_dir.h"

static const pl_migration migrations[] = {
    {1, "CREATE TABLE a (x BIGINT)"},
    {2, "CREATE TABLE b (x BIGINT); INSERT INTO b VALUES (2)"},
    {3, "INSERT INTO b VALUES (3)"},
};

typedef struct {
    char dir[TEMP_DIR_SIZE];
    char path[TEMP_DIR_SIZE + 16];
    pl_db *db;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    pl_db_sqlite_options options = {.path = f.path, .mode = DB_READ_WRITE_CREATE, .uses_wal = true};

    temp_dir_make(f.dir);
    snprintf(f.path, sizeof f.path, "%s/test.db", f.dir);
    assert_int_equal(pl_db_open_sqlite(&options, &f.db), PL_OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    pl_db_close(f->db);
    temp_dir_remove(f->dir);
    return 0;
}

static int version(fixture *f)
{
    int number;

    assert_int_equal(pl_migrate_version(f->db, &number), PL_OK);
    return number;
}

static int64_t number(fixture *f, const char *sql)
{
    pl_db_statement *select;
    int64_t value;

    assert_int_equal(pl_db_prepare(f->db, sql, &select), PL_OK);
    assert_int_equal(pl_db_step(select), DB_ROW);
    value = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return value;
}

static void an_empty_database_has_version_0_and_gets_everything(void **state)
{
    fixture *f = *state;

    assert_int_equal(version(f), 0);
    assert_int_equal(pl_migrate(f->db, migrations, 3, 1234), PL_OK);
    assert_int_equal(version(f), 3);
    assert_int_equal(number(f, "SELECT sum(x) FROM b"), 5);
    assert_int_equal(number(f, "SELECT count(*) FROM schema_version WHERE applied_at = 1234"), 3);
}

static void only_what_is_missing_is_run(void **state)
{
    fixture *f = *state;

    assert_int_equal(pl_migrate(f->db, migrations, 2, 1), PL_OK);
    assert_int_equal(pl_migrate(f->db, migrations, 3, 2), PL_OK);
    assert_int_equal(pl_migrate(f->db, migrations, 3, 3), PL_OK);
    assert_int_equal(number(f, "SELECT sum(x) FROM b"), 5);
    assert_int_equal(number(f, "SELECT max(applied_at) FROM schema_version"), 2);
}

static void a_newer_database_is_refused_with_both_versions(void **state)
{
    fixture *f = *state;

    assert_int_equal(pl_migrate(f->db, migrations, 3, 1), PL_OK);
    assert_int_equal(pl_migrate(f->db, migrations, 2, 2), PL_ERR_TOO_NEW);
    assert_non_null(strstr(pl_err_detail(), "version 3"));
    assert_non_null(strstr(pl_err_detail(), "knows 2"));
    assert_int_equal(version(f), 3);
}

static void a_migration_that_fails_leaves_nothing_of_itself(void **state)
{
    static const pl_migration broken[] = {
        {1, "CREATE TABLE a (x BIGINT)"},
        {2, "CREATE TABLE b (x BIGINT); INSERT INTO nowhere VALUES (1)"},
    };
    fixture *f = *state;

    assert_int_equal(pl_migrate(f->db, broken, 2, 1), PL_ERR_DATABASE);
    assert_int_equal(version(f), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM sqlite_master WHERE name = 'b'"), 0);
}

static void a_second_program_waits_and_finds_it_done(void **state)
{
    pl_db_sqlite_options options = {.mode = DB_READ_WRITE, .uses_wal = true};
    fixture *f = *state;
    pl_db *other;

    options.path = f->path;
    assert_int_equal(pl_db_open_sqlite(&options, &other), PL_OK);
    assert_int_equal(pl_migrate(f->db, migrations, 1, 1), PL_OK);
    assert_int_equal(pl_migrate(other, migrations, 3, 1), PL_OK);
    assert_int_equal(pl_migrate(f->db, migrations, 3, 1), PL_OK);
    assert_int_equal(number(f, "SELECT sum(x) FROM b"), 5);
    pl_db_close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_database_has_version_0_and_gets_everything),
        TEST(only_what_is_missing_is_run),
        TEST(a_newer_database_is_refused_with_both_versions),
        TEST(a_migration_that_fails_leaves_nothing_of_itself),
        TEST(a_second_program_waits_and_finds_it_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
