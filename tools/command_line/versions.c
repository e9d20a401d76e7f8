/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking SQLite for its version.
 */
#include "command_line/versions.h"

#include "storage/db.h"

void versions_sqlite(char text[PL_VERSION_TEXT_SIZE])
{
    pl_db_sqlite_options options = {":memory:", DB_READ_WRITE_CREATE, 0, false, false};
    pl_db_statement *statement;
    pl_db *db = NULL;

    text[0] = '\0';
    if (!pl_db_open_sqlite(&options, &db) && !pl_db_prepare(db, "SELECT sqlite_version()", &statement)) {
        if (pl_db_step(statement) == DB_ROW) {
            size_t size = pl_db_column_bytes(statement, 0, text, PL_VERSION_TEXT_SIZE - 1);

            text[size < PL_VERSION_TEXT_SIZE ? size : 0] = '\0';
        }
        pl_db_reset(statement);
    }
    pl_db_close(db);
}
