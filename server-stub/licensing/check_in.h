/* SPDX-License-Identifier: Apache-2.0
 *
 * Licenses that must be validated online every so often (check_in_s of their policy). The clock of a license is the last validation by any
 * of its live seats; one without seats is not waited for. That one is overdue is computed when somebody looks, like its end; it shows in the
 * vendor's views and in what products are told of a key. A device or instance that asks is never refused for it: to ask is to check in.
 */
#ifndef LICENSING_CHECK_IN_H
#define LICENSING_CHECK_IN_H

#include "licensing/license_policy.h"

enum { CHECK_IN_LEAST_S = 3600 /* the times of validations are stored a minute exact */ };

/* Until when it must be validated, Unix ms; 0: it need not be. policy: the license's. */
pl_err check_in_by(tx_t *tx, const license_t *license, const product_policy_t *policy, int64_t *by_ms);

#endif
