/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_postgres.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/postgres_server.h"

typedef struct {
    char url[POSTGRES_URL_SIZE];
    pl_db *db;
    pl_db *killer;
} fixture;

static pl_err open_it(const char *url, pl_db_mode mode, pl_db **db)
{
    const pl_db_postgres_options options = {
        .url = url, .mode = mode, .connect_timeout_s = 10, .statement_timeout_ms = 10000, .busy_timeout_ms = 100};

    return pl_db_open_postgres(&options, db);
}

static int set_up(void **state)
{
    static fixture f;

    postgres_schema_make(f.url);
    assert_int_equal(open_it(f.url, DB_READ_WRITE, &f.db), PL_OK);
    assert_int_equal(open_it(f.url, DB_READ_WRITE, &f.killer), PL_OK);
    assert_int_equal(pl_db_script(f.db, "CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT)"), PL_OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    pl_db_close(f->db);
    pl_db_close(f->killer);
    return 0;
}

/* As a network or an administrator ends it. */
static void cut(fixture *f)
{
    pl_db_statement *pid, *kill;
    int64_t number;

    assert_int_equal(pl_db_prepare(f->db, "SELECT pg_backend_pid()", &pid), PL_OK);
    assert_int_equal(pl_db_step(pid), DB_ROW);
    number = pl_db_column_int(pid, 0);
    pl_db_reset(pid);
    assert_int_equal(pl_db_prepare(f->killer, "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 10000)", &kill), PL_OK);
    pl_db_bind_int(kill, 1, number);
    assert_int_equal(pl_db_run(kill), DB_DONE);
}

static pl_db_statement *prepare_insert(fixture *f)
{
    pl_db_statement *insert;

    assert_int_equal(pl_db_prepare(f->db, "INSERT INTO item (id) VALUES ($1)", &insert), PL_OK);
    return insert;
}

static pl_db_result put(pl_db_statement *insert, int64_t id)
{
    pl_db_bind_int(insert, 1, id);
    return pl_db_run(insert);
}

static int64_t count(pl_db *db)
{
    pl_db_statement *select;
    int64_t number;

    assert_int_equal(pl_db_prepare(db, "SELECT count(*) FROM item", &select), PL_OK);
    assert_int_equal(pl_db_step(select), DB_ROW);
    number = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return number;
}

static void what_was_done_before_a_cut_is_not_carried_over_it(void **state)
{
    fixture *f = *state;
    pl_db_statement *insert = prepare_insert(f);

    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(put(insert, 1), DB_DONE);
    cut(f);
    assert_int_equal(put(insert, 2), DB_ERROR);
    assert_int_equal(pl_db_err(DB_ERROR), PL_ERR_DATABASE);
    assert_false(pl_db_is_in_transaction(f->db));
    assert_int_equal(put(insert, 3), DB_ERROR); /* nor is a half of it written by a new connection */
    assert_int_equal(pl_db_commit(f->db), DB_ERROR);
    pl_db_rollback(f->db);
    assert_int_equal(count(f->killer), 0);
    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(put(insert, 4), DB_DONE); /* prepared again */
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
    assert_int_equal(count(f->killer), 1);
}

static void a_connection_that_was_cut_while_unused_is_made_again_by_begin(void **state)
{
    fixture *f = *state;
    pl_db_statement *insert = prepare_insert(f);

    cut(f);
    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(put(insert, 1), DB_DONE);
    assert_int_equal(pl_db_commit(f->db), DB_DONE);
    assert_int_equal(count(f->killer), 1);
}

static void the_commit_of_a_transaction_that_failed_is_no_success(void **state)
{
    fixture *f = *state;
    pl_db_statement *insert = prepare_insert(f);

    assert_int_equal(pl_db_begin(f->db), DB_DONE);
    assert_int_equal(put(insert, 1), DB_DONE);
    assert_int_equal(put(insert, 1), DB_CONFLICT);
    assert_int_equal(put(insert, 2), DB_ERROR);
    assert_int_equal(pl_db_commit(f->db), DB_ERROR);
    assert_int_equal(count(f->db), 0);
}

static void types_that_cannot_be_read_are_refused_when_prepared(void **state)
{
    fixture *f = *state;
    pl_db_statement *statement;

    assert_int_equal(pl_db_prepare(f->db, "SELECT sum(id) FROM item", &statement), PL_ERR_DATABASE); /* numeric */
    assert_non_null(strstr(pl_err_detail(), "CAST it"));
    assert_int_equal(pl_db_prepare(f->db, "SELECT 1 WHERE now() < $1", &statement), PL_ERR_DATABASE);
    assert_int_equal(pl_db_prepare(f->db, "SELECT CAST(sum(id) AS BIGINT) FROM item", &statement), PL_OK);
}

static void a_value_of_the_wrong_type_is_an_error_of_that_run_only(void **state)
{
    fixture *f = *state;
    pl_db_statement *insert = prepare_insert(f);

    pl_db_bind_text(insert, 1, "one");
    assert_int_equal(pl_db_run(insert), DB_ERROR);
    assert_int_equal(put(insert, 1), DB_DONE);
}

static void a_connection_for_reading_does_not_write(void **state)
{
    fixture *f = *state;
    pl_db *reader;

    assert_int_equal(open_it(f->url, DB_READ_ONLY, &reader), PL_OK);
    assert_int_equal(pl_db_script(reader, "INSERT INTO item (id) VALUES (1)"), PL_ERR_READ_ONLY);
    assert_int_equal(count(reader), 0);
    pl_db_close(reader);
}

static void texts_sort_by_their_bytes(void **state)
{
    fixture *f = *state;
    pl_db_statement *select;
    pl_arena arena;

    pl_arena_init(&arena);
    assert_int_equal(pl_db_script(f->db, "INSERT INTO item (id, name) VALUES (1, 'b'), (2, 'A'), (3, '_'), (4, 'a')"), PL_OK);
    assert_int_equal(pl_db_prepare(f->db, "SELECT name FROM item ORDER BY name", &select), PL_OK);
    for (const char *wanted = "A_ab"; *wanted; wanted++) {
        assert_int_equal(pl_db_step(select), DB_ROW);
        assert_int_equal(pl_db_column_text(select, 0, &arena)[0], *wanted);
    }
    pl_db_reset(select);
    pl_arena_reset(&arena);
}

static void a_copy_is_left_to_others(void **state)
{
    fixture *f = *state;

    assert_int_equal(pl_db_backup(f->db, "/nowhere/copy"), PL_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_done_before_a_cut_is_not_carried_over_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_connection_that_was_cut_while_unused_is_made_again_by_begin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_commit_of_a_transaction_that_failed_is_no_success, set_up, tear_down),
        cmocka_unit_test_setup_teardown(types_that_cannot_be_read_are_refused_when_prepared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_of_the_wrong_type_is_an_error_of_that_run_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_connection_for_reading_does_not_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_sort_by_their_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_is_left_to_others, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
