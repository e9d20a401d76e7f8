/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/router.c
 */
#include "http/router.h"

#include "api/path.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const route_t table[] = {
    {METHOD_GET, "/a", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_POST, "/b", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_GET, "/c", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_POST, "/c", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_GET, "/d/{id}", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_DELETE, "/d/{id}", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_PATCH, "/d/{id}/e", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
    {METHOD_GET, "/d/list", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL},
};

static const routes_t routes = {table, sizeof table / sizeof *table};
static char allow[ROUTER_ALLOW_SIZE];

static pl_err find(const char *method, const char *path, const route_t **route)
{
    *route = NULL;
    return router_find(&routes, method, path, route, allow);
}

static void finds_by_method_and_path(void **state)
{
    const route_t *route;

    (void)state;
    assert_int_equal(find("GET", "/a", &route), PL_OK);
    assert_ptr_equal(route, &table[0]);
    assert_int_equal(find("POST", "/c", &route), PL_OK);
    assert_ptr_equal(route, &table[3]);
}

static void answers_head_with_the_route_of_get(void **state)
{
    const route_t *route;

    (void)state;
    assert_int_equal(find("HEAD", "/c", &route), PL_OK);
    assert_ptr_equal(route, &table[2]);
    assert_int_equal(find("HEAD", "/b", &route), PL_ERR_METHOD);
}

static void does_not_know_other_paths(void **state)
{
    static const char *const paths[] = {"", "/", "/A", "/a//", "/aa", "//a", "/d", "/d/", "/d//", "/d/x/f", "/d/x/e/f"};
    const route_t *route;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(find("GET", paths[i], &route), PL_ERR_NOT_FOUND);
}

static void finds_a_pattern_after_the_exact_paths(void **state)
{
    const route_t *route;

    (void)state;
    assert_int_equal(find("GET", "/d/list", &route), PL_OK);
    assert_ptr_equal(route, &table[7]);
    assert_int_equal(find("GET", "/d/17", &route), PL_OK);
    assert_ptr_equal(route, &table[4]);
    assert_int_equal(find("DELETE", "/d/list", &route), PL_OK);
    assert_ptr_equal(route, &table[5]);
    assert_int_equal(find("PATCH", "/d/17/e", &route), PL_OK);
    assert_ptr_equal(route, &table[6]);
    assert_int_equal(find("POST", "/d/17", &route), PL_ERR_METHOD);
    assert_string_equal(allow, "GET, HEAD, DELETE, OPTIONS");
}

static void does_not_count_one_slash_at_the_end(void **state)
{
    const route_t *route;

    (void)state;
    assert_int_equal(find("GET", "/a/", &route), PL_OK);
    assert_ptr_equal(route, &table[0]);
    assert_int_equal(find("PATCH", "/d/17/e/", &route), PL_OK);
    assert_ptr_equal(route, &table[6]);
}

static void reads_the_parameter_of_a_path(void **state)
{
    (void)state;
    assert_true(pl_span_is(path_parameter("/d/{id}/e", "/d/17/e", "id"), "17"));
    assert_true(pl_span_is(path_parameter("/d/{id}", "/d/17/", "id"), "17"));
    assert_int_equal(path_parameter("/d/{id}", "/d/17", "ix").size, 0);
    assert_int_equal(path_parameter("/d/{id}", "/d/17", "i").size, 0);
    assert_int_equal(path_parameter("/a", "/a", "id").size, 0);
}

static void says_which_methods_a_path_allows(void **state)
{
    const route_t *route;

    (void)state;
    assert_int_equal(find("POST", "/a", &route), PL_ERR_METHOD);
    assert_string_equal(allow, "GET, HEAD, OPTIONS");
    assert_int_equal(find("GET", "/b", &route), PL_ERR_METHOD);
    assert_string_equal(allow, "POST, OPTIONS");
    assert_int_equal(find("OPTIONS", "/c", &route), PL_ERR_METHOD);
    assert_string_equal(allow, "GET, HEAD, POST, OPTIONS");
    assert_int_equal(find("get", "/a", &route), PL_ERR_METHOD);
    assert_null(route);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_method_and_path),
        cmocka_unit_test(answers_head_with_the_route_of_get),
        cmocka_unit_test(does_not_know_other_paths),
        cmocka_unit_test(finds_a_pattern_after_the_exact_paths),
        cmocka_unit_test(does_not_count_one_slash_at_the_end),
        cmocka_unit_test(reads_the_parameter_of_a_path),
        cmocka_unit_test(says_which_methods_a_path_allows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
