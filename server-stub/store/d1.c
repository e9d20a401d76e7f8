/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the old database. Its statements are made from what is in it: SQLite's words, for it is SQLite's file whatever ours is.
 */
#include "store/d1.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BUSY_TIMEOUT_MS = 5000, CUSTOMERS_NEEDED = 3 /* of the first columns */, ALIKE_MAX = 100, DOUBLES_MAX = 10000 };

typedef struct {
    const char *name;
    const char *columns[D1_VALUES_MAX];
    const char *known; /* columns that are not taken, and no surprise */
} table_t;

static const table_t tables[D1_TABLES] = {
    [D1_CUSTOMERS] = {"customers",
                      {"id", "email", "unlock_token", "name", "stripe_customer_id", "stripe_session_id", "machine_fingerprint",
                       "subscription_status", "subscription_id", "next_billing_date", "current_period_start",
                       "current_period_end", "created_at", "last_seen", "last_validation", "payment_failures",
                       "subscription_amount", "subscription_currency"},
                      " updated_at "},
    [D1_AUDIT] = {"audit_log",
                  {"id", "customer_id", "action", "created_at", "old_machine_fingerprint", "new_machine_fingerprint",
                   "ip_address", "user_agent", "metadata"},
                  ""},
    [D1_MAILS] = {"email_log",
                  {"id", "customer_id", "email_type", "recipient_email", "delivery_status", "resend_id", "error_message",
                   "created_at", "delivered_at", "subject"},
                  ""},
    [D1_EVENTS] = {"webhook_events",
                   {"id", "customer_id", "stripe_event_id", "event_type", "processing_status", "created_at", "processed_at",
                    "error_message", "retry_count"},
                   ""},
    [D1_REFUNDS] = {"refund_requests",
                    {"id", "customer_id", "invoice_id", "reason", "details", "status", "refund_amount", "stripe_refund_id",
                     "admin_notes", "created_at", "processed_at", "updated_at"},
                    ""},
    [D1_SESSIONS] = {"active_sessions",
                     {"id", "customer_id", "session_id", "machine_fingerprint", "status", "created_at", "last_heartbeat",
                      "ended_at", "device_info", "session_started", "ip_address", "user_agent"},
                     ""},
    [D1_TRIALS] = {"trial_devices",
                   {"hardware_hash", "first_run", "expires_at", "status", "tamper_flag", "hardware_last4", "created_at",
                    "updated_at", "last_seen", "last_ip", "metadata"},
                   ""},
};

/* Short-lived, or no licensing at all: not brought along. */
static const char KNOWN_TABLES[] = " email_verifications recovery_attempts rate_limits qr_menus qr_menu_suspensions"
                                   " qr_menu_device_overrides schema_version d1_migrations _cf_KV _cf_METADATA ";

struct d1 {
    pl_db *db;
    pl_arena *arena;
    bool has[D1_TABLES][D1_VALUES_MAX];
    const char *strangers;
    d1_table table;
    pl_db_statement *rows; /* of it; NULL: it is not there */
    pl_db_statement *by_id;
    pl_db_statement *alike;
    const char **doubles; /* folded addresses that several customers have, in order */
    size_t double_count;
};

const char *d1_table_text(d1_table table)
{
    return tables[table].name;
}

size_t d1_value_count(d1_table table)
{
    size_t count = 0;

    while (count < D1_VALUES_MAX && tables[table].columns[count])
        count++;
    return count;
}

const char *d1_value_name(d1_table table, size_t index)
{
    return tables[table].columns[index];
}

/* ---- what is in it ---- */

static pl_err add_stranger(d1_t *d1, const char *table, const char *column)
{
    d1->strangers = pl_arena_format(d1->arena, "%s%s%s%s%s", d1->strangers ? d1->strangers : "", d1->strangers ? " " : "", table,
                                    column ? "." : "", column ? column : "");
    return d1->strangers ? PL_OK : PL_ERR_MEMORY;
}

static bool is_listed(const char *words, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = strstr(words, word); size && at; at = strstr(at + 1, word))
        if (at > words && at[-1] == ' ' && at[size] == ' ')
            return true;
    return false;
}

static pl_err note_column(d1_t *d1, d1_table table, const char *name)
{
    for (size_t i = 0; i < d1_value_count(table); i++)
        if (strcmp(tables[table].columns[i], name) == 0) {
            d1->has[table][i] = true;
            return PL_OK;
        }
    if (is_listed(tables[table].known, name) || !pl_text_is_clean(name))
        return PL_OK;
    return add_stranger(d1, tables[table].name, name);
}

/* The names that a statement gives, one by one. */
static pl_err take_names(d1_t *d1, pl_db_statement *names, d1_table table)
{
    pl_db_result result = DB_DONE;
    pl_err err = PL_OK;

    while (!err && (result = pl_db_step(names)) == DB_ROW) {
        const char *name = pl_db_column_text(names, 0, d1->arena);

        if (!name)
            err = PL_ERR_MEMORY;
        else if (table < D1_TABLES)
            err = note_column(d1, table, name);
        else if (!is_listed(KNOWN_TABLES, name) && pl_text_is_clean(name))
            err = add_stranger(d1, name, NULL);
    }
    pl_db_reset(names);
    return err ? err : pl_db_err(result);
}

/* A view, or a table that a module makes up as it is read, is none of theirs. */
static pl_err read_columns(d1_t *d1, d1_table table)
{
    pl_db_statement *names;
    pl_err err = pl_db_prepare(d1->db,
                               "SELECT substr(c.name, 1, 64) FROM sqlite_master t, pragma_table_info(t.name) c"
                               " WHERE t.type = 'table' AND t.rootpage > 0 AND t.name = $1",
                               &names);

    if (err)
        return err;
    pl_db_bind_text(names, 1, tables[table].name);
    return take_names(d1, names, table);
}

static pl_err check_columns(const d1_t *d1)
{
    const table_t *customers = &tables[D1_CUSTOMERS];

    for (size_t i = 0; i < CUSTOMERS_NEEDED; i++)
        if (!d1->has[D1_CUSTOMERS][i])
            return pl_fail(PL_ERR_INVALID, "the file has no table %s with a column %s: it is no database of that system",
                           customers->name, customers->columns[i]);
    return PL_OK;
}

static pl_err read_tables(d1_t *d1)
{
    pl_db_statement *names;
    pl_err err = PL_OK;

    for (size_t table = 0; !err && table < D1_TABLES; table++)
        err = read_columns(d1, (d1_table)table);
    if (err || (err = pl_db_prepare(
                    d1->db,
                    "SELECT substr(name, 1, 64) FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"
                    " AND name NOT IN ('customers', 'audit_log', 'email_log', 'webhook_events', 'refund_requests',"
                    "                  'active_sessions', 'trial_devices')"
                    " ORDER BY name LIMIT 100",
                    &names)))
        return err;
    return take_names(d1, names, D1_TABLES);
}

/* ---- its statements ---- */

static pl_err prepare(d1_t *d1, d1_table table, const char *which, pl_db_statement **statement)
{
    const char *sql = "SELECT ";

    for (size_t i = 0; sql && i < d1_value_count(table); i++)
        sql = pl_arena_format(d1->arena, "%s%s%s", sql, i ? ", " : "", d1->has[table][i] ? tables[table].columns[i] : "NULL");
    sql = sql ? pl_arena_format(d1->arena, "%s FROM %s %s", sql, tables[table].name, which) : NULL;
    return sql ? pl_db_prepare(d1->db, sql, statement) : PL_ERR_MEMORY;
}

static pl_err check_integrity(d1_t *d1, const char *path)
{
    pl_db_statement *check;
    const char *said;
    pl_err err = pl_db_prepare(d1->db, "PRAGMA integrity_check(1)", &check);

    if (err)
        return err;
    if (pl_db_step(check) != DB_ROW)
        return pl_fail(PL_ERR_DATABASE, "%s cannot be read: %s", path, pl_err_detail());
    said = pl_db_column_text(check, 0, d1->arena);
    pl_db_reset(check);
    if (!said)
        return PL_ERR_MEMORY;
    return strcmp(said, "ok") == 0 ? PL_OK : pl_fail(PL_ERR_DATABASE, "%s is damaged: %.100s", path, said);
}

static pl_err read_doubles(d1_t *d1)
{
    pl_db_statement *select;
    pl_db_result result = DB_DONE;
    pl_err err = pl_db_prepare(d1->db,
                               "SELECT lower(email) FROM customers WHERE email IS NOT NULL AND length(email) < 300"
                               " GROUP BY lower(email) HAVING count(*) > 1 ORDER BY 1 LIMIT 10001",
                               &select);

    if (err)
        return err;
    if (!(d1->doubles = pl_arena_take(d1->arena, DOUBLES_MAX * sizeof *d1->doubles)))
        return PL_ERR_MEMORY;
    while (!err && (result = pl_db_step(select)) == DB_ROW) {
        if (d1->double_count == DOUBLES_MAX)
            err = pl_fail(PL_ERR_TOO_LARGE, "more than %d addresses are several customers', by case alone", (int)DOUBLES_MAX);
        else if (!(d1->doubles[d1->double_count++] = pl_db_column_text(select, 0, d1->arena)))
            err = PL_ERR_MEMORY;
    }
    pl_db_reset(select);
    return err ? err : pl_db_err(result);
}

static pl_err look_through(d1_t *d1, const char *path)
{
    pl_err err;

    if ((err = check_integrity(d1, path)) || (err = pl_db_err(pl_db_begin_read(d1->db))) || (err = read_tables(d1)) ||
        (err = check_columns(d1)) || (err = read_doubles(d1)) ||
        (err = prepare(d1, D1_CUSTOMERS, "WHERE id = CAST($1 AS INTEGER)", &d1->by_id)))
        return err;
    return prepare(d1, D1_CUSTOMERS, "WHERE lower(email) = lower($1) ORDER BY id LIMIT 100", &d1->alike);
}

pl_err d1_open(pl_arena *arena, const char *path, d1_t **d1)
{
    const pl_db_sqlite_options options = {.path = path, .mode = DB_READ_ONLY, .busy_timeout_ms = BUSY_TIMEOUT_MS};
    d1_t *made = pl_arena_take(arena, sizeof *made);
    pl_err err;

    if (!made)
        return PL_ERR_MEMORY;
    made->arena = arena;
    if ((err = pl_db_open_sqlite(&options, &made->db)))
        return err == PL_ERR_DATABASE || err == PL_ERR_CORRUPT ? pl_fail(PL_ERR_DATABASE, "%s is no SQLite database", path) : err;
    if ((err = look_through(made, path))) {
        d1_close(made);
        return err;
    }
    *d1 = made;
    return PL_OK;
}

void d1_close(d1_t *d1)
{
    if (!d1)
        return;
    pl_db_rollback(d1->db);
    pl_db_close(d1->db);
}

const char *d1_strangers(const d1_t *d1)
{
    return d1->strangers;
}

/* ---- rows ---- */

static bool is_utf8(const char *text)
{
    for (size_t size = 1; *text; text += size) {
        size = (unsigned char)*text < 0x80 ? 1 : pl_utf8_sequence(text);
        if (size == 0)
            return false;
    }
    return true;
}

static pl_err take_value(pl_db_statement *select, pl_arena *arena, size_t index, d1_row_t *row)
{
    const char *name = tables[row->table].columns[index];
    size_t size = pl_db_column_bytes(select, (int)index, NULL, 0);
    const char *text;

    if (pl_db_column_is_null(select, (int)index))
        return PL_OK;
    if (size > D1_VALUE_MAX) {
        row->fault = pl_arena_format(arena, "%s has %zu bytes, and at most %d are taken", name, size, (int)D1_VALUE_MAX);
        return row->fault ? PL_OK : PL_ERR_MEMORY;
    }
    if (!(text = pl_db_column_text(select, (int)index, arena)))
        return PL_ERR_MEMORY;
    row->values[index] = text;
    if (strlen(text) == size && is_utf8(text))
        return PL_OK;
    row->fault = pl_arena_format(arena, "%s is no text in UTF-8", name);
    return row->fault ? PL_OK : PL_ERR_MEMORY;
}

static pl_err take_row(pl_db_statement *select, pl_arena *arena, d1_table table, d1_row_t *row)
{
    pl_err err = PL_OK;

    *row = (d1_row_t){.table = table};
    for (size_t i = 0; !err && i < d1_value_count(table); i++)
        err = take_value(select, arena, i, row);
    return err;
}

pl_err d1_begin(d1_t *d1, d1_table table)
{
    d1->table = table;
    d1->rows = NULL;
    if (!d1->has[table][D1_ID])
        return PL_OK;
    return prepare(d1, table, table == D1_TRIALS ? "ORDER BY hardware_hash" : "ORDER BY id", &d1->rows);
}

pl_err d1_next(d1_t *d1, pl_arena *arena, d1_row_t *row, bool *more)
{
    pl_db_result result = d1->rows ? pl_db_step(d1->rows) : DB_DONE;

    *more = result == DB_ROW;
    if (*more)
        return take_row(d1->rows, arena, d1->table, row);
    d1->rows = NULL; /* at its end it would begin anew */
    return pl_db_err(result);
}

pl_err d1_find_customer(d1_t *d1, pl_arena *arena, const char *id, d1_row_t *row)
{
    pl_db_result result;
    pl_err err;

    if (!id)
        return PL_ERR_NOT_FOUND;
    pl_db_bind_text(d1->by_id, 1, id);
    result = pl_db_step(d1->by_id);
    err = result == DB_ROW ? take_row(d1->by_id, arena, D1_CUSTOMERS, row) : pl_db_err(result);
    pl_db_reset(d1->by_id);
    return err || result == DB_ROW ? err : PL_ERR_NOT_FOUND;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool d1_is_double(const d1_t *d1, const char *folded)
{
    return d1->double_count > 0 && bsearch(&folded, d1->doubles, d1->double_count, sizeof *d1->doubles, compare_texts);
}

pl_err d1_list_alike(d1_t *d1, pl_arena *arena, const char *email, d1_row_t **rows, size_t *count)
{
    pl_db_result result = DB_DONE;
    pl_err err = PL_OK;

    *count = 0;
    if (!(*rows = pl_arena_take(arena, ALIKE_MAX * sizeof **rows)))
        return PL_ERR_MEMORY;
    pl_db_bind_text(d1->alike, 1, email);
    while (!err && *count < ALIKE_MAX && (result = pl_db_step(d1->alike)) == DB_ROW)
        err = take_row(d1->alike, arena, D1_CUSTOMERS, &(*rows)[(*count)++]);
    pl_db_reset(d1->alike);
    return err ? err : pl_db_err(result);
}
