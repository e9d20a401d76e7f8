/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding, opening and making the vault's file; see vault_file.h.
 */
#include "state/vault_file.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "state/usage_rows.h"
#include "state/vault_check.h"
#include "state/vault_key.h"
#include "storage/migrate.h"

enum { OTHERS_MAX = 16, NAME_SIZE = 40, NAME_DIGITS = 16 };

static const char main_name[] = "vault.db";

static const pl_migration migrations[] = {
    {1, "CREATE TABLE wrap (component INTEGER NOT NULL, wrapped BLOB NOT NULL);"
        "CREATE TABLE item (name TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;"},
    {2, PL_USAGE_SCHEMA},
    {3, PL_USAGE_SCHEMA_ASIDE},
};

/* One opening: with what, and of which file. */
typedef struct {
    const pl_vault_options *options;
    pl_vault_file *file;
    pl_err (*open)(pl_db *db, void *opening); /* once it is open and whole */
    pl_db_mode mode;
} opening;

void pl_vault_file_close(pl_vault_file *file)
{
    pl_db_close(file->db);
    file->db = NULL;
    file->is_read_only = false;
}

static pl_err make_path(const pl_vault_options *options, const char *name, char path[PL_VAULT_PATH_SIZE])
{
    int length = snprintf(path, PL_VAULT_PATH_SIZE, "%s/%s", options->directory, name);

    return length >= 0 && length < PL_VAULT_PATH_SIZE ? PL_OK : pl_fail(PL_ERR_IO, "the path of the data directory is too long");
}

/* Named by a component: another one may name it otherwise, and finds it among the others. */
static void name_own(const pl_vault_options *options, char name[NAME_SIZE])
{
    uint8_t mac[PL_MAC_SIZE];
    size_t at = (size_t)snprintf(name, NAME_SIZE, "vault-");

    pl_mac(options->keys[0].key, pl_span_text("pospal vault name"), mac);
    for (size_t i = 0; i < NAME_DIGITS / 2; i++)
        at += (size_t)snprintf(name + at, NAME_SIZE - at, "%02x", mac[i]);
    (void)snprintf(name + at, NAME_SIZE - at, ".db");
}

/* ---- one file ---- */

static pl_err take_key(void *context, pl_db *db)
{
    const opening *o = context;

    return pl_vault_key_open(db, o->options->keys, o->options->key_count, o->file->key);
}

static pl_err open_to_write(pl_db *db, void *context)
{
    opening *o = context;
    pl_err err;

    if ((err = pl_db_script(db, "PRAGMA secure_delete=ON")) ||
        (err = pl_migrate(db, migrations, sizeof migrations / sizeof *migrations, o->options->now_ms)))
        return err;
    return pl_db_transaction(db, take_key, o);
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
static pl_err open_to_read(pl_db *db, void *context)
{
    const opening *o = context;
    pl_err err = refuse_other_version(db);

    return err ? err : pl_vault_key_find(db, o->options->keys, o->options->key_count, o->file->key);
}

/* PL_ERR_NOT_FOUND where there is no file. */
static pl_err open_path(opening *o)
{
    pl_db_sqlite_options options = {o->file->path, o->mode, o->options->wait_ms, true, false};
    pl_err err;

    if ((err = pl_db_open_sqlite(&options, &o->file->db)) || (err = pl_vault_check(o->file->db)) ||
        (err = o->open(o->file->db, o)))
        pl_vault_file_close(o->file);
    else
        o->file->is_read_only = o->mode == DB_READ_ONLY;
    return err;
}

static pl_err open_name(opening *o, const char *name)
{
    pl_err err = make_path(o->options, name, o->file->path);

    return err ? err : open_path(o);
}

/* ---- the files of others ---- */

typedef struct {
    char names[OTHERS_MAX][NAME_SIZE];
    size_t count;
} others;

static bool is_own_kind(const char *name)
{
    return strncmp(name, "vault-", 6) == 0 && strspn(name + 6, "0123456789abcdef") == NAME_DIGITS &&
           strcmp(name + 6 + NAME_DIGITS, ".db") == 0;
}

/* Earlier versions set another machine's vault aside: whose it is may look for it. */
static bool is_set_aside(const char *name)
{
    const char *time = name + sizeof main_name;
    size_t digits;

    if (strncmp(name, main_name, sizeof main_name - 1) != 0 || name[sizeof main_name - 1] != '.')
        return false;
    digits = strspn(time, "0123456789");
    return digits > 0 && strcmp(time + digits, ".bad") == 0;
}

static pl_err gather(void *context, const char *name)
{
    others *o = context;

    if (o->count < OTHERS_MAX && strlen(name) < NAME_SIZE && (is_own_kind(name) || is_set_aside(name)))
        (void)snprintf(o->names[o->count++], NAME_SIZE, "%s", name);
    return PL_OK;
}

/* SQLite knows a journal by the name of its database: it is opened anew under the name. */
static pl_err take_back(opening *o, const char *own)
{
    const pl_fs *fs = o->options->fs;
    char path[PL_VAULT_PATH_SIZE];
    pl_err err;

    pl_vault_file_close(o->file);
    if ((err = make_path(o->options, own, path)) || (err = fs->rename(fs->context, o->file->path, path)))
        return err;
    return open_name(o, own);
}

/* PL_ERR_NOT_FOUND: none of them is this machine's. PL_ERR_BUSY: that can't be told now. */
static pl_err open_other(opening *o)
{
    const pl_fs *fs = o->options->fs;
    char own[NAME_SIZE];
    others found = {.count = 0};
    pl_err err;

    name_own(o->options, own);
    if ((err = open_name(o, own)) == PL_OK || err == PL_ERR_BUSY || err == PL_ERR_MEMORY)
        return err;
    if ((err = fs->list(fs->context, o->options->directory, gather, &found)))
        return err;
    for (size_t i = 0; i < found.count; i++) {
        err = open_name(o, found.names[i]);
        if (!err && is_set_aside(found.names[i]) && o->mode != DB_READ_ONLY)
            return take_back(o, own);
        if (!err || err == PL_ERR_BUSY || err == PL_ERR_MEMORY)
            return err;
    }
    return PL_ERR_NOT_FOUND;
}

/* ---- making one ---- */

/* An empty file of ours gives the database the directory's rights; SQLite would take the umask's. */
static pl_err make_file(opening *o, const char *name)
{
    const pl_fs *fs = o->options->fs;
    pl_err err;

    if ((err = make_path(o->options, name, o->file->path)) || (err = fs->write(fs->context, o->file->path, pl_span_of("", 0))))
        return err;
    return open_path(o);
}

static pl_err move_aside(const opening *o)
{
    const pl_fs *fs = o->options->fs;
    const char *path = o->file->path;
    char journal[PL_VAULT_PATH_SIZE + 16], aside[PL_VAULT_PATH_SIZE + 32], aside_journal[PL_VAULT_PATH_SIZE + 48];

    snprintf(journal, sizeof journal, "%s-journal", path);
    snprintf(aside, sizeof aside, "%s.%lld.bad", path, (long long)o->options->now_ms);
    snprintf(aside_journal, sizeof aside_journal, "%s-journal", aside);
    pl_log_write(o->options->log, PL_LOG_WARN, "the stored state is damaged (%s); it is kept as %s", pl_err_detail(), aside);
    /* a journal left behind would be rolled back into the new file */
    (void)fs->rename(fs->context, journal, aside_journal);
    return fs->rename(fs->context, path, aside);
}

static pl_err make_own(opening *o)
{
    char own[NAME_SIZE];

    name_own(o->options, own);
    pl_log_write(o->options->log, PL_LOG_WARN,
                 "%s/%s was sealed on other hardware than this; it stays as it is, and %s is made beside it",
                 o->options->directory, main_name, own);
    return make_file(o, own);
}

/* Under the lock: another process may have made it or set it aside since. */
static pl_err open_or_make(opening *o, bool *set_aside)
{
    pl_err err = open_name(o, main_name);
    bool is_of_others = err == PL_ERR_OTHER_DEVICE;

    if (err == PL_ERR_CORRUPT) {
        if ((err = move_aside(o)))
            return err;
        *set_aside = true;
        err = PL_ERR_NOT_FOUND;
    }
    if (err != PL_ERR_NOT_FOUND && !is_of_others)
        return err;
    if ((err = open_other(o)) != PL_ERR_NOT_FOUND)
        return err;
    return is_of_others ? make_own(o) : make_file(o, main_name);
}

static pl_err check_place(const pl_vault_options *options)
{
    pl_err err = options->refusal ? pl_fail(options->refusal, "%s", options->why) : pl_seal_ready();

    if (err)
        return err;
    if (options->key_count == 0)
        return pl_fail(PL_ERR_NO_FINGERPRINT, "no hardware component to seal the state with");
    if (options->fs->kind(options->fs->context, options->directory) == PL_FS_NETWORK)
        return pl_fail(PL_ERR_NETWORK_SHARE, "%s is on a network share", options->directory);
    return PL_OK;
}

pl_err pl_vault_file_open_to_read(const pl_vault_options *options, pl_vault_file *file)
{
    opening o = {options, file, open_to_read, DB_READ_ONLY};
    pl_err err;

    if ((err = check_place(options)) || (err = open_name(&o, main_name)) != PL_ERR_OTHER_DEVICE)
        return err;
    err = open_other(&o);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_OTHER_DEVICE, "the stored state was sealed on other hardware than this")
                                   : err;
}

static pl_err open_as_may_be(opening *o, bool *set_aside)
{
    const pl_vault_options *options = o->options;
    char lock_path[PL_VAULT_PATH_SIZE];
    pl_file_lock *lock = NULL;
    pl_err err;

    if ((err = check_place(options)))
        return err;
    err = open_name(o, main_name);
    if (err == PL_ERR_READ_ONLY && (err = pl_vault_file_open_to_read(options, o->file)) != PL_ERR_MEMORY)
        return pl_fail(PL_ERR_READ_ONLY, "the stored state in %s can't be written by this account", options->directory);
    if (err != PL_ERR_NOT_FOUND && err != PL_ERR_OTHER_DEVICE && err != PL_ERR_CORRUPT)
        return err;
    if ((err = make_path(options, "vault.db.lock", lock_path)) || (err = pl_file_lock_take(lock_path, 0, &lock)))
        return err;
    err = open_or_make(o, set_aside);
    pl_file_lock_release(lock);
    return err;
}

pl_err pl_vault_file_open(const pl_vault_options *options, pl_vault_file *file, bool *set_aside)
{
    opening o = {options, file, open_to_write, DB_READ_WRITE};
    pl_err err = open_as_may_be(&o, set_aside);

    if (!file->db)
        (void)make_path(options, main_name, file->path); /* where it would be */
    return err;
}

bool pl_vault_is_there(const pl_fs *fs, const char *directory)
{
    const pl_vault_options options = {.directory = directory};
    char path[PL_VAULT_PATH_SIZE];

    return directory[0] && !make_path(&options, main_name, path) && fs->look(fs->context, path) == PL_OK;
}
