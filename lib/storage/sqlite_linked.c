/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite linked by the linker, for the server and the static library. Beside db_sqlite.c the only file that includes the header: the
 * address of a function needs its declaration, and db_sqlite.c may not name what a shared library is to load.
 */
#include "storage/sqlite_source.h"

#include <string.h>

#include <sqlite3.h>

typedef struct {
    const char *name;
    pl_function function;
} linked;

static const linked functions[] = {
#define FUNCTION(name) {"sqlite3_" #name, (pl_function)sqlite3_##name},
#include "storage/sqlite_functions.def"
#undef FUNCTION
};

static pl_function find(const char *name)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strcmp(functions[i].name, name) == 0)
            return functions[i].function;
    return NULL;
}

pl_err pl_sqlite_provide(const pl_import *imports, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(*imports[i].slot = find(imports[i].name)))
            return pl_fail(PL_ERR_UNSUPPORTED, "SQLite has no %s", imports[i].name);
    return PL_OK;
}
