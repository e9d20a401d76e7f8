/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats that free themselves.
 */
#include "licensing/silent_seat.h"

#include "licensing/events.h"
#include "licensing/judge.h"
#include "store/activation_pages.h"
#include "store/activations.h"
#include "store/sessions.h"

static const int64_t DAY_MS = INT64_C(86400000);

/* A minute more: what is told until the next sighting is written down is in it. */
int64_t silent_seat_told_until_ms(const product_policy_t *policy, int64_t now_ms)
{
    return now_ms + (policy->grace_s + policy->emergency_s) * 1000 + SIGHTING_AFTER_MS;
}

void silent_seat_see(outcome_t *out, int64_t now_ms)
{
    activation_t *activation = &out->activation;
    int64_t told_until_ms = out->verdict == PL_VERDICT_ACTIVE ? silent_seat_told_until_ms(&out->product.policy, now_ms) : 0;

    out->validated_before_ms = activation->validated_at_ms;
    out->is_sighting = now_ms - activation->validated_at_ms >= SIGHTING_AFTER_MS ||
                       told_until_ms - SIGHTING_AFTER_MS > activation->told_until_ms;
    if (activation->told_until_ms < told_until_ms)
        activation->told_until_ms = told_until_ms;
}

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
