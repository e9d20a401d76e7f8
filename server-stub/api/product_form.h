/* SPDX-License-Identifier: Apache-2.0
 *
 * A product as the vendor's API reads and writes it.
 */
#ifndef POSPAL_API_PRODUCT_FORM_H
#define POSPAL_API_PRODUCT_FORM_H

#include "api/brand.h"
#include "licensing/product_numbers.h"

/* What was given. A product is known in the transaction only, so what is given is laid over it there. */
typedef struct {
    product_t given;
    bool has_number[PRODUCT_NUMBERS];
    bool has_match, has_takeover, has_basis, has_effect, has_expiry_date, has_entitlements, has_trial_entitlements;
} product_form_t;

/* All members but the slug; need: of the name. */
void product_form_read(form_t *form, form_need need, product_form_t *read);
void product_form_apply(const product_form_t *read, product_t *product);
void product_put(pl_json_writer *json, const product_t *product);

#endif
