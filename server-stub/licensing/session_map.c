/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions by id. Ids are UUIDv7: their last eight bytes are random, so they are their own hash.
 */
#include "licensing/session_map.h"

#include "base/mem.h"

#include <string.h>

enum { CHAINS_FIRST = 256 };

static size_t chain_of(const session_map_t *map, pl_uuid id)
{
    uint64_t hash;

    memcpy(&hash, id.bytes + 8, sizeof(hash));
    return (size_t)hash & (map->chain_count - 1);
}

session_entry_t *session_map_find(const session_map_t *map, pl_uuid brand_id, pl_uuid id)
{
    session_entry_t *entry = map->chain_count ? map->chains[chain_of(map, id)] : NULL;

    while (entry && !pl_uuid_equal(entry->lease.id, id))
        entry = entry->next;
    return entry && pl_uuid_equal(entry->lease.brand_id, brand_id) ? entry : NULL;
}

static void link_entry(session_map_t *map, session_entry_t *entry)
{
    session_entry_t **chain = &map->chains[chain_of(map, entry->lease.id)];

    entry->next = *chain;
    *chain = entry;
}

/* Without memory for longer chains the short ones go on. */
static bool make_room(session_map_t *map)
{
    size_t old_count = map->chain_count;
    session_entry_t **old = map->chains;
    size_t count = old_count ? old_count * 2 : CHAINS_FIRST;
    session_entry_t **chains;

    if (map->count < old_count)
        return true;
    if (!(chains = pl_alloc(count * sizeof(session_entry_t *))))
        return old_count > 0;
    map->chains = chains;
    map->chain_count = count;
    for (size_t i = 0; i < old_count; i++)
        for (session_entry_t *entry = old[i], *next; entry; entry = next) {
            next = entry->next;
            link_entry(map, entry);
        }
    pl_free(old);
    return true;
}

session_entry_t *session_map_add(session_map_t *map, const session_lease_t *lease)
{
    session_entry_t *entry = make_room(map) ? pl_alloc(sizeof(*entry)) : NULL;

    if (!entry)
        return NULL;
    entry->lease = *lease;
    link_entry(map, entry);
    map->count++;
    return entry;
}

void session_map_mark(session_map_t *map, session_entry_t *entry)
{
    if (entry->is_dirty)
        return;
    entry->is_dirty = true;
    entry->older = map->dirty;
    entry->newer = NULL;
    if (map->dirty)
        map->dirty->newer = entry;
    map->dirty = entry;
    map->dirty_count++;
}

void session_map_unmark(session_map_t *map, session_entry_t *entry)
{
    if (!entry->is_dirty)
        return;
    entry->is_dirty = false;
    map->dirty_count--;
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        map->dirty = entry->older;
    if (entry->older)
        entry->older->newer = entry->newer;
}

size_t session_map_count_dirty(const session_map_t *map, const pl_uuid *license_id)
{
    size_t count = 0;

    for (const session_entry_t *entry = map->dirty; entry; entry = entry->older)
        count += pl_uuid_equal(entry->lease.license_id, *license_id) ? 1 : 0;
    return count;
}

static void free_entry(session_map_t *map, session_entry_t *entry)
{
    session_map_unmark(map, entry);
    pl_free(entry->by);
    pl_free(entry->reason);
    pl_wipe(entry, sizeof(*entry));
    pl_free(entry);
    map->count--;
}

void session_map_remove(session_map_t *map, session_entry_t *entry)
{
    session_entry_t **at = &map->chains[chain_of(map, entry->lease.id)];

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    free_entry(map, entry);
}

void session_map_sweep(session_map_t *map, bool (*is_over)(const session_entry_t *entry, int64_t now_ms), int64_t now_ms)
{
    for (size_t i = 0; i < map->chain_count; i++)
        for (session_entry_t **at = &map->chains[i], *entry; (entry = *at);)
            if (is_over(entry, now_ms)) {
                *at = entry->next;
                free_entry(map, entry);
            } else {
                at = &entry->next;
            }
}

static bool always(const session_entry_t *entry, int64_t now_ms)
{
    (void)entry;
    (void)now_ms;
    return true;
}

void session_map_reset(session_map_t *map)
{
    session_map_sweep(map, always, 0);
    pl_free(map->chains);
    memset(map, 0, sizeof(*map));
}
