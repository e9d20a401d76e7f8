/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/router.c
 */
#include "http/router.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const route_t table[] = {
    {METHOD_GET, "/a", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL},
    {METHOD_POST, "/b", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL},
    {METHOD_GET, "/c", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL},
    {METHOD_POST, "/c", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL},
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
    static const char *const paths[] = {"", "/", "/A", "/a/", "/aa", "//a"};
    const route_t *route;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(find("GET", paths[i], &route), PL_ERR_NOT_FOUND);
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
        cmocka_unit_test(says_which_methods_a_path_allows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
