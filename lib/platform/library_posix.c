/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading shared libraries on POSIX systems.
 */
#include "platform/library.h"

#include <dlfcn.h>
#include <string.h>

/* All symbols at once: one that is missing must be an error here, not the end of the process at its first call. */
static void *open_first(const char *const *names)
{
    void *library = NULL;

    for (; *names && !library; names++)
        library = dlopen(*names, RTLD_NOW | RTLD_LOCAL);
    return library;
}

pl_err pl_library_load(const char *const *names, const pl_import *imports, size_t count)
{
    void *library = open_first(names);
    size_t i;

    if (!library)
        return pl_fail(PL_ERR_UNSUPPORTED, "%s is not installed or cannot be loaded", names[0]);
    for (i = 0; i < count; i++)
        if (!dlsym(library, imports[i].name))
            return pl_fail(PL_ERR_UNSUPPORTED, "%s is too old or another library: it lacks %s", names[0], imports[i].name);
    for (i = 0; i < count; i++) {
        void *symbol = dlsym(library, imports[i].name);

        memcpy(imports[i].slot, &symbol, sizeof symbol); /* ISO C has no cast from an object pointer to a function pointer */
    }
    return PL_OK;
}
