/* SPDX-License-Identifier: Apache-2.0
 *
 * Which brand and product the routes of another system's shape serve, by the name that the request's Host says.
 */
#ifndef STORE_FACADES_H
#define STORE_FACADES_H

#include "store/store.h"

enum { FACADE_HOST_MAX = 255, FACADES_MAX = 1000 };

typedef struct {
    const char *host; /* lower case, with or without a port; "*": any */
    pl_uuid brand_id;
    pl_uuid product_id;
    int64_t created_at_ms;
} facade_t;

pl_err facades_bind(tx_t *tx, const facade_t *facade);   /* in place of what the host was bound to */
pl_err facades_unbind(tx_t *tx, const facade_t *facade); /* by its host. PL_ERR_NOT_FOUND */
/* By host, "*" first; at most FACADES_MAX. */
pl_err facades_list(tx_t *tx, facade_t **facades, size_t *count);

#endif
