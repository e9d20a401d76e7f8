/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault over SQLite, or over a small table in memory where nothing can be stored; see vault.h.
 */
#include "state/vault.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "state/vault_file.h"
#include "state/vault_memory.h"

static const char select_sql[] = "SELECT sealed "
                                 "  FROM item "
                                 " WHERE name = $1";

static const char upsert_sql[] = "INSERT INTO item (name, sealed) "
                                 "VALUES ($1, $2) "
                                 "    ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";

static const char delete_sql[] = "DELETE FROM item "
                                 " WHERE name = $1";

struct pl_vault {
    pl_vault_file file; /* not open: in memory */
    pl_db_statement *select, *upsert, *delete;
    const pl_fs *fs;
    pl_err storage; /* why it is not on the disk; PL_OK: it is, or is in memory by choice */
    char detail[PL_ERR_DETAIL_MAX];
    bool is_hidden; /* it was cleared and can't be written */
    pl_vault_memory memory;
};

static pl_err prepare(pl_vault *vault)
{
    pl_err err = pl_db_prepare(vault->file.db, select_sql, &vault->select);

    if (err || vault->file.is_read_only)
        return err;
    if ((err = pl_db_prepare(vault->file.db, upsert_sql, &vault->upsert)))
        return err;
    return pl_db_prepare(vault->file.db, delete_sql, &vault->delete);
}

static pl_err open_on_disk(pl_vault *vault, const pl_vault_options *options, bool *set_aside)
{
    pl_err err = pl_vault_file_open(options, &vault->file, set_aside);
    pl_err prepared = PL_OK;

    if (err)
        snprintf(vault->detail, sizeof vault->detail, "%s", pl_err_detail());
    if (vault->file.db && (prepared = prepare(vault))) {
        snprintf(vault->detail, sizeof vault->detail, "%s", pl_err_detail());
        pl_vault_file_close(&vault->file);
    }
    return prepared ? prepared : err;
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
    if (options->directory && options->directory[0])
        *storage = fresh->storage = open_on_disk(fresh, options, set_aside);
    if (*storage == PL_ERR_MEMORY) {
        pl_vault_close(fresh);
        return *storage;
    }
    if (*storage)
        (void)pl_fail(*storage, "%s", fresh->detail);
    *vault = fresh;
    return PL_OK;
}

void pl_vault_close(pl_vault *vault)
{
    size_t i;

    if (!vault)
        return;
    pl_vault_file_close(&vault->file);
    for (i = 0; i < PL_VAULT_MEMORY_ITEMS_MAX; i++)
        pl_vault_item_release(&vault->memory.items[i]);
    pl_wipe(vault->file.key, sizeof vault->file.key);
    pl_free(vault);
}

bool pl_vault_is_durable(const pl_vault *vault)
{
    return vault->file.db && !vault->file.is_read_only;
}

bool pl_vault_is_readable(const pl_vault *vault)
{
    return vault->file.db;
}

/* What can't be otherwise while the client lives is not tried again. */
bool pl_vault_is_stand_in(const pl_vault *vault)
{
    return vault->storage && !vault->is_hidden && vault->storage != PL_ERR_NETWORK_SHARE &&
           vault->storage != PL_ERR_NO_FINGERPRINT && vault->storage != PL_ERR_TOO_NEW;
}

pl_err pl_vault_refusal(const pl_vault *vault)
{
    return vault->storage ? pl_fail(vault->storage, "%s", vault->detail[0] ? vault->detail : pl_err_sentence(vault->storage))
                          : PL_OK;
}

pl_db *pl_vault_db(pl_vault *vault)
{
    return pl_vault_is_durable(vault) ? vault->file.db : NULL;
}

pl_err pl_vault_derive(const pl_vault *vault, const char *purpose, uint8_t key[32])
{
    return pl_derive(pl_span_of(vault->file.key, sizeof vault->file.key), purpose, key);
}

static pl_err unseal_row(pl_vault *vault, const char *name, pl_buf *value)
{
    uint8_t sealed[PL_VAULT_VALUE_MAX + PL_SEAL_OVERHEAD];
    uint8_t plain[PL_VAULT_VALUE_MAX];
    size_t size = pl_db_column_bytes(vault->select, 0, sealed, sizeof sealed);

    if (size < PL_SEAL_OVERHEAD || size > sizeof sealed)
        return pl_fail(PL_ERR_SIGNATURE, "the record %s has a size that was never written", name);
    if (pl_unseal(vault->file.key, pl_span_text(name), pl_span_of(sealed, size), plain))
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
    if (!item && !vault->file.db && pl_vault_is_stand_in(vault) &&
        vault->fs->look(vault->fs->context, vault->file.path) != PL_ERR_NOT_FOUND)
        return pl_vault_refusal(vault); /* whether there is one is not known */
    if (item || !vault->file.db)
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

    if ((err = pl_vault_refusal(vault)) || (err = pl_seal(vault->file.key, pl_span_text(name), value, sealed)))
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
    if (!vault->file.db && !pl_vault_is_stand_in(vault))
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
    pl_err err = pl_vault_refusal(vault);

    if (err || !vault->file.db)
        return err;
    pl_db_bind_text(vault->delete, 1, name);
    return pl_db_err(pl_db_run(vault->delete));
}

pl_err pl_vault_remove(pl_vault *vault, const char *name)
{
    pl_err err = remove_on_disk(vault, name);

    pl_vault_disown(vault, name);
    if (err == PL_ERR_BUSY || (err && pl_vault_is_stand_in(vault)))
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
    pl_err err = pl_vault_refusal(vault);
    size_t i;

    for (i = 0; i < PL_VAULT_MEMORY_ITEMS_MAX; i++)
        pl_vault_item_release(&vault->memory.items[i]);
    if (err && vault->file.db) {
        pl_vault_file_close(&vault->file);
        vault->is_hidden = true; /* this process at least sees nothing of it any more */
    }
    return vault->file.db ? pl_db_script(vault->file.db, "DELETE FROM item") : err;
}
