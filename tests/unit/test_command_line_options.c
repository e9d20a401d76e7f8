/* SPDX-License-Identifier: Apache-2.0
 *
 * tools/command_line/options.c
 */
#include "command_line/options.h"

#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct {
    const char *brand;
    bool json;
    int64_t seats;
    int64_t expires;
    const char *file;
    option_list_t tags;
} values_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(values_t, brand), true, "SLUG", "the brand", 0, 0},
    {"json", OPTION_FLAG, offsetof(values_t, json), false, NULL, "print JSON", 0, 0},
    {"seats", OPTION_NUMBER, offsetof(values_t, seats), false, "N", "seats", 1, 10},
    {"expires", OPTION_TIME, offsetof(values_t, expires), false, "TIME", "the end", 0, 0},
    {"file", OPTION_OPERAND, offsetof(values_t, file), false, "FILE", "a file", 0, 0},
    {"tag", OPTION_LIST, offsetof(values_t, tags), false, "TAG", "a tag", 0, 0},
};

enum { COUNT = sizeof options / sizeof *options };

static values_t values;

/* words: separated by single spaces. */
static pl_err parse(const char *line)
{
    static char text[256];
    char *words[24] = {NULL};
    size_t count = 0;

    (void)snprintf(text, sizeof text, "%s", line);
    for (char *word = text; *word; count++) {
        words[count] = word;
        word += strcspn(word, " ");
        if (*word)
            *word++ = '\0';
    }
    memset(&values, 0, sizeof values);
    return options_parse(options, COUNT, words, &values);
}

static void an_empty_operand_is_named_as_it_is_written(void **state)
{
    char *const words[] = {(char[]){""}, NULL};

    (void)state;
    memset(&values, 0, sizeof values);
    assert_int_equal(options_parse(options, COUNT, words, &values), PL_ERR_INVALID);
    assert_string_equal(pl_err_detail(), "FILE is empty");
}

static void fills_the_struct(void **state)
{
    (void)state;
    assert_int_equal(parse("--brand acme --seats 3 --json --expires 2027-01-31T00:00:00Z out.db"), PL_OK);
    assert_string_equal(values.brand, "acme");
    assert_true(values.json);
    assert_int_equal(values.seats, 3);
    assert_int_equal(values.expires, 1801353600);
    assert_string_equal(values.file, "out.db");
}

static void gathers_what_may_be_given_often(void **state)
{
    char line[256] = "--brand acme";

    (void)state;
    assert_int_equal(parse("--brand acme --tag one --tag=two"), PL_OK);
    assert_int_equal(values.tags.count, 2);
    assert_string_equal(values.tags.items[0], "one");
    assert_string_equal(values.tags.items[1], "two");
    assert_int_equal(parse("--brand acme --tag="), PL_ERR_INVALID);
    for (int i = 0; i <= OPTION_LIST_MAX; i++)
        (void)snprintf(line + strlen(line), sizeof line - strlen(line), " --tag=x");
    assert_int_equal(parse(line), PL_ERR_INVALID);
}

static void takes_a_value_after_an_equals_sign(void **state)
{
    (void)state;
    assert_int_equal(parse("--brand=a=b --seats=10"), PL_OK);
    assert_string_equal(values.brand, "a=b");
    assert_int_equal(values.seats, 10);
    assert_false(values.json);
}

static void says_what_is_wrong(void **state)
{
    static const char *const mistakes[][2] = {
        {"", "--brand SLUG is missing"},
        {"--seats 3", "--brand SLUG is missing"},
        {"--brnad acme", "there is no option --brnad; did you mean --brand?"},
        {"--colour red", "there is no option --colour; --help lists the options"},
        {"-b acme", "there is no option -b; options are written --like-this"},
        {"--brand", "--brand needs a value: --brand SLUG"},
        {"--brand --json", "--brand needs a value: --brand SLUG"},
        {"--brand a --brand b", "--brand is given twice"},
        {"--brand=", "--brand has an empty value"},
        {"--brand a --json=yes", "--json takes no value"},
        {"--brand a --seats 11", "--seats is \"11\"; a number from 1 to 10 is needed"},
        {"--brand a --seats 0", "--seats is \"0\"; a number from 1 to 10 is needed"},
        {"--brand a --seats 3x", "--seats is \"3x\"; a number from 1 to 10 is needed"},
        {"--brand a --expires soon", "--expires is \"soon\"; a time like 2027-01-31T00:00:00Z or a date is needed"},
        {"--brand a one two", "\"two\" is one word too many; --help shows how the command is written"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        assert_int_equal(parse(mistakes[i][0]), PL_ERR_INVALID);
        assert_string_equal(pl_err_detail(), mistakes[i][1]);
    }
}

static void prints_each_option_with_its_help(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    options_print(options, COUNT, out);
    (void)fclose(out);
    assert_non_null(strstr(text, "  --brand SLUG             the brand (required)\n"));
    assert_non_null(strstr(text, "  --json                   print JSON\n"));
    assert_non_null(strstr(text, "  FILE                     a file\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_operand_is_named_as_it_is_written),
        cmocka_unit_test(fills_the_struct),
        cmocka_unit_test(gathers_what_may_be_given_often),
        cmocka_unit_test(takes_a_value_after_an_equals_sign),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(prints_each_option_with_its_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
