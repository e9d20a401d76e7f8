/* SPDX-License-Identifier: Apache-2.0
 *
 * Which members a change touches.
 */
#include "licensing/changes.h"

#include <string.h>

static void add(changes_t *changes, const char *name)
{
    if (changes->count < CHANGES_MAX)
        changes->names[changes->count++] = name;
}

void changes_text(changes_t *changes, const char *name, const char *before, const char *after)
{
    if (before && after ? strcmp(before, after) != 0 : before != after)
        add(changes, name);
}

void changes_number(changes_t *changes, const char *name, int64_t before, int64_t after)
{
    if (before != after)
        add(changes, name);
}

pl_err changes_note(tx_t *tx, const changes_t *changes)
{
    audit_t entry = {.brand_id = changes->brand_id, .action = changes->action, .target = changes->target};
    const char *names = "";

    for (size_t i = 0; names && i < changes->count; i++)
        names = pl_arena_format(tx->arena, "%s%s\"%s\"", names, i ? "," : "", changes->names[i]);
    if (!names || !(entry.metadata = pl_arena_format(tx->arena, "{\"changed\":[%s]}", names)))
        return PL_ERR_MEMORY;
    return audit_append(tx, &entry);
}
