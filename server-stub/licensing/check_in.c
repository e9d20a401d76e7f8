/* SPDX-License-Identifier: Apache-2.0
 *
 * When a license must check in. Who looks for those that did not is check_in_watch.c.
 */
#include "licensing/check_in.h"

#include "store/activations.h"

enum { MS = 1000 };

pl_err check_in_by(tx_t *tx, const license_t *license, const product_policy_t *policy, int64_t *by_ms)
{
    int64_t seen_ms = 0;
    pl_err err = PL_OK;

    *by_ms = 0;
    if (policy->check_in_s)
        err = activations_last_seen(tx, license->brand_id, license->id, &seen_ms);
    if (!err && seen_ms)
        *by_ms = seen_ms + policy->check_in_s * MS;
    return err;
}
