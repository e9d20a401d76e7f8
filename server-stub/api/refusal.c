/* SPDX-License-Identifier: Apache-2.0
 *
 * The families of paths and their shapes.
 */
#include "api/refusal.h"

#include "api/pospal_shape.h"

#include <string.h>

/* The first that fits. */
static const refusal_shape_t shapes[] = {
    {"/api/v1/brand/licenses/provision", "PRODUCT_NOT_FOUND", "CONFLICT", refusal_extend_error, NULL, "Bearer", false},
    {"/api/v1/brand/licenses", "LICENSE_NOT_FOUND", "INVALID_LICENSE_STATUS", refusal_extend_error, NULL, "Bearer", false},
    {"/api/v1/brand/", "NOT_FOUND", "CONFLICT", refusal_extend_error, NULL, "Bearer", false},
    {"/api/v1/product/", "NOT_FOUND", "CONFLICT", refusal_extend_error, NULL, "Bearer", false},
    {"/api/v1/licenses", NULL, NULL, NULL, refusal_put_envelope, "X-API-KEY", false},
    {"/api/v1/auth/", NULL, NULL, NULL, refusal_put_envelope, "X-API-KEY", false},
    {"", NULL, NULL, NULL, NULL, NULL, false},
};

static const refusal_shape_t pospal = {"/", NULL, NULL, NULL, refusal_put_pospal, NULL, true};

const refusal_shape_t *refusal_shape_pospal(void)
{
    return &pospal;
}

const refusal_shape_t *refusal_shape_of(const char *path)
{
    const refusal_shape_t *shape = shapes;
    pospal_shape any;

    if (path && pospal_shape_of(path, &any))
        return &pospal;

    while (strncmp(path ? path : "", shape->prefix, strlen(shape->prefix)) != 0)
        shape++;
    return shape;
}

const char *refusal_message(const refusal_t *refusal)
{
    return refusal->detail ? refusal->detail : pl_err_sentence(refusal->err);
}
