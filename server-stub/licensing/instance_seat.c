/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats by identifier.
 */
#include "licensing/instance_seat.h"

#include "base/timestamp.h"
#include "licensing/events.h"
#include "licensing/judge.h"
#include "licensing/license_term.h"
#include "licensing/silent_seat.h"

#include <string.h>

pl_err instance_seat_judge(const license_t *license, const product_policy_t *policy, int64_t now_ms)
{
    char begins[PL_TIMESTAMP_SIZE];
    pl_reason reason;

    switch ((int)judge_license(license, policy, now_ms, &reason)) {
    case PL_VERDICT_REVOKED:
        return pl_fail(PL_ERR_LICENSE_CANCELLED, "the license is cancelled");
    case PL_VERDICT_SUSPENDED:
        return pl_fail(PL_ERR_LICENSE_SUSPENDED, "the license is suspended");
    case PL_VERDICT_EXPIRED:
        return pl_fail(PL_ERR_LICENSE_EXPIRED, "the license has expired");
    case PL_VERDICT_NOT_ACTIVATED:
        pl_timestamp_format(license->starts_at_ms / 1000, begins);
        return pl_fail(PL_ERR_LICENSE_NOT_STARTED, "the license begins at %s", begins);
    default:
        return PL_OK;
    }
}

/* ---- finding ---- */

static pl_err find_in(tx_t *tx, const license_t *license, const seat_name_t *name, instance_seat_t *seat)
{
    instance_seat_t like = {.brand_id = license->brand_id, .license_id = license->id, .id = name->id};
    pl_err err = PL_ERR_NOT_FOUND;

    if (!pl_uuid_is_nil(name->id))
        return instance_seats_find_by_id(tx, &like, seat);
    for (size_t i = 0; err == PL_ERR_NOT_FOUND && i < name->count; i++) {
        like.kind = name->spellings[i].kind;
        like.identifier = name->spellings[i].text;
        err = instance_seats_find(tx, &like, seat);
    }
    return err;
}

/* Also tells which of the key's licenses it is a seat of. */
static pl_err find(tx_t *tx, const key_access_t *key, const seat_name_t *name, instance_seat_t *seat, const license_t **license)
{
    pl_err err = PL_ERR_NOT_FOUND;

    for (size_t i = 0; err == PL_ERR_NOT_FOUND && i < key->count; i++) {
        *license = &key->licenses[i];
        err = find_in(tx, *license, name, seat);
    }
    return err;
}

pl_err instance_seat_find(tx_t *tx, const key_access_t *key, const seat_name_t *name, instance_seat_t *seat)
{
    const license_t *license;
    pl_err err = find(tx, key, name, seat, &license);

    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_NO_ACTIVATION, "the license has no live activation of that name") : err;
}

pl_err instance_seat_check_in_alone(tx_t *tx, license_view_t *views, size_t count, instance_seat_t *seat)
{
    pl_err err;

    *seat = (instance_seat_t){.checked_at_ms = INT64_MAX};
    for (size_t i = 0; i < count; i++) {
        const instance_seat_t like = {.brand_id = views[i].license.brand_id, .license_id = views[i].license.id};
        instance_seat_t found;

        if (!views[i].check_in_by_ms || views[i].seats_taken != 1)
            continue;
        if ((err = instance_seats_find_any(tx, &like, &found)) == PL_ERR_NOT_FOUND)
            continue; /* it is a device's, which must ask itself */
        if (err)
            return err;
        license_view_check_in(&views[i]);
        if (found.checked_at_ms < seat->checked_at_ms)
            *seat = found;
    }
    return PL_OK;
}

/* ---- activating ---- */

/* A seat beyond the limit, of those that the policy tolerates, is told apart. */
static pl_err note(tx_t *tx, const seat_outcome_t *out, audit_action action)
{
    audit_t entry = {.brand_id = out->seat.brand_id, .action = action, .target = out->seat.id};
    bool is_over = action == AUDIT_ACTIVATED && out->view.seats_taken > out->view.seats;

    entry.metadata =
        pl_arena_format(tx->arena, "{\"kind\":\"%s\"%s}", seat_kind_text(out->seat.kind), is_over ? ",\"over_limit\":true" : "");
    return entry.metadata ? events_append(tx, &entry, out->seat.license_id) : PL_ERR_MEMORY;
}

/* Of several products the one where the instance has its seat already; failing that the product must be named. */
static pl_err choose(tx_t *tx, const key_access_t *key, const instance_identifier_t *identifier, const license_t **license)
{
    const seat_name_t name = {.spellings = identifier, .count = 1};
    instance_seat_t seat;
    pl_err err;

    if (key->count == 0)
        return pl_fail(PL_ERR_NO_LICENSE, "the license key opens no license of that product");
    *license = &key->licenses[0];
    if (key->count == 1)
        return PL_OK;
    err = find(tx, key, &name, &seat, license);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_INVALID, "product_slug: the license key opens several products, name one")
                                   : err;
}

/* Where all are taken, one that was silent for as long as the policy says gives way. */
static pl_err take_seat(tx_t *tx, seat_outcome_t *out, bool *taken)
{
    const license_t *license = &out->view.license;
    const product_policy_t *policy = &out->view.product.policy;
    int64_t room = license_room(license, policy);
    pl_err err = instance_seats_take(tx, &out->seat, room, taken);

    if (err || *taken)
        return err;
    if ((err = silent_seat_free(tx, license, policy)))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    return instance_seats_take(tx, &out->seat, room, taken);
}

static pl_err finish(tx_t *tx, seat_outcome_t *out)
{
    license_t *license = &out->view.license;
    pl_err err = activations_count_live(tx, license->brand_id, license->id, &out->view.seats_taken);

    license_view_check_in(&out->view);
    if (err || !out->is_new)
        return err;
    if ((err = note(tx, out, AUDIT_ACTIVATED)))
        return err;
    return license_term_begin(tx, license);
}

pl_err instance_seat_activate(tx_t *tx, const key_access_t *key, const instance_identifier_t *identifier, const char *metadata,
                              seat_outcome_t *out)
{
    const license_t *license;
    pl_uuid id = store_new_id(tx);
    bool taken = false;
    pl_err err;

    *out = (seat_outcome_t){.is_new = false};
    if ((err = choose(tx, key, identifier, &license)) || (err = admin_license_find(tx, key->brand_id, license->id, &out->view)) ||
        (err = instance_seat_judge(&out->view.license, &out->view.product.policy, tx->now_ms)))
        return err;
    out->seat = (instance_seat_t){.id = id,
                                  .brand_id = key->brand_id,
                                  .license_id = license->id,
                                  .kind = identifier->kind,
                                  .identifier = identifier->text,
                                  .metadata = metadata};
    if ((err = take_seat(tx, out, &taken)))
        return err;
    if (!taken)
        return pl_fail(PL_ERR_SEATS_TAKEN, "all seats of the license are taken");
    out->is_new = pl_uuid_equal(out->seat.id, id);
    return finish(tx, out);
}

/* ---- releasing ---- */

/* The license is found before its seat is looked at for good: where that locks it, nobody else releases meanwhile. */
pl_err instance_seat_release(tx_t *tx, const key_access_t *key, const seat_name_t *name, seat_outcome_t *out)
{
    seat_name_t by_id = {.count = 0};
    pl_err err;

    *out = (seat_outcome_t){.is_new = false};
    if ((err = instance_seat_find(tx, key, name, &out->seat)) ||
        (err = admin_license_find(tx, key->brand_id, out->seat.license_id, &out->view)))
        return err;
    by_id.id = out->seat.id;
    if ((err = find_in(tx, &out->view.license, &by_id, &out->seat)))
        return err;
    if (out->seat.released_at_ms)
        return PL_OK; /* asked again */
    if ((err = instance_seats_release(tx, &out->seat)))
        return err;
    out->seat.released_at_ms = tx->now_ms;
    out->view.seats_taken--;
    return note(tx, out, AUDIT_DEACTIVATED);
}
