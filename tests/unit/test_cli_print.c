/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/cli/print.c
 */
#include "cli/print.h"

#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char *printed;
static pl_arena arena;

static int set_up(void **state)
{
    (void)state;
    pl_arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    free(printed);
    printed = NULL;
    return 0;
}

static pl_err print(const char *json)
{
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    pl_err err = print_result(out, &arena, pl_span_text(json));

    (void)fclose(out);
    return err;
}

static void prints_scalars_as_lines(void **state)
{
    (void)state;
    assert_int_equal(print("{\"name\":\"x y\",\"seats\":-3,\"renews\":true,\"done\":false}"), PL_OK);
    assert_string_equal(printed, "name                      x y\nseats                     -3\n"
                                 "renews                    yes\ndone                      no\n");
}

static void prints_lists_as_tables(void **state)
{
    (void)state;
    assert_int_equal(print("{\"rows\":[{\"id\":1,\"name\":\"long name\"},{\"id\":22,\"name\":\"b\"}]}"), PL_OK);
    assert_string_equal(printed, "id  name     \n1   long name\n22  b        \n");
}

static void puts_values_under_their_names_whatever_a_row_lacks(void **state)
{
    (void)state;
    assert_int_equal(
        print("{\"rows\":[{\"id\":1,\"reason\":\"vendor\",\"email\":\"a@b\"},{\"id\":2,\"email\":\"c@d\",\"end\":\"x\"},"
              "{\"email\":\"e@f\",\"id\":3}]}"),
        PL_OK);
    assert_string_equal(printed, "id  reason  email  end\n"
                                 "1   vendor  a@b       \n"
                                 "2           c@d    x  \n"
                                 "3           e@f       \n");
}

static void writes_a_table_of_many_names_as_lines(void **state)
{
    char json[1024] = "{\"rows\":[{";
    size_t used = strlen(json);
    int lines = 0;

    (void)state;
    for (int i = 0; i < 17; i++)
        used += (size_t)snprintf(json + used, sizeof json - used, "%s\"name%d\":%d", i ? "," : "", i, i);
    (void)snprintf(json + used, sizeof json - used, "},{\"name1\":\"second\"}]}");
    assert_int_equal(print(json), PL_OK);
    for (const char *c = printed; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 17 + 1 + 1);
    assert_non_null(strstr(printed, "name16                    16\n\nname1                     second\n"));
}

static void says_where_a_list_is_empty(void **state)
{
    (void)state;
    assert_int_equal(print("{\"rows\":[],\"has_more\":false,\"in\":{\"rows\":[]}}"), PL_OK);
    assert_string_equal(printed,
                        "rows                      none\nhas_more                  no\nrows                      none\n");
}

static void leaves_deeper_nesting_to_json(void **state)
{
    (void)state;
    assert_int_equal(print("{\"rows\":[{\"id\":1,\"deep\":{\"a\":1}}],\"texts\":[\"a\"]}"), PL_OK);
    assert_string_equal(printed, "id\n1 \n");
}

static void refuses_what_is_no_object(void **state)
{
    (void)state;
    assert_int_equal(print("[1]"), PL_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(prints_scalars_as_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prints_lists_as_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(puts_values_under_their_names_whatever_a_row_lacks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_a_table_of_many_names_as_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_where_a_list_is_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_deeper_nesting_to_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_object, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
