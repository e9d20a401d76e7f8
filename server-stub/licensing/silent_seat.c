/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats that free themselves.
 */
#include "licensing/silent_seat.h"

#include "licensing/events.h"
#include "store/activation_pages.h"
#include "store/activations.h"
#include "store/sessions.h"

static const int64_t DAY_MS = INT64_C(86400000);

pl_err silent_seat_free(tx_t *tx, const license_t *license, const product_policy_t *policy)
{
    const int64_t silence_ms = policy->free_after_days * DAY_MS;
    activation_row_t silent = {.brand_id = license->brand_id, .license_id = license->id};
    activation_t activation = {.brand_id = license->brand_id, .license_id = license->id};
    audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_ACTIVATION_FREED, .metadata = "{\"reason\":\"silent\"}"};
    pl_err err = silence_ms ? activation_pages_find_silent(tx, tx->now_ms - silence_ms, &silent) : PL_ERR_NOT_FOUND;

    if (err)
        return err;
    activation.id = entry.target = silent.id;
    if ((err = activations_release(tx, &activation)) ||
        (err = sessions_end_of(tx, activation.brand_id, activation.license_id, activation.id)))
        return err;
    return events_append(tx, &entry, license->id);
}
