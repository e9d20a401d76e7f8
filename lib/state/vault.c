/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault over SQLite, or over a small table in memory where nothing can be stored; see vault.h.
 */
#include "state/vault.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "state/usage_rows.h"
#include "state/vault_check.h"
#include "state/vault_key.h"
#include "state/vault_memory.h"
#include "storage/migrate.h"

enum { PATH_SIZE = 1024 };

static const pl_migration migrations[] = {
    {1, "CREATE TABLE wrap (component INTEGER NOT NULL, wrapped BLOB NOT NULL);"
        "CREATE TABLE item (name TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;"},
    {2, PL_USAGE_SCHEMA},
    {3, PL_USAGE_SCHEMA_ASIDE},
};

static const char select_sql[] = "SELECT sealed "
                                 "  FROM item "
                                 " WHERE name = $1";

static const char upsert_sql[] = "INSERT INTO item (name, sealed) "
                                 "VALUES ($1, $2) "
                                 "    ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";

static const char delete_sql[] = "DELETE FROM item "
                                 " WHERE name = $1";

struct pl_vault {
    pl_db *db; /* NULL: in memory */
    pl_db_statement *select, *upsert, *delete;
    bool is_read_only;
    bool is_stand_in;
    uint8_t key[32];
    const pl_fs *fs;
    char path[PATH_SIZE];
    const pl_vault_options *options; /* while opening */
    pl_vault_memory memory;
};

static pl_err prepare(pl_vault *vault)
{
    pl_err err = pl_db_prepare(vault->db, select_sql, &vault->select);

    if (err || vault->is_read_only)
        return err;
    if ((err = pl_db_prepare(vault->db, upsert_sql, &vault->upsert)))
        return err;
    return pl_db_prepare(vault->db, delete_sql, &vault->delete);
}

/* Statements go with their connection. */
static void close_db(pl_vault *vault)
{
    pl_db_close(vault->db);
    vault->db = NULL;
    vault->is_read_only = false;
}

static pl_err take_key(void *context, pl_db *db)
{
    pl_vault *vault = context;

    return pl_vault_key_open(db, vault->options->keys, vault->options->key_count, vault->key);
}

/* PL_ERR_NOT_FOUND where there is no file. */
static pl_err open_file(pl_vault *vault)
{
    pl_db_sqlite_options options = {vault->path, DB_READ_WRITE, 0, true, false};
    pl_err err;

    if ((err = pl_db_open_sqlite(&options, &vault->db)) || (err = pl_vault_check(vault->db)) ||
        (err = pl_db_script(vault->db, "PRAGMA secure_delete=ON")) ||
        (err = pl_migrate(vault->db, migrations, sizeof migrations / sizeof *migrations, vault->options->now_ms)) ||
        (err = pl_db_transaction(vault->db, take_key, vault)) || (err = prepare(vault))) {
        close_db(vault);
    }
    return err;
}

static pl_err refuse_other_version(pl_db *db)
{
    int version;
    pl_err err = pl_migrate_version(db, &version);

    if (err || version == migrations[sizeof migrations / sizeof *migrations - 1].number)
        return err;
    return pl_fail(PL_ERR_TOO_NEW, "the stored state has version %d and can't be written to change that", version);
}

/* For a license key that an installer put into a directory which the till itself may not write. */
static pl_err open_to_read(pl_vault *vault)
{
    pl_db_sqlite_options options = {vault->path, DB_READ_ONLY, 0, true, false};
    pl_err err;

    vault->is_read_only = true;
    if ((err = pl_db_open_sqlite(&options, &vault->db)) || (err = pl_vault_check(vault->db)) ||
        (err = refuse_other_version(vault->db)) ||
        (err = pl_vault_key_find(vault->db, vault->options->keys, vault->options->key_count, vault->key)) ||
        (err = prepare(vault)))
        close_db(vault);
    return err;
}

/* An empty file of ours gives the database the directory's rights; SQLite would take the umask's. */
static pl_err make_file(pl_vault *vault)
{
    pl_err err = vault->fs->write(vault->fs->context, vault->path, pl_span_of("", 0));

    return err ? err : open_file(vault);
}

static bool is_unusable(pl_err err)
{
    return err == PL_ERR_OTHER_DEVICE || err == PL_ERR_DATABASE || err == PL_ERR_MALFORMED;
}

static pl_err move_aside(pl_vault *vault)
{
    char journal[PATH_SIZE + 16], aside[PATH_SIZE + 32], aside_journal[PATH_SIZE + 48];

    snprintf(journal, sizeof journal, "%s-journal", vault->path);
    snprintf(aside, sizeof aside, "%s.%lld.bad", vault->path, (long long)vault->options->now_ms);
    snprintf(aside_journal, sizeof aside_journal, "%s-journal", aside);
    pl_log_write(vault->options->log, PL_LOG_WARN, "the stored state can't be opened (%s); it is kept as %s", pl_err_detail(),
                 aside);
    /* a journal left behind would be rolled back into the new file */
    (void)vault->fs->rename(vault->fs->context, journal, aside_journal);
    return vault->fs->rename(vault->fs->context, vault->path, aside);
}

static pl_err make_path(const char *directory, char path[PATH_SIZE])
{
    int length = snprintf(path, PATH_SIZE, "%s/vault.db", directory);

    return length >= 0 && length < PATH_SIZE ? PL_OK : pl_fail(PL_ERR_IO, "the path of the data directory is too long");
}

/* Under the lock: another process may have made it or set it aside since. */
static pl_err open_or_make(pl_vault *vault, bool *set_aside)
{
    pl_err err = open_file(vault);

    if (is_unusable(err)) {
        if ((err = move_aside(vault)))
            return err;
        *set_aside = true;
        err = PL_ERR_NOT_FOUND;
    }
    return err == PL_ERR_NOT_FOUND ? make_file(vault) : err;
}

static pl_err open_on_disk(pl_vault *vault, bool *set_aside)
{
    const pl_vault_options *options = vault->options;
    char lock_path[PATH_SIZE + 16];
    pl_file_lock *lock = NULL;
    pl_err err;

    if ((err = make_path(options->directory, vault->path)) || (err = pl_seal_ready()))
        return err;
    if (options->key_count == 0)
        return pl_fail(PL_ERR_NO_FINGERPRINT, "no hardware component to seal the state with");
    if (options->fs->kind(options->fs->context, options->directory) == PL_FS_NETWORK)
        return pl_fail(PL_ERR_NETWORK_SHARE, "%s is on a network share", options->directory);
    err = open_file(vault);
    if (err == PL_ERR_READ_ONLY && (err = open_to_read(vault)) != PL_ERR_MEMORY)
        return pl_fail(PL_ERR_READ_ONLY, "%s can't be written by this account", vault->path);
    if (err != PL_ERR_NOT_FOUND && !is_unusable(err))
        return err;
    snprintf(lock_path, sizeof lock_path, "%s.lock", vault->path);
    if ((err = pl_file_lock_take(lock_path, 0, &lock)))
        return err;
    err = open_or_make(vault, set_aside);
    pl_file_lock_release(lock);
    return err;
}

pl_err pl_vault_open(const pl_vault_options *options, pl_vault **vault, pl_err *storage, bool *set_aside)
{
    pl_vault *fresh = pl_alloc(sizeof *fresh);

    *vault = NULL;
    *set_aside = false;
    *storage = PL_OK;
    if (!fresh)
        return pl_fail(PL_ERR_MEMORY, "no memory for the vault");
    fresh->fs = options->fs;
    fresh->options = options;
    if (options->directory && options->directory[0])
        *storage = open_on_disk(fresh, set_aside);
    fresh->options = NULL;
    fresh->is_stand_in = *storage == PL_ERR_BUSY;
    if (*storage == PL_ERR_MEMORY) {
        pl_vault_close(fresh);
        return *storage;
    }
    *vault = fresh;
    return PL_OK;
}

void pl_vault_close(pl_vault *vault)
{
    size_t i;

    if (!vault)
        return;
    pl_db_close(vault->db);
    for (i = 0; i < PL_VAULT_MEMORY_ITEMS_MAX; i++)
        pl_vault_item_release(&vault->memory.items[i]);
    pl_wipe(vault->key, sizeof vault->key);
    pl_free(vault);
}

bool pl_vault_is_durable(const pl_vault *vault)
{
    return vault->db && !vault->is_read_only;
}

bool pl_vault_is_stand_in(const pl_vault *vault)
{
    return vault->is_stand_in;
}

pl_db *pl_vault_db(pl_vault *vault)
{
    return pl_vault_is_durable(vault) ? vault->db : NULL;
}

pl_err pl_vault_derive(const pl_vault *vault, const char *purpose, uint8_t key[32])
{
    return pl_derive(pl_span_of(vault->key, sizeof vault->key), purpose, key);
}

static pl_err refuse_write(const pl_vault *vault)
{
    if (vault->is_stand_in)
        return pl_fail(PL_ERR_BUSY, "another process keeps the stored state busy");
    return vault->is_read_only ? pl_fail(PL_ERR_READ_ONLY, "%s can't be written by this account", vault->path) : PL_OK;
}

static pl_err unseal_row(pl_vault *vault, const char *name, pl_buf *value)
{
    uint8_t sealed[PL_VAULT_VALUE_MAX + PL_SEAL_OVERHEAD];
    uint8_t plain[PL_VAULT_VALUE_MAX];
    size_t size = pl_db_column_bytes(vault->select, 0, sealed, sizeof sealed);

    if (size < PL_SEAL_OVERHEAD || size > sizeof sealed)
        return pl_fail(PL_ERR_SIGNATURE, "the record %s has a size that was never written", name);
    if (pl_unseal(vault->key, pl_span_text(name), pl_span_of(sealed, size), plain))
        return pl_fail(PL_ERR_SIGNATURE, "the record %s was altered", name);
    pl_buf_add(value, plain, size - PL_SEAL_OVERHEAD);
    pl_wipe(plain, sizeof plain);
    return value->err;
}

pl_err pl_vault_get(pl_vault *vault, const char *name, pl_buf *value)
{
    const pl_vault_item *item = pl_vault_memory_find(&vault->memory, name);
    pl_err err = PL_ERR_NOT_FOUND;
    pl_db_result result;

    if (item && !item->is_removed) {
        pl_buf_add(value, item->value, item->size);
        return value->err;
    }
    if (!item && vault->is_stand_in)
        return refuse_write(vault); /* whether there is one is not known */
    if (item || !vault->db)
        return PL_ERR_NOT_FOUND;
    pl_db_bind_text(vault->select, 1, name);
    result = pl_db_step(vault->select);
    if (result == DB_ROW)
        err = unseal_row(vault, name, value);
    else if (result != DB_DONE)
        err = pl_db_err(result);
    pl_db_reset(vault->select);
    return err;
}

static pl_err put_on_disk(pl_vault *vault, const char *name, pl_span value)
{
    uint8_t sealed[PL_VAULT_VALUE_MAX + PL_SEAL_OVERHEAD];
    pl_err err;

    if ((err = refuse_write(vault)) || (err = pl_seal(vault->key, pl_span_text(name), value, sealed)))
        return err;
    pl_db_bind_text(vault->upsert, 1, name);
    pl_db_bind_blob(vault->upsert, 2, sealed, value.size + PL_SEAL_OVERHEAD);
    return pl_db_err(pl_db_run(vault->upsert));
}

pl_err pl_vault_put(pl_vault *vault, const char *name, pl_span value)
{
    pl_err err;

    if (value.size > PL_VAULT_VALUE_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "the record %s is larger than %d bytes", name, PL_VAULT_VALUE_MAX);
    if (!vault->db && !vault->is_stand_in)
        return pl_vault_memory_put(&vault->memory, name, value);
    err = put_on_disk(vault, name, value);
    if (err) {
        /* what this process learned stays true for it, even where the disk refuses */
        pl_err kept = pl_vault_memory_put(&vault->memory, name, value);

        return kept ? kept : err;
    }
    pl_vault_disown(vault, name);
    return PL_OK;
}

static pl_err remove_on_disk(pl_vault *vault, const char *name)
{
    pl_err err = refuse_write(vault);

    if (err || !vault->db)
        return err;
    pl_db_bind_text(vault->delete, 1, name);
    return pl_db_err(pl_db_run(vault->delete));
}

pl_err pl_vault_remove(pl_vault *vault, const char *name)
{
    pl_err err = remove_on_disk(vault, name);

    pl_vault_disown(vault, name);
    if (err == PL_ERR_BUSY)
        pl_vault_memory_remove(&vault->memory, name);
    return err;
}

void pl_vault_disown(pl_vault *vault, const char *name)
{
    pl_vault_item *item = pl_vault_memory_find(&vault->memory, name);

    if (item)
        pl_vault_item_release(item);
}

void pl_vault_inherit(pl_vault *vault, pl_vault *stand_in)
{
    vault->memory = stand_in->memory;
    memset(&stand_in->memory, 0, sizeof stand_in->memory);
}

pl_err pl_vault_settle(pl_vault *vault)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && pl_vault_is_durable(vault) && i < PL_VAULT_MEMORY_ITEMS_MAX; i++) {
        pl_vault_item *item = &vault->memory.items[i];

        if (item->name)
            err = item->is_removed ? remove_on_disk(vault, item->name)
                                   : put_on_disk(vault, item->name, pl_span_of(item->value, item->size));
        if (!err)
            pl_vault_item_release(item);
    }
    return err;
}

pl_err pl_vault_clear(pl_vault *vault)
{
    pl_err err = refuse_write(vault);
    size_t i;

    for (i = 0; i < PL_VAULT_MEMORY_ITEMS_MAX; i++)
        pl_vault_item_release(&vault->memory.items[i]);
    if (err)
        close_db(vault); /* this process at least sees nothing of it any more */
    return vault->db ? pl_db_script(vault->db, "DELETE FROM item") : err;
}

bool pl_vault_is_there(const pl_fs *fs, const char *directory)
{
    char path[PATH_SIZE];
    pl_buf bytes;
    pl_err err;

    if (!directory[0] || make_path(directory, path))
        return false;
    pl_buf_init(&bytes);
    err = fs->read(fs->context, path, 1, &bytes);
    pl_buf_reset(&bytes);
    return err == PL_ERR_TOO_LARGE;
}
