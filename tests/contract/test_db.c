/* SPDX-License-Identifier: Apache-2.0
 *
 * What every driver of storage/db.h must do, as one suite that runs once per driver. What is peculiar to SQLite's files is in
 * tests/unit/test_db_sqlite.c, to PostgreSQL's connections in tests/unit/test_db_postgres.c.
 */
#include "storage/db.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/db_postgres.h"
#include "support/postgres_server.h"
#include "support/temp_dir.h"

typedef struct {
    char dir[TEMP_DIR_SIZE];
    char path[POSTGRES_URL_SIZE]; /* or address */
    pl_err (*open)(const char *path, pl_db **db);
    pl_db *db;
    pl_arena arena;
} fixture;

static pl_err open_sqlite(const char *path, pl_db **db)
{
    const pl_db_sqlite_options options = {.path = path, .mode = DB_READ_WRITE_CREATE, .busy_timeout_ms = 0, .uses_wal = true};

    return pl_db_open_sqlite(&options, db);
}

static pl_err open_postgres(const char *url, pl_db **db)
{
    const pl_db_postgres_options options = {
        .url = url, .mode = DB_READ_WRITE_CREATE, .connect_timeout_s = 10, .statement_timeout_ms = 20000, .busy_timeout_ms = 0};

    return pl_db_open_postgres(&options, db);
}

static void choose_engine(fixture *f)
{
    temp_dir_make(f->dir);
    f->open = postgres_is_tested() ? open_postgres : open_sqlite;
    if (postgres_is_tested())
        postgres_schema_make(f->path);
    else
        snprintf(f->path, sizeof f->path, "%s/test.db", f->dir);
}

static int set_up(void **state)
{
    static fixture f;

    memset(&f, 0, sizeof f);
    choose_engine(&f);
    pl_arena_init(&f.arena);
    assert_int_equal(f.open(f.path, &f.db), PL_OK);
    assert_int_equal(pl_db_script(f.db,
                                  "CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT UNIQUE, data BLOB);"
                                  "CREATE TABLE part (item BIGINT NOT NULL REFERENCES item (id), size BIGINT CHECK (size > 0))"),
                     PL_OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    pl_arena_reset(&f->arena);
    pl_db_close(f->db);
    temp_dir_remove(f->dir);
    return 0;
}

static pl_db_statement *prepare(fixture *f, const char *sql)
{
    pl_db_statement *statement;

    assert_int_equal(pl_db_prepare(f->db, sql, &statement), PL_OK);
    return statement;
}

static pl_db_result insert(pl_db *db, int64_t id, const char *name)
{
    pl_db_statement *statement;

    assert_int_equal(pl_db_prepare(db, "INSERT INTO item (id, name) VALUES ($1, $2)", &statement), PL_OK);
    pl_db_bind_int(statement, 1, id);
    pl_db_bind_text(statement, 2, name);
    return pl_db_run(statement);
}

static int64_t count(fixture *f)
{
    pl_db_statement *select = prepare(f, "SELECT count(*) FROM item");
    int64_t number;

    assert_int_equal(pl_db_step(select), DB_ROW);
    number = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return number;
}

static void values_of_every_type_come_back_as_they_went_in(void **state)
{
    fixture *f = *state;
    const pl_uuid id = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
    pl_db_statement *select =
        prepare(f, "SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BLOB), CAST($4 AS BLOB), CAST($5 AS BIGINT),"
                   "       CAST($6 AS TEXT)");
    uint8_t small[2];
    pl_span blob;

    pl_db_bind_int(select, 1, INT64_MIN);
    pl_db_bind_text(select, 2, "\xC3\xBC");
    pl_db_bind_blob(select, 3, "\0\1\2", 3);
    pl_db_bind_uuid(select, 4, id);
    pl_db_bind_null(select, 5);
    pl_db_bind_text(select, 6, "");
    assert_int_equal(pl_db_step(select), DB_ROW);
    assert_true(pl_db_column_int(select, 0) == INT64_MIN);
    assert_string_equal(pl_db_column_text(select, 1, &f->arena), "\xC3\xBC");
    blob = pl_db_column_blob(select, 2, &f->arena);
    assert_int_equal(blob.size, 3);
    assert_memory_equal(blob.data, "\0\1\2", 3);
    assert_int_equal(pl_db_column_bytes(select, 2, small, sizeof small), 3); /* larger than the room: told, not copied */
    assert_true(pl_uuid_equal(pl_db_column_uuid(select, 3), id));
    assert_true(pl_db_column_is_null(select, 4));
    assert_null(pl_db_column_text(select, 4, &f->arena));
    assert_int_equal(pl_db_column_int(select, 4), 0);
    assert_true(pl_uuid_is_nil(pl_db_column_uuid(select, 4)));
    assert_false(pl_db_column_is_null(select, 5));
    assert_string_equal(pl_db_column_text(select, 5, &f->arena), "");
    assert_int_equal(pl_db_step(select), DB_DONE);
}

static void parameters_go_by_their_number_and_not_by_their_place(void **state)
{
    fixture *f = *state;
    pl_db_statement *select = prepare(f, "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)");

    pl_db_bind_text(select, 1, "one");
    pl_db_bind_text(select, 2, "two");
    assert_int_equal(pl_db_step(select), DB_ROW);
    assert_string_equal(pl_db_column_text(select, 0, &f->arena), "two");
    assert_string_equal(pl_db_column_text(select, 1, &f->arena), "one");
    assert_string_equal(pl_db_column_text(select, 2, &f->arena), "two");
    pl_db_reset(select);
}

static void a_statement_runs_again_without_what_was_bound_before(void **state)
{
    fixture *f = *state;
    pl_db_statement *select = prepare(f, "SELECT CAST($1 AS BIGINT)");

    pl_db_bind_int(select, 1, 7);
    assert_int_equal(pl_db_step(select), DB_ROW);
    pl_db_reset(select);
    assert_int_equal(pl_db_step(select), DB_ROW);
    assert_true(pl_db_column_is_null(select, 0));
    pl_db_reset(select);
}

static void a_parameter_that_is_not_there_is_an_error_of_that_run_only(void **state)
{
    fixture *f = *state;
    pl_db_statement *select = prepare(f, "SELECT CAST($1 AS BIGINT)");

    pl_db_bind_int(select, 2, 7);
    assert_int_equal(pl_db_step(select), DB_ERROR);
    assert_int_equal(pl_db_err(DB_ERROR), PL_ERR_DATABASE);
    pl_db_bind_int(select, 1, 7);
    assert_int_equal(pl_db_step(select), DB_ROW);
    pl_db_reset(select);
}

static void a_statement_that_the_schema_does_not_bear_is_not_prepared(void **state)
{
    fixture *f = *state;
    pl_db_statement *statement;

    assert_int_equal(pl_db_prepare(f->db, "SELECT nothing FROM item", &statement), PL_ERR_DATABASE);
    assert_int_equal(pl_db_script(f->db, "CREATE TABLE item (id BIGINT)"), PL_ERR_DATABASE);
}

static void constraints_are_conflicts_and_not_errors(void **state)
{
    fixture *f = *state;
    pl_db_statement *part = prepare(f, "INSERT INTO part (item, size) VALUES ($1, $2)");

    assert_int_equal(insert(f->db, 1, "a"), DB_DONE);
    assert_int_equal(insert(f->db, 1, "b"), DB_CONFLICT);
    assert_int_equal(insert(f->db, 2, "a"), DB_CONFLICT);
    pl_db_bind_int(part, 1, 99); /* no such item */
    pl_db_bind_int(part, 2, 1);
    assert_int_equal(pl_db_run(part), DB_CONFLICT);
    pl_db_bind_int(part, 1, 1);
    pl_db_bind_int(part, 2, 0); /* check (size > 0) */
    assert_int_equal(pl_db_run(part), DB_CONFLICT);
    assert_int_equal(pl_db_err(DB_CONFLICT), PL_ERR_CONFLICT);
}

static void a_change_tells_how_many_rows_it_made(void **state)
{
    fixture *f = *state;

    insert(f->db, 1, "a");
    insert(f->db, 2, "b");
    assert_int_equal(pl_db_run(prepare(f, "UPDATE item SET data = NULL")), DB_DONE);
    assert_int_equal(pl_db_changes(f->db), 2);
    assert_int_equal(pl_db_run(prepare(f, "UPDATE item SET data = NULL WHERE id = 9")), DB_DONE);
    assert_int_equal(pl_db_changes(f->db), 0);
}

static void returning_gives_the_row_that_was_made(void **state)
{
    fixture *f = *state;
    pl_db_statement *statement =
        prepare(f, "INSERT INTO item (id, name) SELECT $1, $2 WHERE (SELECT count(*) FROM item) < 1 RETURNING id");

    pl_db_bind_int(statement, 1, 5);
    pl_db_bind_text(statement, 2, "a");
    assert_int_equal(pl_db_step(statement), DB_ROW);
    assert_int_equal(pl_db_column_int(statement, 0), 5);
    pl_db_reset(statement);
    pl_db_bind_int(statement, 1, 6);
    pl_db_bind_text(statement, 2, "b");
    assert_int_equal(pl_db_step(statement), DB_DONE);
    assert_int_equal(count(f), 1);
}

static void a_rollback_undoes_and_a_commit_stays(void **state)
{
    fixture *f = *state;

    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    insert(f->db, 1, "a");
    pl_db_rollback(f->db);
    assert_int_equal(count(f), 0);
    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    insert(f->db, 1, "a");
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
    assert_int_equal(count(f), 1);
}

static void a_savepoint_undoes_its_own_part_alone(void **state)
{
    fixture *f = *state;

    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(pl_db_savepoint(f->db), DB_DONE);
    insert(f->db, 1, "a");
    assert_int_equal(pl_db_savepoint_release(f->db), DB_DONE);
    assert_int_equal(pl_db_savepoint(f->db), DB_DONE);
    insert(f->db, 2, "b");
    pl_db_savepoint_rollback(f->db);
    assert_int_equal(pl_db_savepoint(f->db), DB_DONE);
    insert(f->db, 3, "c");
    assert_int_equal(pl_db_savepoint_release(f->db), DB_DONE);
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
    assert_int_equal(count(f), 2);
}

static void whether_a_transaction_is_open_can_be_asked(void **state)
{
    fixture *f = *state;

    assert_false(pl_db_is_in_transaction(f->db));
    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_true(pl_db_is_in_transaction(f->db));
    assert_int_equal(pl_db_script(f->db, "ROLLBACK"), PL_OK);
    assert_false(pl_db_is_in_transaction(f->db));
}

static void a_reader_sees_one_state_while_another_writes(void **state)
{
    fixture *f = *state;
    pl_db *other;

    assert_int_equal(f->open(f->path, &other), PL_OK);
    assert_int_equal(pl_db_begin_read(f->db), DB_DONE);
    assert_int_equal(count(f), 0);
    assert_int_equal(insert(other, 1, "a"), DB_DONE);
    assert_int_equal(count(f), 0);
    pl_db_rollback(f->db);
    assert_int_equal(count(f), 1);
    pl_db_close(other);
}

/* SQLite's writers exclude each other from the start, PostgreSQL's where they meet in a row. */
static void a_second_writer_of_the_same_row_is_told_busy(void **state)
{
    fixture *f = *state;
    pl_db *other;
    pl_db_result result;

    assert_int_equal(f->open(f->path, &other), PL_OK);
    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(insert(f->db, 1, "a"), DB_DONE);
    result = pl_db_begin(other);
    if (result == DB_DONE)
        result = insert(other, 1, "a");
    assert_int_equal(result, DB_BUSY);
    assert_int_equal(pl_db_err(DB_BUSY), PL_ERR_BUSY);
    pl_db_rollback(other);
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
    assert_int_equal(insert(other, 2, "b"), DB_DONE);
    pl_db_close(other);
}

static void what_failed_in_a_transaction_can_only_be_undone(void **state)
{
    fixture *f = *state;

    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(insert(f->db, 1, "a"), DB_DONE);
    assert_int_equal(pl_db_savepoint(f->db), DB_DONE);
    assert_int_equal(insert(f->db, 1, "b"), DB_CONFLICT);
    pl_db_savepoint_rollback(f->db);
    assert_int_equal(insert(f->db, 2, "b"), DB_DONE);
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
    assert_int_equal(count(f), 2);
}

static void a_reader_cannot_write(void **state)
{
    fixture *f = *state;

    if (!postgres_is_tested())
        return; /* SQLite's is bound by the mode in which it was opened */
    assert_int_equal(pl_db_begin_read(f->db), DB_DONE);
    assert_int_equal(insert(f->db, 1, "a"), DB_ERROR);
    assert_int_equal(pl_db_err(DB_ERROR), PL_ERR_READ_ONLY);
    pl_db_rollback(f->db);
    assert_int_equal(count(f), 0);
}

static void a_row_can_be_locked_for_its_change(void **state)
{
    fixture *f = *state;
    pl_db_statement *select;

    insert(f->db, 1, "a");
    select = prepare(f, "SELECT name FROM item WHERE id = $1 FOR UPDATE");
    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    pl_db_bind_int(select, 1, 1);
    assert_int_equal(pl_db_step(select), DB_ROW);
    assert_string_equal(pl_db_column_text(select, 0, &f->arena), "a");
    pl_db_reset(select);
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
}

typedef struct {
    int runs;
    int busy; /* of these runs */
    pl_err last;
} attempts;

static pl_err attempt(void *context, pl_db *db)
{
    attempts *a = context;

    a->runs++;
    insert(db, a->runs, "a");
    return a->runs <= a->busy ? PL_ERR_BUSY : a->last;
}

static void a_busy_transaction_is_run_again_from_the_start(void **state)
{
    fixture *f = *state;
    attempts a = {0, 4, PL_OK};

    assert_int_equal(pl_db_transaction(f->db, attempt, &a), PL_OK);
    assert_int_equal(a.runs, 5);
    assert_int_equal(count(f), 1); /* what the earlier runs wrote is gone */
}

static void a_transaction_gives_up_after_five_runs(void **state)
{
    fixture *f = *state;
    attempts a = {0, 99, PL_OK};

    assert_int_equal(pl_db_transaction(f->db, attempt, &a), PL_ERR_BUSY);
    assert_int_equal(a.runs, 5);
    assert_int_equal(count(f), 0);
}

static void a_failed_transaction_is_undone_and_not_run_again(void **state)
{
    fixture *f = *state;
    attempts a = {0, 0, PL_ERR_STATE};

    assert_int_equal(pl_db_transaction(f->db, attempt, &a), PL_ERR_STATE);
    assert_int_equal(a.runs, 1);
    assert_int_equal(count(f), 0);
}

static void a_table_is_found_by_its_name(void **state)
{
    fixture *f = *state;
    bool has;

    assert_int_equal(pl_db_has_table(f->db, "item", &has), PL_OK);
    assert_true(has);
    assert_int_equal(pl_db_has_table(f->db, "nothing", &has), PL_OK);
    assert_false(has);
}

static void the_size_of_a_database_grows_with_it(void **state)
{
    static uint8_t bytes[256 * 1024];
    fixture *f = *state;
    pl_db_statement *insert_data = prepare(f, "INSERT INTO item (id, data) VALUES ($1, $2)");
    uint32_t number = 1;
    int64_t before, after;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((number = number * 1664525 + 1013904223) >> 24); /* what does not compress */
    assert_int_equal(pl_db_size(f->db, &before), PL_OK);
    assert_true(before > 0);
    pl_db_bind_int(insert_data, 1, 1);
    pl_db_bind_blob(insert_data, 2, bytes, sizeof bytes);
    assert_int_equal(pl_db_run(insert_data), DB_DONE);
    assert_int_equal(pl_db_size(f->db, &after), PL_OK);
    assert_true(after >= before + (int64_t)sizeof bytes / 2);
}

typedef struct {
    fixture *f;
    int runs;
} thrown_back;

/* What PostgreSQL, or an engine like it, says to a transaction that it cannot put in an order with the others. */
static pl_err be_thrown_back(void *context, pl_db *db)
{
    thrown_back *t = context;

    t->runs++;
    assert_int_equal(insert(db, t->runs, "one"), DB_DONE);
    return pl_db_script(db, "DO 'BEGIN RAISE EXCEPTION USING ERRCODE = ''40001''; END'");
}

static void a_transaction_that_is_always_thrown_back_ends_busy_and_leaves_nothing(void **state)
{
    fixture *f = *state;
    thrown_back t = {f, 0};

    if (!postgres_is_tested())
        skip();
    assert_int_equal(pl_db_transaction(f->db, be_thrown_back, &t), PL_ERR_BUSY);
    assert_int_equal(t.runs, 5);
    assert_false(pl_db_is_in_transaction(f->db));
    assert_int_equal(count(f), 0);
    assert_int_equal(insert(f->db, 1, "one"), DB_DONE); /* the connection is as good as before */
    assert_int_equal(count(f), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_of_every_type_come_back_as_they_went_in),
        TEST(parameters_go_by_their_number_and_not_by_their_place),
        TEST(a_statement_runs_again_without_what_was_bound_before),
        TEST(a_parameter_that_is_not_there_is_an_error_of_that_run_only),
        TEST(a_statement_that_the_schema_does_not_bear_is_not_prepared),
        TEST(constraints_are_conflicts_and_not_errors),
        TEST(a_change_tells_how_many_rows_it_made),
        TEST(returning_gives_the_row_that_was_made),
        TEST(a_rollback_undoes_and_a_commit_stays),
        TEST(a_savepoint_undoes_its_own_part_alone),
        TEST(whether_a_transaction_is_open_can_be_asked),
        TEST(a_reader_sees_one_state_while_another_writes),
        TEST(a_second_writer_of_the_same_row_is_told_busy),
        TEST(what_failed_in_a_transaction_can_only_be_undone),
        TEST(a_reader_cannot_write),
        TEST(a_row_can_be_locked_for_its_change),
        TEST(a_busy_transaction_is_run_again_from_the_start),
        TEST(a_transaction_gives_up_after_five_runs),
        TEST(a_failed_transaction_is_undone_and_not_run_again),
        TEST(a_table_is_found_by_its_name),
        TEST(a_transaction_that_is_always_thrown_back_ends_busy_and_leaves_nothing),
        TEST(the_size_of_a_database_grows_with_it),
    };

    return cmocka_run_group_tests_name(postgres_is_tested() ? "postgres" : "sqlite", tests, NULL, NULL);
}
