/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table with open addressing. The digests are hashes already.
 */
#include "transfer/seen.h"

#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"

enum { ROOM_FIRST = 1024 };

void seen_init(seen_t *seen)
{
    *seen = (seen_t){NULL, 0, 0};
}

void seen_free(seen_t *seen)
{
    pl_free(seen->entries);
    seen_init(seen);
}

static seen_entry *place_of(const seen_t *seen, const uint8_t name[SEEN_DIGEST_SIZE])
{
    size_t at;

    memcpy(&at, name, sizeof at);
    while (seen->entries[at & (seen->room - 1)].line &&
           memcmp(seen->entries[at & (seen->room - 1)].name, name, SEEN_DIGEST_SIZE) != 0)
        at++;
    return &seen->entries[at & (seen->room - 1)];
}

static pl_err grow(seen_t *seen)
{
    seen_t wider = {NULL, seen->count, seen->room ? seen->room * 2 : ROOM_FIRST};

    if (!(wider.entries = pl_alloc(wider.room * sizeof(*wider.entries))))
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < seen->room; i++)
        if (seen->entries[i].line)
            *place_of(&wider, seen->entries[i].name) = seen->entries[i];
    pl_free(seen->entries);
    *seen = wider;
    return PL_OK;
}

static void digest(pl_span text, uint8_t out[SEEN_DIGEST_SIZE])
{
    uint8_t whole[PL_DIGEST_SIZE];

    pl_digest(text, whole);
    memcpy(out, whole, SEEN_DIGEST_SIZE);
}

pl_err seen_note(seen_t *seen, pl_span name, pl_span content, int64_t *line, seen_result *result)
{
    seen_entry entry = {.line = *line};
    seen_entry *place;
    pl_err err;

    if (seen->count * 2 >= seen->room && (err = grow(seen)))
        return err;
    digest(name, entry.name);
    digest(content, entry.content);
    place = place_of(seen, entry.name);
    if (!place->line) {
        *place = entry;
        seen->count++;
        *result = SEEN_FIRST;
        return PL_OK;
    }
    *line = place->line;
    *result = memcmp(place->content, entry.content, SEEN_DIGEST_SIZE) == 0 ? SEEN_SAME : SEEN_OTHER;
    return PL_OK;
}
