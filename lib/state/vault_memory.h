/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault's records where they cannot be on disk.
 */
#ifndef PL_STATE_VAULT_MEMORY_H
#define PL_STATE_VAULT_MEMORY_H

#include "state/vault.h"

typedef struct {
    char *name; /* NULL: free */
    char *value;
    size_t size;
    bool is_removed; /* it is to be removed on disk too */
} pl_vault_item;

typedef struct {
    pl_vault_item items[PL_VAULT_MEMORY_ITEMS_MAX];
} pl_vault_memory;

pl_vault_item *pl_vault_memory_find(pl_vault_memory *memory, const char *name); /* NULL: none */
pl_err pl_vault_memory_put(pl_vault_memory *memory, const char *name, pl_span value);
/* Notes that the record is to be removed; without room it stays. */
void pl_vault_memory_remove(pl_vault_memory *memory, const char *name);
void pl_vault_item_release(pl_vault_item *item);

#endif
