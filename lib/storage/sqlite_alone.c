/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of SQLite that hold for the whole process. A file of its own, which only servers link: in somebody's program they are not
 * ours to change.
 */
#include "storage/sqlite_alone.h"

#include <sqlite3.h>

void pl_sqlite_alone(void)
{
    /* Refused when SQLite is in use already: then it goes on counting, and all else is the same. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
