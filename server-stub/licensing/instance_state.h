/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of an instance, for instance.c, instance_init.c and instance_copy.c.
 */
#ifndef LICENSING_INSTANCE_STATE_H
#define LICENSING_INSTANCE_STATE_H

#include "licensing/instance.h"
#include "platform/file.h"

enum {
    INSTANCE_BUSY_TIMEOUT_MS = 5000,
    INSTANCE_WRITER_TIMEOUT_MS = 2000, /* of the server's writer: programs wait for 3 s for what it does */
    INSTANCE_LOCK_TIMEOUT_MS = 1000    /* for a row, five times at most: see pl_db_transaction */
};

struct instance {
    pl_arena arena; /* of the paths */
    const char *directory;
    const char *database; /* a file, or an address of PostgreSQL's */
    bool is_shared;
    int connect_timeout_s;
    int statement_timeout_ms;
    postgres_pause_t *pause;
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

/* PL_ERR_INVALID: a database that is nobody's. */
pl_err instance_check_place(const instance_place_t *place);
/* The paths in a directory, nothing opened. NULL when memory is exhausted. */
instance_t *instance_at(const instance_place_t *place, const pl_clock *clock);
/* The lock on a file of the directory's own, which the service's account can take too when root made it. */
pl_err instance_take_lock(const char *path, int64_t timeout_ms, pl_file_lock **lock);
/* Reads the master key and opens the keys with it, finishing a rewrap that was cut. Under master_key_lock. */
pl_err instance_unlock(instance_t *instance, pl_arena *arena);
/* A transaction's attributes for the command line. */
tx_t instance_about(const instance_t *instance, pl_arena *arena);
/* One transaction on any store, actor "cli". */
pl_err instance_load_keys(instance_t *instance, pl_arena *arena, const uint8_t master[PL_SEAL_KEY_SIZE]);

#endif
