/* SPDX-License-Identifier: Apache-2.0
 *
 * The router: the exact paths, which the devices ask for, are found by a quick walk; patterns only after that.
 */
#include "http/router.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "api/path.h"

static const char *const names[METHOD_COUNT] = {
    [METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE"};

const char *router_method_name(method_t method)
{
    return names[method];
}

static bool has_method(const route_t *route, const char *method)
{
    if (route->method == METHOD_GET && strcmp(method, "HEAD") == 0)
        return true;
    return strcmp(method, names[route->method]) == 0;
}

static void describe(const bool known[METHOD_COUNT], char allow[ROUTER_ALLOW_SIZE])
{
    (void)snprintf(allow, ROUTER_ALLOW_SIZE, "%s%s%s%sOPTIONS", known[METHOD_GET] ? "GET, HEAD, " : "",
                   known[METHOD_POST] ? "POST, " : "", known[METHOD_PATCH] ? "PATCH, " : "",
                   known[METHOD_DELETE] ? "DELETE, " : "");
}

static const route_t *find_exact(const routes_t *routes, const char *method, const char *path)
{
    for (size_t i = 0; i < routes->count; i++)
        if (strcmp(routes->routes[i].path, path) == 0 && has_method(&routes->routes[i], method))
            return &routes->routes[i];
    return NULL;
}

pl_err router_find(const routes_t *routes, const char *method, const char *path, const route_t **route,
                   char allow[ROUTER_ALLOW_SIZE])
{
    bool known[METHOD_COUNT] = {false};
    bool is_known = false;

    if ((*route = find_exact(routes, method, path)))
        return PL_OK;
    for (size_t i = 0; i < routes->count; i++) {
        const route_t *candidate = &routes->routes[i];

        if (!path_fits(candidate->path, path))
            continue;
        if (has_method(candidate, method)) {
            *route = candidate;
            return PL_OK;
        }
        known[candidate->method] = is_known = true;
    }
    if (!is_known)
        return pl_fail(PL_ERR_NOT_FOUND, "there is nothing at this path");
    describe(known, allow);
    return pl_fail(PL_ERR_METHOD, "this path allows %s", allow);
}
