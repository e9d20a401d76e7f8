/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening an installation. Making one is in instance_init.c, copies and a new master key in instance_copy.c.
 */
#include "licensing/instance.h"

#include "base/mem.h"
#include "licensing/instance_state.h"
#include "licensing/master_key.h"
#include "licensing/secret_file.h"
#include "store/db_postgres_url.h"

#include <stdio.h>

instance_t *instance_at(const instance_place_t *place, const pl_clock *clock)
{
    const char *directory = place->directory;
    instance_t *instance = pl_alloc(sizeof(*instance));

    if (!instance)
        return NULL;
    pl_arena_init(&instance->arena);
    instance->clock = *clock;
    instance->directory = pl_arena_format(&instance->arena, "%s", directory);
    instance->is_shared = place->database != NULL;
    instance->database = place->database ? pl_arena_text(&instance->arena, pl_span_text(place->database))
                                         : pl_arena_format(&instance->arena, "%s/validator.db", directory);
    if ((instance->pause = pl_arena_take(&instance->arena, sizeof(*instance->pause))))
        postgres_pause_init(instance->pause);
    instance->connect_timeout_s = place->connect_timeout_s;
    instance->statement_timeout_ms = place->statement_timeout_ms;
    instance->master_key = pl_arena_format(&instance->arena, "%s/master.key", directory);
    instance->master_key_next = pl_arena_format(&instance->arena, "%s/master.key.new", directory);
    instance->lock = pl_arena_format(&instance->arena, "%s/server.lock", directory);
    instance->master_key_lock = pl_arena_format(&instance->arena, "%s/master.key.lock", directory);
    if (instance->directory && instance->database && instance->master_key && instance->master_key_next && instance->lock &&
        instance->master_key_lock)
        return instance;
    instance_close(instance);
    return NULL;
}

pl_err instance_check_place(const instance_place_t *place)
{
    if (place->database && !postgres_url_is(place->database))
        return pl_fail(PL_ERR_INVALID, "the database's address must be postgres://USER@HOST/DATABASE; SQLite's needs none");
    return PL_OK;
}

void instance_close(instance_t *instance)
{
    if (!instance)
        return;
    keys_close(instance->keys);
    store_close(instance->store);
    pl_file_lock_release(instance->claim);
    pl_arena_reset(&instance->arena);
    pl_free(instance);
}

int64_t instance_now_ms(const instance_t *instance)
{
    return pl_clock_read(&instance->clock).wall_ms;
}

tx_t instance_about(const instance_t *instance, pl_arena *arena)
{
    return (tx_t){.arena = arena, .now_ms = instance_now_ms(instance), .actor = "cli"};
}

pl_err instance_take_lock(const char *path, int64_t timeout_ms, pl_file_lock **lock)
{
    pl_err err = secret_file_create(path, pl_span_of("", 0));

    return err && err != PL_ERR_CONFLICT ? err : pl_file_lock_take(path, timeout_ms, lock);
}

static pl_err open_store(const instance_t *instance, pl_db_mode mode, int busy_timeout_ms, store_t **store)
{
    const store_options_t options = {
        .database = instance->database,
        .mode = mode,
        .busy_timeout_ms = instance->is_shared ? INSTANCE_LOCK_TIMEOUT_MS : busy_timeout_ms,
        .connect_timeout_s = instance->connect_timeout_s,
        .statement_timeout_ms = instance->statement_timeout_ms,
        .pause = instance->pause,
    };

    return store_open(&options, instance_now_ms(instance), store);
}

pl_err instance_open_store(const instance_t *instance, pl_db_mode mode, store_t **store)
{
    return open_store(instance, mode, INSTANCE_BUSY_TIMEOUT_MS, store);
}

pl_err instance_open_writer(const instance_t *instance, store_t **store)
{
    return open_store(instance, DB_READ_WRITE, INSTANCE_WRITER_TIMEOUT_MS, store);
}

typedef struct {
    const uint8_t *master;
    keys_t **keys;
} key_load;

static pl_err load_keys(void *context, tx_t *tx)
{
    const key_load *load = context;

    return keys_open(load->master, tx, load->keys);
}

pl_err instance_load_keys(instance_t *instance, pl_arena *arena, const uint8_t master[PL_SEAL_KEY_SIZE])
{
    keys_t *keys = NULL;
    key_load load = {master, &keys};
    pl_err err = instance_read(instance, arena, load_keys, &load);

    if (err)
        return err;
    keys_close(instance->keys);
    instance->keys = keys;
    return PL_OK;
}

/* A rewrap that was cut between its commit and the renaming of the file left the new key beside the old one. */
static pl_err finish_rewrap(instance_t *instance, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    uint8_t master[PL_SEAL_KEY_SIZE];
    bool is_file;
    pl_err err;

    if ((err = master_key_load(instance->master_key_next, master, &is_file)))
        return err;
    err = instance_load_keys(instance, arena, master);
    pl_wipe(master, sizeof(master));
    if (err || (err = fs->rename(fs->context, instance->master_key_next, instance->master_key)))
        return err;
    return fs->sync_directory(fs->context, instance->directory);
}

static pl_err fail_unfit(void)
{
    return pl_fail(PL_ERR_SIGNATURE, "the master key is not the one this database was sealed with");
}

static pl_err try_master_key(instance_t *instance, pl_arena *arena)
{
    uint8_t master[PL_SEAL_KEY_SIZE];
    pl_err err = master_key_load(instance->master_key, master, &instance->master_is_file);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(PL_ERR_NOT_FOUND, "there is no master key: neither %s nor POSPAL_MASTER_KEY", instance->master_key);
    if (err)
        return err;
    err = instance_load_keys(instance, arena, master);
    pl_wipe(master, sizeof(master));
    return err == PL_ERR_SIGNATURE ? fail_unfit() : err;
}

pl_err instance_unlock(instance_t *instance, pl_arena *arena)
{
    pl_err err = try_master_key(instance, arena);

    if (err != PL_ERR_SIGNATURE || !instance->master_is_file)
        return err;
    return finish_rewrap(instance, arena) ? fail_unfit() : PL_OK;
}

/* The key file may be replaced between the reading of it and of the database: what does not fit is looked at again under the lock. */
static pl_err unlock(instance_t *instance, pl_arena *arena)
{
    pl_err err = try_master_key(instance, arena);
    pl_file_lock *lock;

    if (err != PL_ERR_SIGNATURE || !instance->master_is_file)
        return err;
    if ((err = instance_take_lock(instance->master_key_lock, INSTANCE_BUSY_TIMEOUT_MS, &lock)))
        return err;
    err = instance_unlock(instance, arena);
    pl_file_lock_release(lock);
    return err;
}

/* Opening for writing must not make a database where there is none. */
static pl_err open_and_migrate(instance_t *instance)
{
    store_t *existing;
    pl_err err = instance_open_store(instance, DB_READ_WRITE, &existing);

    if (!err) {
        instance->store = existing;
        return PL_OK;
    }
    if (err == PL_ERR_NOT_FOUND && !instance->is_shared)
        return pl_fail(err, "%s is not there; `init` makes a data directory, --db names another database", instance->database);
    return err == PL_ERR_STATE ? instance_open_store(instance, DB_READ_WRITE_CREATE, &instance->store) : err;
}

/* What another account than the server's meets, as a rule. */
static pl_err explain_access(const instance_t *instance, pl_err err)
{
    char detail[256];

    if (instance->is_shared || (err != PL_ERR_READ_ONLY && err != PL_ERR_IO))
        return err;
    (void)snprintf(detail, sizeof detail, "%s", pl_err_detail());
    return pl_fail(err,
                   "%s cannot be opened (%s); where this account may not use it, run the command as the account that owns it "
                   "(sudo -u ACCOUNT ...), or as root",
                   instance->database, detail);
}

pl_err instance_open(const instance_place_t *place, const pl_clock *clock, instance_t **out)
{
    instance_t *instance;
    pl_arena arena;
    pl_err err;

    if ((err = pl_crypto_ready()) || (err = instance_check_place(place)))
        return err;
    if (!(instance = instance_at(place, clock)))
        return PL_ERR_MEMORY;
    pl_arena_init(&arena);
    if (!(err = open_and_migrate(instance)))
        err = unlock(instance, &arena);
    pl_arena_reset(&arena);
    err = explain_access(instance, err);
    if (err)
        instance_close(instance);
    else
        *out = instance;
    return err;
}

bool instance_is_shared(const instance_t *instance)
{
    return instance->is_shared;
}

pl_err instance_claim(instance_t *instance)
{
    pl_err err = instance->is_shared ? PL_OK : instance_take_lock(instance->lock, 0, &instance->claim);

    return err == PL_ERR_BUSY ? pl_fail(err, "a server runs on this data directory") : err;
}

keys_t *instance_keys(instance_t *instance)
{
    return instance->keys;
}

store_t *instance_store(instance_t *instance)
{
    return instance->store;
}

pl_err instance_write(instance_t *instance, pl_arena *arena, store_work work, void *context)
{
    const tx_t about = instance_about(instance, arena);

    return store_write(instance->store, &about, work, context);
}

pl_err instance_read(instance_t *instance, pl_arena *arena, store_work work, void *context)
{
    const tx_t about = instance_about(instance, arena);

    return store_read(instance->store, &about, work, context);
}
