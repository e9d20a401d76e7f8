/* SPDX-License-Identifier: Apache-2.0
 *
 * Editing licenses: seats, plan, entitlements, metadata, what is foreseen, and whose they are.
 */
#include "licensing/admin_licenses.h"

#include "licensing/changes.h"
#include "licensing/entitlement_text.h"
#include "licensing/event_json.h"
#include "licensing/judge.h"
#include "licensing/license_policy.h"

#include <inttypes.h>
#include <string.h>

/* ---- editing ---- */

static void compare(const license_t *before, const license_t *after, changes_t *changes)
{
    changes_number(changes, "max_seats", before->seats, after->seats);
    changes_text(changes, "plan", before->plan, after->plan);
    changes_json(changes, "entitlements", before->entitlements, after->entitlements);
    changes_json(changes, "policy", before->policy, after->policy);
    changes_time(changes, "suspend_at", before->suspend_at_ms, after->suspend_at_ms);
    changes_time(changes, "cancel_at", before->cancel_at_ms, after->cancel_at_ms);
}

static pl_err check_time(const char *name, int64_t before_ms, int64_t after_ms, int64_t now_ms)
{
    if (before_ms && before_ms <= now_ms && after_ms != before_ms)
        return pl_fail(PL_ERR_STATE, "%s has come, the license is suspended; resume it", name);
    if (after_ms && after_ms != before_ms && after_ms <= now_ms)
        return pl_fail(PL_ERR_INVALID, "%s is past already; suspend or cancel the license at once instead", name);
    return PL_OK;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* By the policy as it will be: a license may give up its overage. */
static pl_err check_seats(tx_t *tx, const license_view_t *before, const license_t *after)
{
    product_t product;
    int64_t room;
    pl_err err = license_policy_product(tx, after, &product);

    if (err)
        return err;
    room = license_room(after, &product.policy);

    if (after->seats < 0 || after->seats > SEATS_MAX)
        return pl_fail(PL_ERR_INVALID, "max_seats must be 1 to %d", (int)SEATS_MAX);
    if (before->seats_taken <= room || room >= license_room(&before->license, &before->product.policy))
        return PL_OK;
    return pl_fail(PL_ERR_STATE, "%" PRId64 " seats are in use and there would be %" PRId64 "; release some first",
                   before->seats_taken, license_seats(after, &product.policy));
}

static pl_err check(tx_t *tx, const license_view_t *before, const license_t *after, license_change change)
{
    license_status status;
    pl_entitlements set;
    pl_err err;

    if ((err = license_state_after(&before->license, tx->now_ms, change, &status)) || (err = check_seats(tx, before, after)) ||
        (err = check_time("suspend_at", before->license.suspend_at_ms, after->suspend_at_ms, tx->now_ms)) ||
        (err = check_time("cancel_at", before->license.cancel_at_ms, after->cancel_at_ms, tx->now_ms)))
        return err;
    if (!is_same(before->license.policy, after->policy) && (err = license_policy_check(tx, after, before->license.policy)))
        return err;
    err = entitlement_text_read(tx->arena, NULL, after->entitlements, &set);
    return err && err != PL_ERR_MEMORY ? PL_ERR_INVALID : err;
}

pl_err admin_license_edit(tx_t *tx, const keyring_t *keyring, const license_view_t *before, license_t *license)
{
    changes_t changes = {
        .action = AUDIT_LICENSE_CHANGED, .brand_id = license->brand_id, .target = license->id, .license_id = license->id};
    license_change change;
    pl_err err;

    compare(&before->license, license, &changes);
    change = changes.count ? LICENSE_EDIT : LICENSE_ANNOTATE;
    changes_personal(&changes, "metadata", before->license.metadata, license->metadata);
    if (!changes.count)
        return PL_OK;
    if ((err = check(tx, before, license, change)) || (err = licenses_change(tx, license)) ||
        (err = admin_license_try_document(tx, keyring, license)))
        return err;
    return changes_note(tx, &changes);
}

/* ---- another customer ---- */

static pl_err note_transfer(tx_t *tx, const license_t *was, const license_t *license)
{
    audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_LICENSE_TRANSFERRED, .target = license->id};
    char old_id[PL_UUID_TEXT_SIZE], new_id[PL_UUID_TEXT_SIZE];

    pl_uuid_format(was->customer_id, old_id);
    pl_uuid_format(license->customer_id, new_id);
    entry.metadata = pl_arena_format(tx->arena, "{\"from\":\"%s\",\"to\":\"%s\"}", old_id, new_id);
    if (!entry.metadata || event_license_change(tx->arena, was, license, &entry))
        return PL_ERR_MEMORY;
    return events_append(tx, &entry, license->id);
}

pl_err admin_license_transfer(tx_t *tx, license_t *license, customer_t *to)
{
    const license_t was = *license;
    license_status status;
    pl_err err = license_state_after(license, tx->now_ms, LICENSE_TRANSFER, &status);

    if (err)
        return err;
    if (!customers_email_is_valid(to->email))
        return pl_fail(PL_ERR_INVALID, "an e-mail address has the form name@domain and at most %d bytes",
                       (int)CUSTOMER_EMAIL_MAX);
    to->id = store_new_id(tx);
    to->brand_id = license->brand_id;
    if ((err = customers_ensure(tx, to)) || pl_uuid_equal(was.customer_id, to->id))
        return err;
    license->customer_id = to->id;
    if ((err = licenses_change(tx, license)))
        return err;
    return note_transfer(tx, &was, license);
}
