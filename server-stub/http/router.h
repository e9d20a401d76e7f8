/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the route of a request in the table.
 */
#ifndef POSPAL_HTTP_ROUTER_H
#define POSPAL_HTTP_ROUTER_H

#include <stddef.h>

#include "api/endpoint.h"

typedef struct {
    const route_t *routes;
    size_t count;
} routes_t;

const char *router_method_name(method_t method);

enum { ROUTER_ALLOW_SIZE = 48 };

/*
 * PL_OK and the route; PL_ERR_NOT_FOUND for an unknown path; PL_ERR_METHOD, with *allow filled, for a path that has no such method.
 * HEAD finds GET's route. OPTIONS of a known path is PL_ERR_METHOD too: the caller answers it from *allow.
 */
pl_err router_find(const routes_t *routes, const char *method, const char *path, const route_t **route,
                   char allow[ROUTER_ALLOW_SIZE]);

#endif
