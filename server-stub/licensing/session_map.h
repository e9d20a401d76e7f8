/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions by id: a hash table with chains, and the list of those whose lease the database does not know yet. No locks: sessions.c
 * has them.
 */
#ifndef LICENSING_SESSION_MAP_H
#define LICENSING_SESSION_MAP_H

#include "licensing/sessions.h"

typedef struct session_entry session_entry_t;
struct session_entry {
    session_entry_t *next;  /* in its chain */
    session_entry_t *newer; /* in the list of dirty ones */
    session_entry_t *older;
    bool is_dirty;
    bool is_recalled;          /* from the database, and no beat has counted since */
    session_lease_t lease;     /* ids too */
    int64_t flushing_until_ms; /* the lease as it is being written */
    uint32_t lease_ms;
    uint32_t beat_ms;
    uint8_t key[PL_SESSION_KEY_SIZE];
    int64_t ended_at_ms; /* 0: lives while its lease does */
    char *by;            /* who took it over, and why; NULL: nobody */
    char *reason;
};

typedef struct {
    session_entry_t **chains;
    size_t chain_count; /* a power of two, or 0 */
    size_t count;
    session_entry_t *dirty; /* the newest */
    size_t dirty_count;
} session_map_t;

session_entry_t *session_map_find(const session_map_t *map, pl_uuid brand_id, pl_uuid id);
/* A new entry with that lease; NULL when memory is exhausted. The id must not be there. */
session_entry_t *session_map_add(session_map_t *map, const session_lease_t *lease);
void session_map_remove(session_map_t *map, session_entry_t *entry); /* wipes */
void session_map_mark(session_map_t *map, session_entry_t *entry);   /* dirty */
void session_map_unmark(session_map_t *map, session_entry_t *entry);
size_t session_map_count_dirty(const session_map_t *map, const pl_uuid *license_id);
void session_map_reset(session_map_t *map);
/* Removes those for which is_over(entry, now) holds. */
void session_map_sweep(session_map_t *map, bool (*is_over)(const session_entry_t *entry, int64_t now_ms), int64_t now_ms);

#endif
