/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing to a place: the label, the brand and the name are bound into the seal.
 */
#include "licensing/sealing.h"

#include <stdio.h>
#include <string.h>

enum { KIND_MAX = 24, BOUND_MAX = KIND_MAX + 16 + SEALED_NAME_MAX };

static const char *label_of(sealed_kind kind)
{
    switch (kind) {
    case SEALED_SEALING_KEY:
        return "sealing-key";
    case SEALED_KEY_HASH_SECRET:
        return "key-hash-secret";
    case SEALED_SIGNING_KEY:
        return "signing-key";
    case SEALED_LICENSE_KEY:
        return "license-key";
    case SEALED_SESSION_KEY:
        return "session-key";
    case SEALED_REPLY:
        return "reply";
    case SEALED_WEBHOOK_SECRET:
        return "webhook-secret";
    case SEALED_SETTING:
        return "setting";
    case SEALED_MAIL:
        return "mail";
    }
    return "";
}

/* The label is padded with zeros, so that no two places have the same bytes. */
static pl_span bind_place(const sealed_place_t *place, char bound[BOUND_MAX])
{
    const char *label = label_of(place->kind);
    size_t name_size = place->name.size < SEALED_NAME_MAX ? place->name.size : SEALED_NAME_MAX;

    memset(bound, 0, BOUND_MAX);
    (void)snprintf(bound, KIND_MAX, "%s", label);
    memcpy(bound + KIND_MAX, place->brand_id.bytes, sizeof(place->brand_id.bytes));
    if (name_size)
        memcpy(bound + KIND_MAX + sizeof(place->brand_id.bytes), place->name.data, name_size);
    return pl_span_of(bound, KIND_MAX + sizeof(place->brand_id.bytes) + name_size);
}

pl_err seal_at(const uint8_t key[PL_SEAL_KEY_SIZE], const sealed_place_t *place, pl_span plain, uint8_t *sealed)
{
    char bound[BOUND_MAX];

    return pl_seal(key, bind_place(place, bound), plain, sealed);
}

pl_err unseal_at(const uint8_t key[PL_SEAL_KEY_SIZE], const sealed_place_t *place, pl_span sealed, uint8_t *plain)
{
    char bound[BOUND_MAX];

    return pl_unseal(key, bind_place(place, bound), sealed, plain);
}
