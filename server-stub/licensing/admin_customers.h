/* SPDX-License-Identifier: Apache-2.0
 *
 * What a vendor does with customers. Most are made where a license is issued; see admin_licenses.h.
 */
#ifndef LICENSING_ADMIN_CUSTOMERS_H
#define LICENSING_ADMIN_CUSTOMERS_H

#include "store/customers.h"

/* brand_id, email, name and metadata are read. PL_ERR_CONFLICT: there is one of that address. */
pl_err admin_customer_add(tx_t *tx, customer_t *customer);
/* From what it was, which the caller has read in this transaction. PL_ERR_CONFLICT as above. Equal ones: nothing is written. */
pl_err admin_customer_change(tx_t *tx, const customer_t *before, customer_t *customer);

#endif
