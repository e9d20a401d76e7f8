/* SPDX-License-Identifier: Apache-2.0
 *
 * Backup, restore, and a new master key.
 */
#include "licensing/instance.h"

#include "base/timestamp.h"
#include "licensing/instance_state.h"
#include "licensing/master_key.h"
#include "licensing/sealing.h"
#include "licensing/secret_file.h"
#include "store/audit.h"
#include "store/meta.h"

pl_err instance_backup(instance_t *instance, const char *path)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err;

    if (instance->is_shared)
        return pl_fail(PL_ERR_UNSUPPORTED,
                       "this database is PostgreSQL's: copy it with pg_dump, or keep base backups and their log");
    if ((err = secret_file_create(path, pl_span_of("", 0)))) /* made first, for its mode */
        return err;
    if ((err = pl_db_backup(store_db(instance->store), path)))
        fs->remove(fs->context, path);
    return err;
}

/* ---- restore ---- */

enum { KEPT_MAX = 100 }; /* within one second */

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
    const store_options_t options = {
        .database = r->prepared, .mode = DB_READ_WRITE_CREATE, .busy_timeout_ms = INSTANCE_BUSY_TIMEOUT_MS};
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

/* Its log put into it, as one file, which SQLite does only where nobody else has it open: who has would write on into the kept file. */
static pl_err make_one_file(const char *database)
{
    const pl_db_sqlite_options options = {database, DB_READ_WRITE, INSTANCE_BUSY_TIMEOUT_MS, true, false};
    pl_db *db;
    pl_err err = pl_db_open_sqlite(&options, &db);

    if (err)
        return err;
    pl_db_close(db);
    return PL_OK;
}

/* The database that is replaced may be damaged: that is why one restores. Its epoch counts where it can be read. PL_ERR_BUSY. */
static pl_err look_at_present(restoration *r, pl_arena *arena)
{
    instance_t *instance = r->instance;
    pl_err err = instance_open_store(instance, DB_READ_ONLY, &instance->store); /* it tidies up nothing of what is damaged */

    if (!err) {
        (void)instance_read(instance, arena, read_epoch, r);
        store_close(instance->store);
        instance->store = NULL;
        err = make_one_file(instance->database);
    }
    if (err == PL_ERR_BUSY)
        return pl_fail(err, "another program has %s open; restore when it has ended", instance->database);
    return PL_OK;
}

static void remove_file(const char *path)
{
    const pl_fs *fs = pl_fs_system();

    fs->remove(fs->context, path);
}

static bool is_there(const char *path)
{
    const pl_fs *fs = pl_fs_system();
    pl_buf content;
    pl_err err;

    pl_buf_init(&content);
    err = fs->read(fs->context, path, 0, &content);
    pl_buf_reset(&content);
    return err != PL_ERR_NOT_FOUND;
}

/* A name nobody has yet: what a restore put aside is never overwritten. */
static pl_err choose_kept(restoration *r, pl_arena *arena)
{
    char now[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(instance_now_ms(r->instance) / 1000, now);
    for (int n = 1; n <= KEPT_MAX; n++) {
        r->kept = pl_arena_format(arena, "%s.before-restore-%.10s-%.2s%.2s%.2s-%d", r->instance->database, now, now + 11,
                                  now + 14, now + 17, n);
        if (!r->kept)
            return PL_ERR_MEMORY;
        if (!is_there(r->kept))
            return PL_OK;
    }
    return pl_fail(PL_ERR_CONFLICT, "%s exists already", r->kept);
}

static pl_err move(const char *from, const char *to, const char *end, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    const char *source = pl_arena_format(arena, "%s%s", from, end);
    const char *target = pl_arena_format(arena, "%s%s", to, end);
    pl_err err = source && target ? fs->rename(fs->context, source, target) : PL_ERR_MEMORY;

    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

/* With its log, which must never be replayed into another database. */
static pl_err move_database(const char *from, const char *to, pl_arena *arena)
{
    pl_err err;

    if ((err = move(from, to, "", arena)) || (err = move(from, to, "-wal", arena)))
        return err;
    return move(from, to, "-shm", arena);
}

static pl_err exchange(restoration *r, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    const char *database = r->instance->database;
    pl_err err;

    if ((err = choose_kept(r, arena)))
        return err;
    if ((err = move_database(database, r->kept, arena)) || (err = fs->rename(fs->context, r->prepared, database))) {
        (void)move_database(r->kept, database, arena);
        return err;
    }
    return fs->sync_directory(fs->context, r->instance->directory);
}

static pl_err replace(restoration *r, const char *backup, pl_arena *arena)
{
    pl_err err;

    r->prepared = pl_arena_format(arena, "%s.restoring", r->instance->database);
    if (!r->prepared)
        return PL_ERR_MEMORY;
    remove_file(r->prepared); /* of a restore that was cut short */
    if ((err = copy_backup(r, backup)) || (err = look_at_present(r, arena)) || (err = prepare(r, arena)) ||
        (err = exchange(r, arena)))
        remove_file(r->prepared);
    return err;
}

static pl_err run_restore(restoration *r, const char *backup, pl_arena *arena)
{
    pl_file_lock *lock; /* a new master key would be for the database that goes */
    pl_err err;

    if ((err = instance_claim(r->instance)) ||
        (err = instance_take_lock(r->instance->master_key_lock, INSTANCE_BUSY_TIMEOUT_MS, &lock)))
        return err;
    err = replace(r, backup, arena);
    pl_file_lock_release(lock);
    return err;
}

pl_err instance_raise_epoch(instance_t *instance, pl_arena *arena, int64_t *epoch)
{
    restoration r = {.instance = instance};
    pl_err err = instance_write(instance, arena, raise_epoch, &r);

    *epoch = r.epoch;
    return err;
}

pl_err instance_restore(const instance_place_t *place, const char *backup, const pl_clock *clock, int64_t *epoch)
{
    restoration r = {.instance = NULL};
    pl_arena arena;
    pl_err err = pl_crypto_ready();

    if (place->database)
        return pl_fail(PL_ERR_UNSUPPORTED,
                       "this database is PostgreSQL's: put it back with pg_restore, then run `pospal-validator epoch raise`");
    r.instance = instance_at(place, clock);
    if (!r.instance)
        return PL_ERR_MEMORY;
    pl_arena_init(&arena);
    if (!err)
        err = run_restore(&r, backup, &arena);
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

/*
 * The file of the new key is on the medium before the commit that needs it, and is left there when the commit fails: whether it did is
 * not always known. The next to open takes whichever fits.
 */
static pl_err change_master_key(instance_t *instance, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    uint8_t master[PL_SEAL_KEY_SIZE];
    rewrapping rewrap = {instance, master};
    pl_err err;

    if (instance->master_is_file)
        remove_file(instance->master_key_next); /* of a rewrap that never committed: master.key fits */
    if ((err = master_key_make_next(instance->master_key_next, instance->master_is_file, master)))
        return err;
    err = instance_write(instance, arena, reseal, &rewrap);
    pl_wipe(master, sizeof(master));
    if (err || !instance->master_is_file)
        return err;
    if ((err = fs->rename(fs->context, instance->master_key_next, instance->master_key)))
        return err;
    return fs->sync_directory(fs->context, instance->directory);
}

pl_err instance_rewrap(instance_t *instance, pl_arena *arena)
{
    pl_file_lock *lock;
    pl_err err = instance_take_lock(instance->master_key_lock, INSTANCE_BUSY_TIMEOUT_MS, &lock);

    if (err)
        return err;
    if (!(err = instance_unlock(instance, arena))) /* anew: another rewrap may have come first */
        err = change_master_key(instance, arena);
    pl_file_lock_release(lock);
    return err;
}
