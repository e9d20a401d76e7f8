/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/currency.c
 */
#include "licensing/currency.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void an_amount_has_the_digits_of_its_currency(void **state)
{
    static const struct {
        int64_t minor;
        const char *currency;
        char point;
        const char *text;
    } rows[] = {
        {2900, "eur", '.', "29.00"},
        {2905, "usd", ',', "29,05"},
        {7, "gbp", '.', "0.07"},
        {0, "eur", '.', "0.00"},
        {2900, "jpy", '.', "2900"},
        {5120, "kwd", '.', "5.120"},
        {500, "ugx", '.', "5.00"},
        {500, "isk", '.', "5.00"},
        {100, "xxx", '.', "1.00"},
        {100, "f c", '.', "1.00"},
        {INT64_MAX, "clp", ',', "9223372036854775807"},
    };
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(currency_amount(&arena, rows[i].minor, rows[i].currency, rows[i].point), rows[i].text);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_amount_has_the_digits_of_its_currency)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
