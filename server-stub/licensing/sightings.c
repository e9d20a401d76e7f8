/* SPDX-License-Identifier: Apache-2.0
 *
 * Sightings: two lists that change places, so that a flush never waits for a note nor the other way round.
 */
#include "licensing/sightings.h"

#include "base/mem.h"
#include "platform/thread.h"
#include "store/audit.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

typedef struct {
    sighting_t *items;
    size_t count;
    size_t room;
} list;

struct sightings {
    pl_mutex *mutex; /* of noted */
    list noted;
    list flushing;
};

void sightings_free(sightings_t *sightings)
{
    if (!sightings)
        return;
    pl_mutex_free(sightings->mutex);
    pl_free(sightings->noted.items);
    pl_free(sightings->flushing.items);
    pl_free(sightings);
}

sightings_t *sightings_new(void)
{
    sightings_t *sightings = pl_alloc(sizeof(*sightings));

    if (sightings && !(sightings->mutex = pl_mutex_new())) {
        pl_free(sightings);
        return NULL;
    }
    return sightings;
}

static bool make_room(list *noted)
{
    size_t room = noted->room ? noted->room * 2 : FIRST_ROOM;
    sighting_t *items;

    if (noted->count < noted->room)
        return true;
    if (noted->room >= SIGHTINGS_MAX || !(items = pl_resize(noted->items, room * sizeof(*items))))
        return false;
    noted->items = items;
    noted->room = room;
    return true;
}

void sightings_note_seen(sightings_t *sightings, const sighting_t *seen)
{
    pl_mutex_lock(sightings->mutex);
    if (make_room(&sightings->noted))
        sightings->noted.items[sightings->noted.count++] = *seen;
    pl_mutex_unlock(sightings->mutex);
}

void sightings_note(sightings_t *sightings, const outcome_t *outcome)
{
    const activation_t *activation = &outcome->activation;
    const sighting_t seen = {.brand_id = activation->brand_id,
                             .license_id = activation->license_id,
                             .activation_id = activation->id,
                             .at_ms = outcome->decided_at_ms,
                             .told_until_ms = activation->told_until_ms,
                             .instance_id = outcome->other_instance};

    if (outcome->is_sighting)
        sightings_note_seen(sightings, &seen);
}

bool sightings_is_empty(sightings_t *sightings)
{
    bool is_empty;

    pl_mutex_lock(sightings->mutex);
    is_empty = sightings->noted.count == 0;
    pl_mutex_unlock(sightings->mutex);
    return is_empty;
}

/* Rows that lie together are written together. */
static int compare(const void *a, const void *b)
{
    return memcmp(a, b, offsetof(sighting_t, at_ms));
}

/* Each change is a row of the audit; sightings are a minute apart, and so are these. */
static pl_err note_instance(tx_t *tx, const sighting_t *seen)
{
    const audit_t entry = {.brand_id = seen->brand_id, .action = AUDIT_OTHER_INSTANCE, .target = seen->activation_id};
    bool moved = false;
    pl_err err;

    if (pl_uuid_is_nil(seen->instance_id))
        return PL_OK;
    err = activations_move(tx, seen, &moved);
    return err || !moved ? err : audit_append(tx, &entry);
}

static pl_err note_instances(tx_t *tx, const list *taken)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < taken->count; i++)
        err = note_instance(tx, &taken->items[i]);
    return err;
}

pl_err sightings_flush(sightings_t *sightings, tx_t *tx)
{
    list taken;
    pl_err err;

    pl_mutex_lock(sightings->mutex);
    taken = sightings->noted;
    sightings->noted = sightings->flushing;
    sightings->noted.count = 0;
    sightings->flushing = taken;
    pl_mutex_unlock(sightings->mutex);
    if (taken.count > 1)
        qsort(taken.items, taken.count, sizeof(*taken.items), compare);
    err = activations_touch(tx, taken.items, taken.count);
    return err ? err : note_instances(tx, &taken);
}
