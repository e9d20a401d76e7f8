/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing licenses and seats: suspend, resume, cancel, reactivate, renew, release. Other members: admin_license_edit.c.
 */
#include "licensing/admin_licenses.h"

#include "base/text.h"
#include "licensing/event_json.h"
#include "licensing/license_policy.h"
#include "licensing/revocations.h"
#include "store/sessions.h"
#include "store/trials.h"

#include <string.h>

static pl_err write_change(tx_t *tx, license_t *license, audit_action action, const char *metadata)
{
    audit_t entry = {.brand_id = license->brand_id, .action = action, .target = license->id, .metadata = metadata};
    license_t before;
    pl_err err;

    if (action != AUDIT_LICENSE_RENEWED)
        entry.note = license->status_reason;

    if ((err = licenses_find(tx, license->brand_id, license->id, &before)) ||
        (err = event_license_change(tx->arena, &before, license, &entry)) || (err = licenses_change(tx, license)))
        return err;
    return events_append(tx, &entry, license->id);
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static pl_err set_status(tx_t *tx, license_t *license, license_status status, const license_cause_t *cause)
{
    const pl_reason reason = cause->reason;
    bool is_reactivation = license_status_at(license, tx->now_ms) == LICENSE_CANCELLED;
    const audit_action actions[] = {[LICENSE_ACTIVE] = is_reactivation ? AUDIT_LICENSE_REACTIVATED : AUDIT_LICENSE_RESUMED,
                                    [LICENSE_SUSPENDED] = AUDIT_LICENSE_SUSPENDED,
                                    [LICENSE_CANCELLED] = AUDIT_LICENSE_CANCELLED};
    const license_t before = *license;
    const char *metadata = NULL;

    license_settle(license, tx->now_ms, status);
    license->status = status;
    license->reason = reason;
    if (before.status == status && before.reason == reason && license_stop_ms(&before) == license_stop_ms(license) &&
        (status == LICENSE_ACTIVE || !cause->words || is_same(before.status_reason, cause->words)))
        return PL_OK; /* asked again */
    license->status_reason = cause->words;
    if (reason != PL_REASON_NONE && !(metadata = pl_arena_format(tx->arena, "{\"reason\":\"%s\"}", pl_reason_text(reason))))
        return PL_ERR_MEMORY;
    return write_change(tx, license, actions[status], metadata);
}

static pl_err check_words(const char *words)
{
    if (words && (!words[0] || strlen(words) > LICENSE_REASON_MAX || !pl_text_is_clean(words)))
        return pl_fail(PL_ERR_INVALID, "a reason has 1 to %d bytes of UTF-8, none of them control characters",
                       (int)LICENSE_REASON_MAX);
    return PL_OK;
}

pl_err admin_license_change(tx_t *tx, license_t *license, license_change change, const license_cause_t *cause)
{
    license_cause_t why = cause ? *cause : (license_cause_t){PL_REASON_NONE, NULL};
    license_status status;
    pl_err err;

    if ((err = license_state_after(license, tx->now_ms, change, &status)) || (err = check_words(why.words)))
        return err;
    if (change == LICENSE_CANCEL && license->status == LICENSE_CANCELLED)
        return PL_OK; /* for the reason it was cancelled for */
    if (status == LICENSE_ACTIVE)
        why.reason = PL_REASON_NONE;
    else if (!why.reason)
        why.reason = PL_REASON_VENDOR;
    return set_status(tx, license, status, &why);
}

pl_err admin_license_reactivate(tx_t *tx, const keyring_t *keyring, license_t *license, const license_cause_t *cause)
{
    bool was_cancelled = license_status_at(license, tx->now_ms) == LICENSE_CANCELLED;
    pl_err err = admin_license_change(tx, license, LICENSE_REACTIVATE, cause);

    return err || !was_cancelled ? err : revocations_follow(tx, keyring, license->brand_id);
}

static pl_err renew(tx_t *tx, license_t *license, int64_t expires_at_ms)
{
    license_status status;
    product_t product;
    pl_err err;

    if ((err = license_state_after(license, tx->now_ms, LICENSE_RENEW, &status)) ||
        (err = license_policy_product(tx, license, &product)))
        return err;
    if (expires_at_ms && expires_at_ms <= tx->now_ms)
        return pl_fail(PL_ERR_INVALID, "the new end is past already");
    license->expires_at_ms = expires_at_ms;
    license->duration_days = 0;
    if (!expires_at_ms)
        license->renews = false;
    if ((err = admin_license_check_end(license, &product.policy)))
        return err;
    return write_change(tx, license, AUDIT_LICENSE_RENEWED, NULL);
}

pl_err admin_license_renew(tx_t *tx, license_t *license, int64_t expires_at_ms)
{
    pl_err err = renew(tx, license, expires_at_ms);

    return err ? err : trials_sell(tx, license->brand_id, license->product_id, license->id);
}

pl_err admin_trial_extend(tx_t *tx, license_t *license, int64_t expires_at_ms)
{
    trial_t trial = {.brand_id = license->brand_id, .product_id = license->product_id, .license_id = license->id};
    pl_err err = trials_find(tx, &trial);

    if (err == PL_ERR_NOT_FOUND || (!err && trial.sold_at_ms))
        return pl_fail(PL_ERR_STATE, "the license is no trial%s", err ? "" : " any more");
    if (err || !expires_at_ms)
        return err ? err : pl_fail(PL_ERR_INVALID, "a trial has an end");
    return renew(tx, license, expires_at_ms);
}

pl_err admin_activation_release(tx_t *tx, const license_t *license, pl_uuid activation_id)
{
    const audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_RELEASED, .target = activation_id};
    const activation_t activation = {.id = activation_id, .brand_id = license->brand_id, .license_id = license->id};
    pl_err err = activations_take_away(tx, &activation);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the license has no live activation of that id");
    if (!err)
        err = sessions_end_of(tx, license->brand_id, license->id, activation_id);
    return err ? err : events_append(tx, &entry, license->id);
}

pl_err admin_session_end(tx_t *tx, const license_t *license, pl_uuid session_id, session_t *session)
{
    audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_SESSION_ENDED};
    char id[PL_UUID_TEXT_SIZE];
    pl_err err = sessions_find(tx, license->brand_id, session_id, session);

    if (err == PL_ERR_NOT_FOUND || (!err && !pl_uuid_equal(session->license_id, license->id)))
        return pl_fail(PL_ERR_NOT_FOUND, "the license has no session of that id");
    if (err || session->ended_at_ms)
        return err;
    session->ended_by = (pl_uuid){{0}};
    session->reason = NULL;
    entry.target = session->activation_id;
    pl_uuid_format(session->id, id);
    if (!(entry.metadata = pl_arena_format(tx->arena, "{\"session_id\":\"%s\"}", id)))
        return PL_ERR_MEMORY;
    if ((err = sessions_end(tx, session)))
        return err;
    session->ended_at_ms = tx->now_ms;
    return events_append(tx, &entry, license->id);
}
