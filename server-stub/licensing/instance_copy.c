/* SPDX-License-Identifier: Apache-2.0
 *
 * Backup, restore, and a new master key.
 */
#include "licensing/instance.h"

#include "licensing/instance_state.h"
#include "licensing/master_key.h"
#include "licensing/sealing.h"
#include "licensing/secret_file.h"
#include "store/audit.h"
#include "store/meta.h"

pl_err instance_backup(instance_t *instance, const char *path)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err = secret_file_create(path, pl_span_of("", 0)); /* made first, for its mode */

    if (err)
        return err;
    if ((err = pl_db_backup(store_db(instance->store), path)))
        fs->remove(fs->context, path);
    return err;
}

/* ---- restore ---- */

typedef struct {
    instance_t *instance; /* of the directory; its store is the restored one while that is prepared */
    const char *prepared; /* the copy that becomes the database */
    const char *kept;
    int64_t least_epoch; /* of the database that is replaced */
    int64_t epoch;
} restoration;

/* Copies through SQLite, so that a file that is no whole database never gets further. */
static pl_err copy_backup(const restoration *r, const char *backup)
{
    const pl_db_sqlite_options options = {.path = backup, .mode = DB_READ_ONLY, .busy_timeout_ms = INSTANCE_BUSY_TIMEOUT_MS};
    pl_db *db;
    pl_err err;

    if ((err = secret_file_create(r->prepared, pl_span_of("", 0))) || (err = pl_db_open_sqlite(&options, &db)))
        return err;
    err = pl_db_backup(db, r->prepared);
    pl_db_close(db);
    return err;
}

static pl_err raise_epoch(void *context, tx_t *tx)
{
    const audit_t entry = {.action = AUDIT_RESTORED};
    restoration *r = context;
    pl_err err;

    do {
        if ((err = meta_raise_epoch(tx, &r->epoch)))
            return err;
    } while (r->epoch <= r->least_epoch);
    return audit_append(tx, &entry);
}

/* Opens the copy with today's schema and the master key: what does not open must not replace what does. */
static pl_err prepare(restoration *r, pl_arena *arena)
{
    instance_t *instance = r->instance;
    const store_options_t options = {r->prepared, DB_READ_WRITE_CREATE, INSTANCE_BUSY_TIMEOUT_MS};
    uint8_t master[PL_SEAL_KEY_SIZE];
    pl_err err = store_open(&options, instance_now_ms(instance), &instance->store);

    if (err || (err = master_key_load(instance->master_key, master, &instance->master_is_file)))
        return err;
    if (!(err = instance_load_keys(instance, arena, master)))
        err = instance_write(instance, arena, raise_epoch, r);
    pl_wipe(master, sizeof(master));
    store_close(instance->store); /* the last to close leaves one file, without a log beside it */
    instance->store = NULL;
    return err;
}

static pl_err read_epoch(void *context, tx_t *tx)
{
    restoration *r = context;
    meta_t meta;
    pl_err err = meta_read(tx, &meta);

    r->least_epoch = err ? 0 : meta.epoch;
    return err;
}

/* The database that is replaced may be damaged: that is why one restores. Its epoch counts where it can be read. */
static void look_at_present(restoration *r, pl_arena *arena)
{
    instance_t *instance = r->instance;

    if (instance_open_store(instance, DB_READ_WRITE, &instance->store))
        return;
    (void)instance_read(instance, arena, read_epoch, r);
    store_close(instance->store);
    instance->store = NULL;
}

static void remove_beside(const char *database, const char *end, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    const char *path = pl_arena_format(arena, "%s%s", database, end);

    if (path)
        fs->remove(fs->context, path);
}

/* A log of the old database must never be replayed into the new one. */
static pl_err exchange(const restoration *r, const char *directory, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    const char *database = r->instance->database;
    pl_err err = fs->rename(fs->context, database, r->kept);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    remove_beside(database, "-wal", arena);
    remove_beside(database, "-shm", arena);
    if ((err = fs->rename(fs->context, r->prepared, database)))
        return err;
    return fs->sync_directory(fs->context, directory);
}

static pl_err run_restore(restoration *r, const char *directory, const char *backup, pl_arena *arena)
{
    pl_err err;

    r->prepared = pl_arena_format(arena, "%s.restoring", r->instance->database);
    r->kept = pl_arena_format(arena, "%s.before-restore", r->instance->database);
    if (!r->prepared || !r->kept)
        return PL_ERR_MEMORY;
    if ((err = instance_claim(r->instance)))
        return err;
    remove_beside(r->prepared, "", arena); /* of a restore that was cut short */
    look_at_present(r, arena);
    if ((err = copy_backup(r, backup)) || (err = prepare(r, arena)) || (err = exchange(r, directory, arena)))
        remove_beside(r->prepared, "", arena);
    return err;
}

pl_err instance_restore(const char *directory, const char *backup, const pl_clock *clock, int64_t *epoch)
{
    restoration r = {.instance = instance_of_directory(directory, clock)};
    pl_arena arena;
    pl_err err = pl_crypto_ready();

    if (!r.instance)
        return PL_ERR_MEMORY;
    pl_arena_init(&arena);
    if (!err)
        err = run_restore(&r, directory, backup, &arena);
    *epoch = r.epoch;
    instance_close(r.instance);
    pl_arena_reset(&arena);
    return err;
}

/* ---- a new master key ---- */

typedef struct {
    instance_t *instance;
    const uint8_t *master;
} rewrapping;

static pl_err reseal(void *context, tx_t *tx)
{
    const rewrapping *rewrap = context;
    const audit_t entry = {.action = AUDIT_MASTER_KEY_CHANGED};
    const sealed_place_t place = {SEALED_SEALING_KEY, {{0}}, {NULL, 0}};
    const keyring_t *keyring = keys_pin(rewrap->instance->keys, tx->arena);
    uint8_t sealed[META_SEALED_SIZE];
    pl_err err;

    if (!keyring)
        return PL_ERR_MEMORY;
    if ((err = seal_at(rewrap->master, &place, pl_span_of(keyring_sealing_key(keyring), PL_SEAL_KEY_SIZE), sealed)) ||
        (err = meta_replace_sealing_key(tx, sealed)))
        return err;
    return audit_append(tx, &entry);
}

pl_err instance_rewrap(instance_t *instance, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    uint8_t master[PL_SEAL_KEY_SIZE];
    rewrapping rewrap = {instance, master};
    pl_err err;

    if (instance->master_is_file)
        remove_beside(instance->master_key_next, "", arena); /* of a rewrap that never committed */
    if ((err = master_key_make_next(instance->master_key_next, instance->master_is_file, master)))
        return err;
    err = instance_write(instance, arena, reseal, &rewrap);
    pl_wipe(master, sizeof(master));
    if (!instance->master_is_file)
        return err;
    if (err)
        remove_beside(instance->master_key_next, "", arena);
    else
        err = fs->rename(fs->context, instance->master_key_next, instance->master_key);
    return err;
}
