/* SPDX-License-Identifier: Apache-2.0
 *
 * A small table of records in memory, wiped when they go.
 */
#include "state/vault_memory.h"

#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"

void pl_vault_item_release(pl_vault_item *item)
{
    if (item->value)
        pl_wipe(item->value, item->size);
    pl_free(item->value);
    pl_free(item->name);
    memset(item, 0, sizeof *item);
}

pl_vault_item *pl_vault_memory_find(pl_vault_memory *memory, const char *name)
{
    size_t i;

    for (i = 0; i < PL_VAULT_MEMORY_ITEMS_MAX; i++)
        if (memory->items[i].name && strcmp(memory->items[i].name, name) == 0)
            return &memory->items[i];
    return NULL;
}

pl_err pl_vault_memory_put(pl_vault_memory *memory, const char *name, pl_span value)
{
    pl_vault_item fresh = {pl_copy_text(name), pl_alloc(value.size + 1), value.size, false};
    pl_vault_item *item = pl_vault_memory_find(memory, name);
    size_t i;

    for (i = 0; !item && i < PL_VAULT_MEMORY_ITEMS_MAX; i++)
        if (!memory->items[i].name)
            item = &memory->items[i];
    if (!fresh.name || !fresh.value || !item) {
        pl_vault_item_release(&fresh);
        return pl_fail(PL_ERR_MEMORY, "no room for %s", name);
    }
    memcpy(fresh.value, value.data, value.size);
    pl_vault_item_release(item);
    *item = fresh;
    return PL_OK;
}

void pl_vault_memory_remove(pl_vault_memory *memory, const char *name)
{
    pl_vault_item *item;

    if (pl_vault_memory_put(memory, name, pl_span_text("")))
        return;
    item = pl_vault_memory_find(memory, name);
    item->is_removed = true;
}
