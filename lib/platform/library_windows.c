/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading shared libraries on Windows: from the program's own directory and the system's, never from the current one.
 */
#include "platform/library.h"

#include <string.h>
#include <windows.h>

/* The flags came with an update of Windows 7; before it there is no safe search, so there the load fails. */
static HMODULE open_first(const char *const *names)
{
    HMODULE library = NULL;

    for (; *names && !library; names++)
        library = LoadLibraryExA(*names, NULL, LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    return library;
}

pl_err pl_library_load(const char *const *names, const pl_import *imports, size_t count)
{
    HMODULE library = open_first(names);
    size_t i;

    if (!library)
        return pl_fail(PL_ERR_UNSUPPORTED, "%s is not installed or cannot be loaded now (error %lu)", names[0], GetLastError());
    for (i = 0; i < count; i++)
        if (!GetProcAddress(library, imports[i].name))
            return pl_fail(PL_ERR_UNSUPPORTED, "%s is too old or another library: it lacks %s", names[0], imports[i].name);
    for (i = 0; i < count; i++) {
        FARPROC symbol = GetProcAddress(library, imports[i].name);

        memcpy(imports[i].slot, &symbol, sizeof symbol);
    }
    return PL_OK;
}
