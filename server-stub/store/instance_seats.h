/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats told by an identifier: a product's URL, host name or machine id, in the one spelling that licensing/instance_identifier.h makes.
 * They lie in the activation table and count there with the devices' seats; a license has one live seat of an identifier at most.
 */
#ifndef STORE_INSTANCE_SEATS_H
#define STORE_INSTANCE_SEATS_H

#include "store/activations.h"

enum { INSTANCE_METADATA_MAX = 4096 };

typedef struct {
    pl_uuid id;
    pl_uuid brand_id;
    pl_uuid license_id;
    seat_kind kind; /* never SEAT_DEVICE */
    const char *identifier;
    const char *metadata; /* a JSON object; NULL: none */
    int64_t activated_at_ms;
    int64_t checked_at_ms;
    int64_t released_at_ms; /* 0: live */
} instance_seat_t;

/*
 * Takes a seat under seat->id if fewer than seats are taken, or finds the live one of the same kind and identifier, whose metadata are
 * replaced where seat has some, and writes it into seat: its id tells which of the two. *taken: false, there is no seat left. One
 * statement, so that two can neither take the last seat nor one twice.
 */
pl_err instance_seats_take(tx_t *tx, instance_seat_t *seat, int64_t seats, bool *taken);
/* The live one of brand, license, kind and identifier of like. PL_ERR_NOT_FOUND. */
pl_err instance_seats_find(tx_t *tx, const instance_seat_t *like, instance_seat_t *seat);
/* A live one of brand and license of like. PL_ERR_NOT_FOUND. */
pl_err instance_seats_find_any(tx_t *tx, const instance_seat_t *like, instance_seat_t *seat);
/* Live or not. PL_ERR_NOT_FOUND; also for the seat of a device. */
pl_err instance_seats_find_by_id(tx_t *tx, const instance_seat_t *like, instance_seat_t *seat);
pl_err instance_seats_release(tx_t *tx, const instance_seat_t *seat); /* at tx->now_ms; PL_ERR_NOT_FOUND when not live */

#endif
