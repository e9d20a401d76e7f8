/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator (now: the command line; later: the brand API) does with brands, products and API keys. All run inside the caller's
 * transaction and write the audit in it. Licenses: admin_licenses.h; signing keys: admin_keys.h.
 */
#ifndef LICENSING_ADMIN_H
#define LICENSING_ADMIN_H

#include "licensing/keys.h"
#include "store/brands.h"
#include "store/products.h"

/* The documented defaults of a product's policy. */
product_policy_t admin_default_policy(void);
/* Whether its rules fit each other: PL_ERR_INVALID. */
pl_err admin_policy_check(const product_policy_t *policy);
/* Lower-case letters, digits and '-', 1 to 64, first and last no '-'. */
bool admin_slug_is_valid(const char *slug);
pl_err admin_check_names(const char *slug, const char *name); /* PL_ERR_INVALID */

typedef struct {
    brand_t brand;
    const char *root_key_file; /* written by admin_brand_add into its directory */
    const char *reserve_key_file;
    const char *root_public_jwks;
    const char *api_key; /* shown once */
} brand_made_t;

typedef struct {
    const char *slug;
    const char *name;
    const char *directory; /* where the two root key files go (0600) */
    pl_alg alg;            /* PL_ALG_NONE: EdDSA */
} brand_order_t;

/* Brand, two roots, first keyset with one license and one answer key, first API key. PL_ERR_INVALID, PL_ERR_CONFLICT. */
pl_err admin_brand_add(tx_t *tx, const keyring_t *keyring, const brand_order_t *order, brand_made_t *made);

/* After a commit that failed: removes the files that admin_brand_add wrote. */
void admin_brand_undo(const brand_made_t *made);

/* product: slug, name, policy, entitlements, key_prefix and key_group (0: default) are read; id and the rest are filled in. */
pl_err admin_product_add(tx_t *tx, pl_uuid brand_id, product_t *product);
/* From what it was, which the caller has read in this transaction. PL_ERR_INVALID. Equal ones: nothing is written. */
pl_err admin_product_change(tx_t *tx, const product_t *before, product_t *product);

/* Lists and look-ups are those of the store: brands_list, products_list, brands_find_by_slug, products_find_by_slug. */

#endif
