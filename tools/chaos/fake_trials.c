/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials in memory, by the rules of server-stub/licensing/trial.c.
 */
#include "chaos/fake_trials.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400 };

/* Something that no disk image carries must be the same. */
static bool is_same_device(const char *known_text, const char *seen_text)
{
    pl_fingerprint known, seen;
    pl_match match;

    if (pl_fingerprint_parse(pl_span_text(known_text), &known) || pl_fingerprint_parse(pl_span_text(seen_text), &seen))
        return false;
    match = pl_fingerprint_match(&known, &seen, PL_MATCH_TWO);
    for (unsigned i = 0; match.is_same && i < PL_COMPONENT_COUNT; i++)
        if ((match.matched & 1u << i) && pl_component_is_hardware((pl_component)i))
            return true;
    return false;
}

/* What the vendor thinks of the first license it thinks of trials too. */
static void begin(fake_validator *v, fake_license *trial, const char *fingerprint)
{
    unsigned number = (unsigned)(trial - v->licenses) - FAKE_LICENSES + 1;

    *trial = (fake_license){.key = trial->trial_key,
                            .license_id = trial->trial_id,
                            .plan = "trial",
                            .is_known = true,
                            .verdict = v->licenses[0].verdict,
                            .reason = v->licenses[0].reason,
                            .sequence = 1,
                            .seats = 1,
                            .expires_at = fake_validator_now(v) + v->trial_days * DAY_S};
    (void)snprintf(trial->trial_key, sizeof trial->trial_key, "CHAOS-TRIAL-%u", number);
    (void)snprintf(trial->trial_id, sizeof trial->trial_id, "018f4c1e-0000-7000-8000-00000000c1%02x", number);
    (void)snprintf(trial->trial_device, sizeof trial->trial_device, "%s", fingerprint);
}

static void seal_key(const fake_validator *v, const pl_device_request *request, fake_draft *draft, const char *license_key)
{
    uint8_t key[PL_DEVICE_PUBLIC_SIZE], secret[PL_DEVICE_SECRET_SIZE];

    memcpy(key, request->device_key, sizeof key);
    if (v->seals_to_another)
        pl_device_key_new(key, secret);
    fake_must(!pl_device_seal(key, pl_span_text(license_key), draft->trial.sealed_key), "the key is sealed");
    draft->trial.sealed_size = strlen(license_key) + PL_DEVICE_SEAL_OVERHEAD;
    draft->claims.trial = &draft->trial;
}

pl_err fake_trial_find(fake_validator *v, const pl_device_request *request, fake_draft *draft, fake_license **license)
{
    fake_license *found = NULL;

    *license = NULL;
    for (size_t i = FAKE_LICENSES; !found && i < FAKE_LICENSES_MAX; i++)
        if (v->licenses[i].key && is_same_device(v->licenses[i].trial_device, request->fingerprint))
            found = &v->licenses[i];
    if (!found && v->trial_days == 0) {
        draft->claims.verdict = PL_VERDICT_NOT_ACTIVATED;
        draft->claims.reason = PL_REASON_NO_TRIAL;
        return PL_OK;
    }
    for (size_t i = FAKE_LICENSES; !found && i < FAKE_LICENSES_MAX; i++)
        if (!v->licenses[i].key)
            begin(v, found = &v->licenses[i], request->fingerprint);
    if (!found)
        return pl_fail(PL_ERR_RATE_LIMITED, "%d trials are all that are kept here", (int)FAKE_TRIALS_MAX);
    seal_key(v, request, draft, found->key);
    *license = found;
    return PL_OK;
}
