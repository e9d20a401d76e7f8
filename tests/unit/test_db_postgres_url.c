/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_postgres_url.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void addresses_of_postgresql_are_told_from_others(void **state)
{
    (void)state;
    assert_true(postgres_url_is("postgres://a@b/c"));
    assert_true(postgres_url_is("PostgreSQL://b"));
    assert_false(postgres_url_is("/var/lib/pospal/validator.db"));
    assert_false(postgres_url_is("postgres:/a"));
    assert_false(postgres_url_is("mysql://a"));
    assert_false(postgres_url_is(""));
}

static void a_password_is_overwritten_wherever_it_stands(void **state)
{
    static const char *const rows[][2] = {
        {"postgres://ann:secret@host/db", "postgres://ann:******@host/db"},
        {"postgres://ann:se@cr:et@host/db", "postgres://ann:********@host/db"},
        {"postgres://ann@host:5433/db", "postgres://ann@host:5433/db"},
        {"postgresql://host:5433/db?user=a&password=secret&sslmode=require",
         "postgresql://host:5433/db?user=a&password=******&sslmode=require"},
        {"postgres:///db?sslpassword=x", "postgres:///db?sslpassword=*"},
        {"postgres:///db?", "postgres:///db?"},
        {"not an address", "not an address"},
        {"", ""},
    };
    char url[128];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memcpy(url, rows[i][0], strlen(rows[i][0]) + 1);
        postgres_url_hide(url);
        assert_string_equal(url, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_postgresql_are_told_from_others),
        cmocka_unit_test(a_password_is_overwritten_wherever_it_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
