/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite's own quick check; see vault_check.h.
 */
#include "state/vault_check.h"

#include <string.h>

pl_err pl_vault_check(pl_db *db)
{
    pl_db_statement *check;
    pl_db_result result;
    char verdict[3] = "";
    pl_err err;

    if ((err = pl_db_prepare(db, "PRAGMA quick_check(1)", &check)))
        return err;
    result = pl_db_step(check);
    if (result == DB_ROW)
        (void)pl_db_column_bytes(check, 0, verdict, 2);
    pl_db_reset(check);
    if (result != DB_ROW)
        return result == DB_DONE ? PL_ERR_CORRUPT : pl_db_err(result);
    return strcmp(verdict, "ok") == 0 ? PL_OK : pl_fail(PL_ERR_CORRUPT, "the stored state is damaged");
}
