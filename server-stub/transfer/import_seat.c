/* SPDX-License-Identifier: Apache-2.0
 *
 * One imported seat of a product without the library, told by URL, host name or machine id. Seats of devices are bound to hardware that
 * no other system knew: they are not imported.
 */
#include "licensing/instance_identifier.h"
#include "licensing/judge.h"
#include "licensing/license_term.h"
#include "store/audit.h"
#include "store/instance_seats.h"
#include "transfer/import.h"

static pl_err read_identifier(const import_row_t *row, instance_identifier_t *identifier)
{
    seat_kind kind = row->kind ? instance_kind_parse(row->kind) : SEAT_DEVICE;

    if (!row->kind)
        return instance_identifier_guess(row->instance, identifier);
    if (kind == SEAT_DEVICE)
        return pl_fail(PL_ERR_INVALID, "kind is \"%.40s\"; url, hostname or machine_id is needed", row->kind);
    return instance_identifier_read(kind, row->instance, identifier);
}

static pl_err note(tx_t *tx, const instance_seat_t *seat)
{
    audit_t entry = {.brand_id = seat->brand_id, .action = AUDIT_ACTIVATED, .target = seat->id};

    entry.metadata = pl_arena_format(tx->arena, "{\"kind\":\"%s\"}", seat_kind_text(seat->kind));
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

/* Whatever the license is worth: who had a seat keeps it, also of a license that is suspended. */
pl_err import_seat(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome)
{
    instance_identifier_t identifier;
    license_view_t view;
    license_t license;
    instance_seat_t seat;
    pl_uuid id = store_new_id(tx);
    bool taken = false;
    pl_err err = import_find_license(tx, place, row, &view.product, &license);

    if (err)
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "no license of that key and product is here; import those first") : err;
    if ((err = read_identifier(row, &identifier)) || (err = admin_license_find(tx, license.brand_id, license.id, &view)))
        return err;
    seat = (instance_seat_t){
        .id = id, .brand_id = license.brand_id, .license_id = license.id, .kind = identifier.kind, .identifier = identifier.text};
    if ((err = instance_seats_take(tx, &seat, license_room(&view.license, &view.product.policy), &taken)))
        return err;
    if (!taken)
        return pl_fail(PL_ERR_STATE, "all %lld seats of the license are taken", (long long)view.seats);
    *outcome = pl_uuid_equal(seat.id, id) ? ROW_ADDED : ROW_SAME;
    if (*outcome == ROW_ADDED && (err = note(tx, &seat)))
        return err;
    return license_term_begin(tx, &view.license);
}
