/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of a product.
 */
#include "licensing/product_numbers.h"

#include "license/claims.h"
#include "license/license_key.h"
#include "license/session.h"
#include "licensing/trial.h"

#include <stddef.h>
#include <string.h>

enum {
    DAYS_MAX = 3660,
    YEARS_MAX_S = 10 * 366 * 86400,
    OFFLINE_RELEASES_MAX = 1000000,
};

#define POLICY(member) offsetof(product_t, policy.member)

const product_number_t product_numbers[PRODUCT_NUMBERS] = {
    {"seats", POLICY(seats), 1, SEATS_MAX, false},
    {"overage", POLICY(overage), 0, SEATS_MAX, true},
    {"free_after_days", POLICY(free_after_days), 0, DAYS_MAX, true},
    {"duration_days", POLICY(duration_days), 0, DAYS_MAX, false},
    {"check_in_s", POLICY(check_in_s), 0, YEARS_MAX_S, true},
    {"check_by_s", POLICY(check_by_s), 60, PL_LEASE_SECONDS_MAX, true},
    {"grace_s", POLICY(grace_s), 60, PL_LEASE_SECONDS_MAX, true},
    {"emergency_s", POLICY(emergency_s), 0, PL_EMERGENCY_SECONDS_MAX, true},
    {"slack_s", POLICY(slack_s), 0, YEARS_MAX_S, true},
    {"sessions", POLICY(sessions), 0, SEATS_MAX, true},
    {"session_lease_s", POLICY(session_lease_s), 3, PL_SESSION_LEASE_S_MAX, true},
    {"session_beat_s", POLICY(session_beat_s), 1, PL_SESSION_LEASE_S_MAX / 3, true},
    {"cooldown_s", POLICY(session_cooldown_s), 0, PL_SESSION_LEASE_S_MAX, true},
    {"offline_s", POLICY(offline_s), 0, PL_LEASE_SECONDS_MAX, true},
    {"offline_releases", POLICY(offline_releases), 0, OFFLINE_RELEASES_MAX, true},
    {"trial_days", POLICY(trial_days), 0, TRIAL_DAYS_MAX, false},
    {"key_group", offsetof(product_t, key_group), 1, PL_LICENSE_KEY_SYMBOLS, false},
};

const char *const product_takeover_words[] = {[TAKEOVER_NEVER] = "never", [TAKEOVER_IDLE] = "idle", [TAKEOVER_ANY] = "any", NULL};

const char *const product_basis_words[] = {[EXPIRY_NONE] = "none",
                                           [EXPIRY_CREATION] = "creation",
                                           [EXPIRY_FIRST_ACTIVATION] = "first_activation",
                                           [EXPIRY_DATE] = "date",
                                           NULL};
const char *const product_effect_words[] = {[EXPIRY_RESTRICTS] = "restrict", [EXPIRY_KEEPS] = "keep", NULL};

int64_t product_number(const product_t *product, const product_number_t *number)
{
    int64_t value;

    memcpy(&value, (const char *)product + number->at, sizeof(value));
    return value;
}

void product_set_number(product_t *product, const product_number_t *number, int64_t value)
{
    memcpy((char *)product + number->at, &value, sizeof(value));
}
