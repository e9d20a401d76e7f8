/* SPDX-License-Identifier: Apache-2.0
 *
 * The router: exact paths, a handful of them, so a walk through the table is the quickest search.
 */
#include "http/router.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool has_method(const route_t *route, const char *method)
{
    switch (route->method) {
    case METHOD_GET:
        return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    case METHOD_POST:
        return strcmp(method, "POST") == 0;
    case METHOD_COUNT:
        break;
    }
    return false;
}

static void describe(const bool known[METHOD_COUNT], char allow[ROUTER_ALLOW_SIZE])
{
    (void)snprintf(allow, ROUTER_ALLOW_SIZE, "%s%sOPTIONS", known[METHOD_GET] ? "GET, HEAD, " : "",
                   known[METHOD_POST] ? "POST, " : "");
}

pl_err router_find(const routes_t *routes, const char *method, const char *path, const route_t **route,
                   char allow[ROUTER_ALLOW_SIZE])
{
    bool known[METHOD_COUNT] = {false};
    bool is_known = false;

    for (size_t i = 0; i < routes->count; i++) {
        const route_t *candidate = &routes->routes[i];

        if (strcmp(candidate->path, path) != 0)
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
