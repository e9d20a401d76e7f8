/* SPDX-License-Identifier: Apache-2.0
 *
 * The seats of the fake validator: whose a seat is, and taking one.
 */
#include "chaos/fake_seats.h"

#include <stdio.h>
#include <string.h>

static bool is_like(const fake_seat *seat, const pl_device_request *request, pl_match_rule rule)
{
    pl_fingerprint known, seen;

    return request->fingerprint && !pl_fingerprint_parse(pl_span_text(seat->fingerprint), &known) &&
           !pl_fingerprint_parse(pl_span_text(request->fingerprint), &seen) && pl_fingerprint_match(&known, &seen, rule).is_same;
}

/* The activation told is no proof, as with the real one: a copied state tells the original's. */
static bool is_seat_of(const fake_seat *seat, const fake_license *license, const pl_device_request *request)
{
    bool is_told = request->activation_id && strcmp(seat->activation, request->activation_id) == 0;

    if (seat->license_id != license->license_id)
        return false;
    return (is_told && !request->fingerprint) || is_like(seat, request, PL_MATCH_TWO);
}

fake_seat *fake_seat_find(fake_validator *v, const fake_license *license, const pl_device_request *request)
{
    for (size_t i = 0; i < FAKE_SEATS_MAX; i++)
        if (v->seats[i].license_id && is_seat_of(&v->seats[i], license, request))
            return &v->seats[i];
    return NULL;
}

fake_seat *fake_seat_take(fake_validator *v, const fake_license *license, const pl_device_request *request)
{
    fake_seat *seat = fake_seat_find(v, license, request);
    fake_seat *free_seat = NULL;
    size_t taken = 0;

    for (size_t i = 0; i < FAKE_SEATS_MAX; i++) {
        taken += v->seats[i].license_id == license->license_id;
        if (!v->seats[i].license_id && (!free_seat || (free_seat->gave_license_id && !v->seats[i].gave_license_id)))
            free_seat = &v->seats[i];
    }
    if (!seat && (taken >= license->seats || !free_seat))
        return NULL;
    if (!seat) {
        seat = free_seat;
        *seat = (fake_seat){.license_id = license->license_id};
        (void)snprintf(seat->activation, sizeof seat->activation, "018f4c1e-0000-7000-9000-%012x", ++v->serial);
    }
    seat->gave_license_id = NULL;
    if (request->device_name)
        (void)snprintf(seat->device_name, sizeof seat->device_name, "%s", request->device_name);
    (void)snprintf(seat->instance, sizeof seat->instance, "%s", request->instance_id ? request->instance_id : "");
    (void)snprintf(seat->fingerprint, sizeof seat->fingerprint, "%s", request->fingerprint);
    memcpy(seat->device_key, request->device_key, sizeof seat->device_key);
    return seat;
}

const char *fake_key_spelled(const fake_validator *v, const char *normalised)
{
    char normal[PL_LICENSE_KEY_MAX + 1];

    for (size_t i = 0; i < FAKE_LICENSES_MAX; i++)
        if (v->licenses[i].key && !pl_license_key_normalize(pl_span_text(v->licenses[i].key), normal) &&
            strcmp(normal, normalised) == 0)
            return v->licenses[i].key;
    return normalised;
}
