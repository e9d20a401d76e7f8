/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims of a license, for every document that names one.
 */
#include "licensing/license_claims.h"

#include "licensing/judge.h"

enum { MS = 1000 };

void license_claims_name(pl_claims *claims, claims_texts_t *texts, const brand_keys_t *brand, pl_uuid token_id,
                         pl_uuid product_id)
{
    pl_uuid_format(token_id, texts->token_id);
    pl_uuid_format(product_id, texts->product_id);
    claims->issuer = brand->id_text;
    claims->token_id = texts->token_id;
    claims->product_id = texts->product_id;
}

void license_claims_describe(pl_claims *claims, claims_texts_t *texts, const license_t *license, const product_policy_t *policy,
                             const char *customer_name)
{
    pl_uuid_format(license->id, texts->license_id);
    claims->license_id = texts->license_id;
    claims->sequence = license->version;
    claims->expires_at = license_end_ms(license, policy) / MS;
    claims->plan = license->plan;
    claims->customer = customer_name;
}
