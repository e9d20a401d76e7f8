/* SPDX-License-Identifier: Apache-2.0
 *
 * The routes that look across brands.
 */
#ifndef POSPAL_API_ECOSYSTEM_H
#define POSPAL_API_ECOSYSTEM_H

#include "api/endpoint.h"

extern const endpoint_t ecosystem_brands_list;
extern const endpoint_t ecosystem_customers_list;
extern const endpoint_t ecosystem_licenses_list;

#endif
