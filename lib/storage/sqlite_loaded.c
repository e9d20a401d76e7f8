/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite loaded when first used, for the shared library: a program that never opens the state file never pays for it.
 */
#include "storage/sqlite_source.h"

/* The names of every system: those of another are simply not found. */
static const char *const names[] = {
    "libsqlite3.so.0", "libsqlite3.so", "/usr/lib/libsqlite3.dylib", "libsqlite3.0.dylib", "sqlite3.dll", "winsqlite3.dll", NULL,
};

pl_err pl_sqlite_provide(const pl_import *imports, size_t count)
{
    return pl_library_load(names, imports, count);
}
