/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats that free themselves: where a product's policy says so, one that was not seen for some days gives way to who needs it.
 */
#ifndef LICENSING_SILENT_SEAT_H
#define LICENSING_SILENT_SEAT_H

#include "store/licenses.h"
#include "store/products.h"

/* Releases the seat that was silent for longest, of a device or an instance. PL_ERR_NOT_FOUND: none was silent long enough. */
pl_err silent_seat_free(tx_t *tx, const license_t *license, const product_policy_t *policy);

#endif
