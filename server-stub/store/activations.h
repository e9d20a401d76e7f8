/* SPDX-License-Identifier: Apache-2.0
 *
 * Activations: seats taken by devices. A seat is taken by one conditional INSERT, so that no two can take the last one. The seats of
 * products without fingerprint lie in the same table and count alike; they are taken and found in store/instance_seats.h.
 */
#ifndef STORE_ACTIVATIONS_H
#define STORE_ACTIVATIONS_H

#include "crypto/crypto.h"
#include "license/fingerprint.h"
#include "store/store.h"

/* What tells whose seat it is. Stored as numbers. */
typedef enum { SEAT_DEVICE = 0, SEAT_URL = 1, SEAT_HOSTNAME = 2, SEAT_MACHINE_ID = 3 } seat_kind;

typedef struct {
    pl_uuid id;
    pl_uuid brand_id;
    pl_uuid license_id;
    seat_kind kind;
    const char *identifier; /* NULL: a device */
    pl_uuid instance_id;    /* of the installation; nil: not told */
    pl_fingerprint fingerprint;
    uint8_t device_key[PL_DEVICE_PUBLIC_SIZE];
    const char *device_name; /* NULL: not told */
    int64_t activated_at_ms;
    int64_t validated_at_ms;  /* last seen, a minute exact */
    int64_t released_at_ms;   /* 0: live */
    int64_t taken_at_ms;      /* released by an operator then; 0: not */
    int64_t offline_until_ms; /* an answer that was carried to the device holds so long; 0: none was */
    int64_t told_until_ms;    /* no answer to the device holds longer, whatever the policy was; 0: not known */
} activation_t;

/* Which activation was seen, and when. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid activation_id;
    int64_t at_ms;
    int64_t told_until_ms; /* see activation_t; 0: nothing was told */
    pl_uuid instance_id;   /* of the installation that was seen, where it is not the stored one; nil: it is, or was not told */
} sighting_t;

/* Takes a seat if fewer than seats are taken; *taken says whether. PL_ERR_CONFLICT only for an id that exists. */
pl_err activations_take(tx_t *tx, const activation_t *activation, int64_t seats, bool *taken);
const char *seat_kind_text(seat_kind kind); /* "fingerprint", "url", "hostname", "machine_id" */
/* A device's, live or not. */
pl_err activations_find(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid id, activation_t *activation);
/* The live ones of a license, of any kind, oldest first. */
pl_err activations_list_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, activation_t **list, size_t *count);
/* Whether it has had one activation until now, live or released. */
pl_err activations_is_first(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, bool *is_first);
/* When one of the live ones was last validated, Unix ms; 0: there is none. */
pl_err activations_last_seen(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *seen_at_ms);
pl_err activations_count_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *count);
pl_err activations_list_all(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, activation_t **list, size_t *count);
/* Shows the devices among the live ones of a license, oldest first, one by one: for the hot path, which needs one of them. */
typedef bool (*activation_visit)(void *context, const activation_t *activation); /* false ends the walk */
pl_err activations_walk_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, activation_visit visit, void *context);
/* The same, of those whose fingerprint is that of like, of the brand and license of like: without a walk through the others. */
pl_err activations_walk_alike(tx_t *tx, const activation_t *like, activation_visit visit, void *context);
/* Writes instance, fingerprint, device key, name, validated_at and told_until of a live activation. PL_ERR_NOT_FOUND. */
pl_err activations_change(tx_t *tx, const activation_t *activation);
pl_err activations_release(tx_t *tx, const activation_t *activation); /* at tx->now_ms; PL_ERR_NOT_FOUND when not live */
/* The same by an operator's word, which revocation lists repeat. */
pl_err activations_take_away(tx_t *tx, const activation_t *activation);
/* Notes until when an answer that is carried holds; never sets a time back. */
pl_err activations_offer_offline(tx_t *tx, const activation_t *activation, int64_t until_ms);
pl_err activations_touch(tx_t *tx, const sighting_t *sightings, size_t count); /* never sets a time back */
/* Stores the sighting's instance; *moved: another one was stored. */
pl_err activations_move(tx_t *tx, const sighting_t *sighting, bool *moved);

#endif
