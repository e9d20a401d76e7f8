/* SPDX-License-Identifier: Apache-2.0
 *
 * Provisioning: one license key for a customer, and a license of each product that it is to open. All or nothing: it runs inside the
 * caller's transaction.
 */
#ifndef LICENSING_PROVISION_H
#define LICENSING_PROVISION_H

#include "licensing/admin_licenses.h"

enum { PROVISION_PRODUCTS_MAX = 50 };

typedef struct {
    license_order_t terms;       /* of each license; product is ignored */
    const char *const *products; /* ids or slugs, 1 to PROVISION_PRODUCTS_MAX */
    size_t count;
} provision_t;

typedef struct {
    const char *key; /* the license key, in full */
    license_view_t *licenses;
    size_t count;
} provisioned_t;

/* PL_ERR_NOT_FOUND (a product), PL_ERR_INVALID, PL_ERR_CONFLICT (the given key has a license of the product). */
pl_err provision(tx_t *tx, const keyring_t *keyring, const provision_t *order, provisioned_t *out);

#endif
