/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_postgres_state.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void states_are_told_by_name_or_by_class(void **state)
{
    static const struct {
        const char *state;
        pl_err err;
    } rows[] = {
        {"40001", PL_ERR_BUSY},     {"40P01", PL_ERR_BUSY},      {"55P03", PL_ERR_BUSY},      {"23505", PL_ERR_CONFLICT},
        {"23514", PL_ERR_CONFLICT}, {"3D000", PL_ERR_NOT_FOUND}, {"25006", PL_ERR_READ_ONLY}, {"53100", PL_ERR_DISK_FULL},
        {"58030", PL_ERR_IO},       {"57014", PL_ERR_DATABASE},  {"57P01", PL_ERR_DATABASE},  {"28P01", PL_ERR_DATABASE},
        {"53300", PL_ERR_DATABASE}, {"42P01", PL_ERR_DATABASE},  {"", PL_ERR_DATABASE},       {NULL, PL_ERR_DATABASE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(postgres_state_err(rows[i].state), rows[i].err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_told_by_name_or_by_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
