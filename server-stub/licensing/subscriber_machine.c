/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking the seat, and telling of it.
 */
#include "licensing/subscriber_machine.h"

#include "licensing/events.h"
#include "licensing/judge.h"
#include "licensing/license_term.h"
#include "licensing/mail.h"

#include <stdio.h>
#include <string.h>

void machine_hash(const char *fingerprint, char text[MACHINE_HASH_TEXT_SIZE])
{
    uint8_t digest[PL_DIGEST_SIZE];

    pl_digest(pl_span_text(fingerprint), digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static instance_seat_t seat_like(const subscriber_t *subscriber, const char *hash)
{
    return (instance_seat_t){.brand_id = subscriber->license.brand_id,
                             .license_id = subscriber->license.id,
                             .kind = SEAT_MACHINE_ID,
                             .identifier = hash};
}

/* Of several the one that was silent for longest. PL_ERR_NOT_FOUND: the license has no machine. */
static pl_err find_before(tx_t *tx, const subscriber_t *subscriber, activation_t *before)
{
    const activation_t *found = NULL;
    activation_t *live;
    size_t count;
    pl_err err = activations_list_live(tx, subscriber->license.brand_id, subscriber->license.id, &live, &count);

    for (size_t i = 0; !err && i < count; i++)
        if (live[i].kind == SEAT_MACHINE_ID && (!found || live[i].validated_at_ms < found->validated_at_ms))
            found = &live[i];
    if (!err && found)
        *before = *found;
    return err ? err : found ? PL_OK : PL_ERR_NOT_FOUND;
}

/* ---- telling ---- */

static pl_err note(tx_t *tx, const subscriber_t *subscriber, pl_uuid target, audit_action action)
{
    const audit_t entry = {
        .brand_id = subscriber->license.brand_id, .action = action, .target = target, .metadata = "{\"kind\":\"machine_id\"}"};

    return events_append(tx, &entry, subscriber->license.id);
}

static pl_err note_switch(tx_t *tx, const subscriber_t *subscriber, const activation_t *before, const instance_seat_t *seat)
{
    audit_t entry = {.brand_id = seat->brand_id, .action = AUDIT_MACHINE_SWITCHED, .target = seat->id};
    char from[PL_UUID_TEXT_SIZE];
    pl_err err;

    pl_uuid_format(before->id, from);
    if (!(entry.metadata = pl_arena_format(tx->arena, "{\"from\":\"%s\"}", from)))
        return PL_ERR_MEMORY;
    if ((err = note(tx, subscriber, before->id, AUDIT_DEACTIVATED)))
        return err;
    return audit_append(tx, &entry);
}

/* Once for each switch: the seat is a new one each time. */
static pl_err mail_switch(tx_t *tx, const subscriber_t *subscriber, const machine_t *machine, pl_uuid seat_id)
{
    char purpose[PL_UUID_TEXT_SIZE];
    char at[24];
    const mail_value_t values[] = {{"device_name", machine->hostname}, {"happened_at", at}};
    const mail_order_t order = {.brand_id = subscriber->license.brand_id,
                                .template = MAIL_MACHINE_SWITCHED,
                                .purpose = purpose,
                                .recipient = subscriber->customer.email,
                                .customer_id = subscriber->customer.id,
                                .license_id = subscriber->license.id,
                                .values = values,
                                .count = sizeof(values) / sizeof(values[0])};

    pl_uuid_format(seat_id, purpose);
    (void)snprintf(at, sizeof(at), "%lld", (long long)tx->now_ms);
    return mail_order(tx, machine->keyring, &order, NULL);
}

/* ---- taking ---- */

static pl_err take(tx_t *tx, const subscriber_t *subscriber, instance_seat_t *seat, bool *taken)
{
    license_t license = subscriber->license;
    pl_uuid id = seat->id;
    pl_err err = instance_seats_take(tx, seat, license_room(&license, &subscriber->product.policy), taken);

    if (err || !*taken || !pl_uuid_equal(seat->id, id))
        return err;
    if ((err = note(tx, subscriber, seat->id, AUDIT_ACTIVATED)))
        return err;
    return license_term_begin(tx, &license);
}

static pl_err replace(tx_t *tx, const subscriber_t *subscriber, const machine_t *machine, instance_seat_t *seat,
                      machine_change *change)
{
    activation_t before;
    instance_seat_t old;
    bool taken;
    pl_err err = find_before(tx, subscriber, &before);

    *change = MACHINE_WAITS;
    if (err) {
        seat->id = (pl_uuid){{0}};
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    }
    old = (instance_seat_t){.id = before.id, .brand_id = before.brand_id, .license_id = before.license_id};
    if ((err = instance_seats_release(tx, &old)) || (err = take(tx, subscriber, seat, &taken)))
        return err;
    if (!taken)
        return pl_fail(PL_ERR_STATE, "more seats of the license are taken than it has");
    *change = MACHINE_CHANGED;
    if ((err = note_switch(tx, subscriber, &before, seat)))
        return err;
    return mail_switch(tx, subscriber, machine, seat->id);
}

pl_err machine_take(tx_t *tx, const subscriber_t *subscriber, const machine_t *machine, instance_seat_t *seat,
                    machine_change *change)
{
    char *hash = pl_arena_take(tx->arena, MACHINE_HASH_TEXT_SIZE);
    pl_uuid id = store_new_id(tx);
    bool taken;
    pl_err err;

    if (!hash)
        return PL_ERR_MEMORY;
    machine_hash(machine->fingerprint, hash);
    *seat = seat_like(subscriber, hash);
    seat->id = id;
    seat->metadata = machine->device;
    if ((err = take(tx, subscriber, seat, &taken)))
        return err;
    if (!taken)
        return replace(tx, subscriber, machine, seat, change);
    *change = pl_uuid_equal(seat->id, id) ? MACHINE_FIRST : MACHINE_SAME;
    return PL_OK;
}
