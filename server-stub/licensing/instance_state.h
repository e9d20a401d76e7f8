/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of an instance, for instance.c, instance_init.c and instance_copy.c.
 */
#ifndef LICENSING_INSTANCE_STATE_H
#define LICENSING_INSTANCE_STATE_H

#include "licensing/instance.h"
#include "platform/file.h"

enum { INSTANCE_BUSY_TIMEOUT_MS = 5000 };

struct instance {
    pl_arena arena; /* of the paths */
    const char *directory;
    const char *database;
    const char *master_key;
    const char *master_key_next; /* while a rewrap is under way */
    const char *lock;
    const char *master_key_lock; /* who changes the master key or what is sealed with it */
    bool master_is_file;
    pl_clock clock;
    store_t *store;
    keys_t *keys;
    pl_file_lock *claim;
};

/* The paths in a directory, nothing opened. NULL when memory is exhausted. */
instance_t *instance_of_directory(const char *directory, const pl_clock *clock);
/* The lock on a file of the directory's own, which the service's account can take too when root made it. */
pl_err instance_take_lock(const char *path, int64_t timeout_ms, pl_file_lock **lock);
/* Reads the master key and opens the keys with it, finishing a rewrap that was cut. Under master_key_lock. */
pl_err instance_unlock(instance_t *instance, pl_arena *arena);
/* A transaction's attributes for the command line. */
tx_t instance_about(const instance_t *instance, pl_arena *arena);
/* One transaction on any store, actor "cli". */
pl_err instance_load_keys(instance_t *instance, pl_arena *arena, const uint8_t master[PL_SEAL_KEY_SIZE]);

#endif
