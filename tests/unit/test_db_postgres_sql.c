/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_postgres_sql.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void expect(const char *sql, bool is_script, const char *wanted)
{
    pl_buf out;

    pl_buf_init(&out);
    postgres_sql_translate(sql, is_script, &out);
    pl_buf_add(&out, "", 1);
    assert_int_equal(out.err, PL_OK);
    assert_string_equal(out.data, wanted);
    pl_buf_reset(&out);
}

static void blobs_are_named_as_postgresql_names_them(void **state)
{
    (void)state;
    expect("CREATE TABLE a (x BLOB NOT NULL, y blob)", true, "CREATE TABLE a (x BYTEA NOT NULL, y BYTEA)");
    expect("SELECT CAST($1 AS BLOB)", false, "SELECT CAST($1 AS BYTEA)");
}

static void texts_sort_by_their_bytes_where_they_are_declared(void **state)
{
    (void)state;
    expect("CREATE TABLE a (x TEXT)", true, "CREATE TABLE a (x TEXT COLLATE \"C\")");
    expect("SELECT CAST($1 AS TEXT)", false, "SELECT CAST($1 AS TEXT)");
}

static void without_rowid_is_dropped(void **state)
{
    (void)state;
    expect("CREATE TABLE a (x BIGINT) WITHOUT ROWID;", true, "CREATE TABLE a (x BIGINT) ;");
    expect("CREATE TABLE a (x BIGINT) without\n  rowid", true, "CREATE TABLE a (x BIGINT) ");
    expect("SELECT without FROM a", false, "SELECT without FROM a");
}

static void quotes_comments_and_longer_words_are_left_alone(void **state)
{
    (void)state;
    expect("SELECT 'it''s a BLOB', \"TEXT\" -- BLOB\n, blobs, my_text FROM a", true,
           "SELECT 'it''s a BLOB', \"TEXT\" -- BLOB\n, blobs, my_text FROM a");
    expect("SELECT 'never closed BLOB", true, "SELECT 'never closed BLOB");
    expect("", true, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blobs_are_named_as_postgresql_names_them),
        cmocka_unit_test(texts_sort_by_their_bytes_where_they_are_declared),
        cmocka_unit_test(without_rowid_is_dropped),
        cmocka_unit_test(quotes_comments_and_longer_words_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
