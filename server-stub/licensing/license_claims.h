/* SPDX-License-Identifier: Apache-2.0
 *
 * What an answer and a license file say alike: whose document it is, and of which license. The rest is in answer.c, license_document.c.
 */
#ifndef LICENSING_LICENSE_CLAIMS_H
#define LICENSING_LICENSE_CLAIMS_H

#include "license/claims.h"
#include "licensing/keys.h"
#include "store/licenses.h"
#include "store/products.h"

/* Texts that claims borrow while they are signed. */
typedef struct {
    char token_id[PL_UUID_TEXT_SIZE];
    char license_id[PL_UUID_TEXT_SIZE];
    char product_id[PL_UUID_TEXT_SIZE];
    char activation_id[PL_UUID_TEXT_SIZE];
} claims_texts_t;

/* Issuer, the document's id and the product's: zeros for a product that the brand does not have. */
void license_claims_name(pl_claims *claims, claims_texts_t *texts, const brand_keys_t *brand, pl_uuid token_id,
                         pl_uuid product_id);
/* The license's id, version, end and plan, and the customer's name (NULL: none). */
void license_claims_describe(pl_claims *claims, claims_texts_t *texts, const license_t *license, const product_policy_t *policy,
                             const char *customer_name);

#endif
