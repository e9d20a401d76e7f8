/* SPDX-License-Identifier: Apache-2.0
 *
 * One installation of the validator: a data directory with the database (validator.db, unless that is PostgreSQL's) and the master key
 * (master.key, 0600, unless the environment variable POSPAL_MASTER_KEY gives it as base64url). Made once by instance_init, opened by every command and by serve.
 */
#ifndef LICENSING_INSTANCE_H
#define LICENSING_INSTANCE_H

#include "base/clock.h"
#include "licensing/keys.h"

typedef struct instance instance_t;

/* Where an installation is. */
typedef struct {
    const char *directory;
    const char *database;     /* postgres://...; NULL: validator.db in the directory */
    int connect_timeout_s;    /* PostgreSQL; 0: as store.h says */
    int statement_timeout_ms; /* the same */
} instance_place_t;

typedef struct {
    instance_place_t place;
    const char *brand_slug;
    const char *brand_name;
    pl_alg alg; /* of root and signing keys; PL_ALG_NONE: EdDSA */
    pl_clock clock;
} instance_order_t;

/* What init made; texts live in the arena. Shown once, kept nowhere else: api_key. */
typedef struct {
    pl_uuid brand_id;
    const char *api_key;
    const char *root_key_file;    /* private half of the root in use, to be taken offline */
    const char *reserve_key_file; /* and of the reserve */
    const char *root_public_jwks; /* both public halves: what programs pin */
} instance_made_t;

/* PL_ERR_CONFLICT when the directory holds anything already, or the database an installation. */
pl_err instance_init(pl_arena *arena, const instance_order_t *order, instance_made_t *made);

/* Opens the database (bringing its schema up to date) and the keys. PL_ERR_NOT_FOUND when there is none. */
pl_err instance_open(const instance_place_t *place, const pl_clock *clock, instance_t **instance);
void instance_close(instance_t *instance); /* accepts NULL */
keys_t *instance_keys(instance_t *instance);
store_t *instance_store(instance_t *instance); /* the connection it was opened with; for one thread at a time */
/* A further connection: one per event loop, one for the writer. */
pl_err instance_open_store(const instance_t *instance, pl_db_mode mode, store_t **store);
/* The one that requests wait for: it gives up sooner on a database that another process keeps. */
pl_err instance_open_writer(const instance_t *instance, store_t **store);
int64_t instance_now_ms(const instance_t *instance);

/* Whether other servers may work on the same database: it is PostgreSQL's. */
bool instance_is_shared(const instance_t *instance);
/*
 * The server takes the directory for itself, until close: PL_ERR_BUSY when another runs on it. Other commands need no claim, nor do
 * servers that share a database.
 */
pl_err instance_claim(instance_t *instance);

/* For the command line: one transaction on the instance's own connection, actor "cli". */
pl_err instance_write(instance_t *instance, pl_arena *arena, store_work work, void *context);
pl_err instance_read(instance_t *instance, pl_arena *arena, store_work work, void *context);

/*
 * An online copy of SQLite's database; the master key is not in it. PL_ERR_CONFLICT when the file exists. PL_ERR_UNSUPPORTED for
 * PostgreSQL, which has its own means; after one of them has put an older state in place, instance_raise_epoch.
 */
pl_err instance_backup(instance_t *instance, const char *path);
/*
 * Puts a backup in place of the database (which is kept as validator.db.before-restore-TIME) and raises the epoch, so that what is signed from now on
 * is newer than anything signed after the backup was taken. The server and every command must have ended: PL_ERR_BUSY. Needs the master key. Keysets keep their own
 * epoch, because only the root, which is offline, can sign them; after a restore over a rotation, rotate again.
 */
pl_err instance_restore(const instance_place_t *place, const char *backup, const pl_clock *clock, int64_t *epoch);
/* What a restore does beside copying. */
pl_err instance_raise_epoch(instance_t *instance, pl_arena *arena, int64_t *epoch);
/*
 * A new master key: seals the sealing key anew (sealing.h says what that protects), then replaces master.key. A server that runs
 * meanwhile is not disturbed. With POSPAL_MASTER_KEY the new one is taken from POSPAL_NEW_MASTER_KEY.
 */
pl_err instance_rewrap(instance_t *instance, pl_arena *arena);

#endif
