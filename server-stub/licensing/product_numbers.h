/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of a product by name, with their bounds, and the words of its rules: written down once for the forms that are read, the replies that are written, the
 * checks and the audit. What one number demands of another is in admin_products.c.
 */
#ifndef LICENSING_PRODUCT_NUMBERS_H
#define LICENSING_PRODUCT_NUMBERS_H

#include "store/products.h"

typedef struct {
    const char *name;
    size_t at; /* of an int64_t in a product_t */
    int64_t min;
    int64_t max;
    bool is_license_s; /* a license may have it otherwise; see license_policy.h */
} product_number_t;

enum { PRODUCT_NUMBERS = 17 };

extern const product_number_t product_numbers[PRODUCT_NUMBERS];

/* The words of rules, NULL-terminated. */
extern const char *const product_takeover_words[];
extern const char *const product_basis_words[];
extern const char *const product_effect_words[];

int64_t product_number(const product_t *product, const product_number_t *number);
void product_set_number(product_t *product, const product_number_t *number, int64_t value);

#endif
