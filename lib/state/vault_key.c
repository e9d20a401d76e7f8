/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrapping of the vault's key; see vault_key.h. Rows of components that no longer fit stay: they may come back.
 */
#include "state/vault_key.h"

#include <string.h>

#include "crypto/crypto.h"

static const char select_sql[] = "SELECT component, wrapped "
                                 "  FROM wrap";

static const char insert_sql[] = "INSERT INTO wrap (component, wrapped) "
                                 "VALUES ($1, $2)";

enum { WRAPPED_SIZE = 32 + PL_SEAL_OVERHEAD, ROWS_MAX = 256 };

static const char label[] = "pospal vault key";

/* This machine's wrapping keys, which of them have a row, and what the rows gave. */
typedef struct {
    const pl_device_wrap_key *keys;
    size_t count;
    bool has_row[PL_DEVICE_WRAP_KEYS_MAX];
    size_t rows;
    bool is_open;
    uint8_t key[32];
} search;

static void try_row(search *s, pl_db_statement *row)
{
    int64_t component = pl_db_column_int(row, 0);
    uint8_t wrapped[WRAPPED_SIZE];
    bool is_whole = pl_db_column_bytes(row, 1, wrapped, sizeof wrapped) == sizeof wrapped;
    uint8_t candidate[32];
    size_t i;

    s->rows++;
    for (i = 0; i < s->count && is_whole; i++) {
        if ((int64_t)s->keys[i].component != component || s->has_row[i] ||
            pl_unseal(s->keys[i].key, pl_span_text(label), pl_span_of(wrapped, sizeof wrapped), candidate))
            continue;
        s->has_row[i] = true;
        s->is_open = true;
        memcpy(s->key, candidate, sizeof s->key);
        break;
    }
    pl_wipe(candidate, sizeof candidate);
}

static pl_err search_rows(pl_db *db, search *s)
{
    pl_db_statement *select;
    pl_db_result result;
    pl_err err;

    if ((err = pl_db_prepare(db, select_sql, &select)))
        return err;
    while ((result = pl_db_step(select)) == DB_ROW && s->rows < ROWS_MAX)
        try_row(s, select);
    pl_db_reset(select);
    return pl_db_err(result);
}

static pl_err add_row(pl_db_statement *insert, const pl_device_wrap_key *wrap_key, const uint8_t key[32])
{
    uint8_t wrapped[WRAPPED_SIZE];
    pl_err err;

    if ((err = pl_seal(wrap_key->key, pl_span_text(label), pl_span_of(key, 32), wrapped)))
        return err;
    pl_db_bind_int(insert, 1, (int64_t)wrap_key->component);
    pl_db_bind_blob(insert, 2, wrapped, sizeof wrapped);
    return pl_db_err(pl_db_run(insert));
}

static pl_err add_rows(pl_db *db, const search *s)
{
    pl_db_statement *insert;
    pl_err err = pl_db_prepare(db, insert_sql, &insert);
    size_t i;

    for (i = 0; !err && i < s->count; i++)
        if (!s->has_row[i])
            err = add_row(insert, &s->keys[i], s->key);
    return err;
}

/* PL_OK for an empty vault too. */
static pl_err search_key(pl_db *db, search *s)
{
    pl_err err = search_rows(db, s);

    if (!err && s->rows > 0 && !s->is_open)
        return pl_fail(PL_ERR_OTHER_DEVICE, "none of this machine's %zu hardware components opens the stored state", s->count);
    return err;
}

pl_err pl_vault_key_open(pl_db *db, const pl_device_wrap_key *keys, size_t count, uint8_t key[32])
{
    search s = {.keys = keys, .count = count};
    pl_err err = search_key(db, &s);

    if (!err && s.rows == 0)
        pl_random(s.key, sizeof s.key);
    if (!err && (err = add_rows(db, &s)) == PL_OK)
        memcpy(key, s.key, sizeof s.key);
    pl_wipe(&s, sizeof s);
    return err;
}

pl_err pl_vault_key_find(pl_db *db, const pl_device_wrap_key *keys, size_t count, uint8_t key[32])
{
    search s = {.keys = keys, .count = count};
    pl_err err = search_key(db, &s);

    if (!err && s.rows == 0)
        err = PL_ERR_NOT_FOUND;
    if (!err)
        memcpy(key, s.key, sizeof s.key);
    pl_wipe(&s, sizeof s);
    return err;
}
