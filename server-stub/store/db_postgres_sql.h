/* SPDX-License-Identifier: Apache-2.0
 *
 * From our one SQL text to PostgreSQL's. Translated, outside quotes and comments, are:
 *
 *   BLOB            to BYTEA
 *   TEXT            in a script, where columns are declared, to TEXT COLLATE "C": texts sort by their bytes on both engines
 *   WITHOUT ROWID   to nothing: SQLite stores such a table in the order of its primary key
 *
 * and nothing else. What a text must keep to on both is in docs/ARCHITECTURE.md and checked by tests/style/check_sql.py.
 */
#ifndef STORE_DB_POSTGRES_SQL_H
#define STORE_DB_POSTGRES_SQL_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the translation; a failure is in the buffer. */
void postgres_sql_translate(const char *sql, bool is_script, pl_buf *out);

#endif
