/* SPDX-License-Identifier: Apache-2.0
 *
 * Which texts look like a license key that was typed in part.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/key_typed.h"

static void tells_a_key_cut_short_from_all_others(void **state)
{
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        {"TILL-K7QM-2ZX9-0ABC", 12},
        {"till-k7qm-2zx9-0abc", 12},
        {"K7QM-2ZX9-0A", 10},
        {"TILL-K7QM-2ZX9-", 8},
        {"TILL K7QM 2ZX9 0ABC 1DEF 2GHJ 3KMN", 24},
        {"TILL-K7QM-2ZX9-0ABC-1DEF-2GHJ-3KMN-4PQR-5S", 30}, /* too much */
        {"TILL-K7QM-2ZX9-0ABC-1DEF-2GHJ-3KMN-4PQR", 0},     /* whole: the library looks at its check symbols */
        {"KAFE-K7QM-2ZX9-0ABC-1DEF-2GHJ-3KMN-4PQR", 0},     /* the same */
        {"TILL-KEY-1", 0},
        {"CHAOS-WORTHLESS-1", 0},
        {"SHOP-0001-FAKE", 0},
        {"TILL-A7QM-2ZX9-0ABC", 0},  /* not our mark */
        {"TILL-K7QM-2ZX-90ABC", 0},  /* not our groups */
        {"TILL-K7QM-2ZX9U-0ABC", 0}, /* nor these */
        {"TILL-K7QM-2ZUU-0ABC", 0},  /* no symbols of ours */
        {"TILL--K7QM-2ZX9", 0},
        {"KEYS", 0},
        {"K", 0},
        {"-", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (key_typed_count(rows[i].text) != rows[i].count)
            fail_msg("\"%s\" counts %zu, not %zu", rows[i].text, key_typed_count(rows[i].text), rows[i].count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_key_cut_short_from_all_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
