/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading shared libraries on POSIX systems.
 */
#include "platform/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum { WHY_SIZE = 200 };

/* All symbols at once: one that is missing must be an error here, not the end of the process at its first call. */
static void *open_first(const char *const *names, char why[WHY_SIZE])
{
    void *library = NULL;
    size_t i;

    why[0] = '\0';
    for (i = 0; names[i] && !library; i++) {
        const char *said;

        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (!library && (said = dlerror()) && i == 0) /* the name it has everywhere, the others are of other systems */
            (void)snprintf(why, WHY_SIZE, "%s", said);
    }
    return library;
}

pl_err pl_library_load(const char *const *names, const pl_import *imports, size_t count)
{
    char why[WHY_SIZE];
    void *library = open_first(names, why);
    size_t i;

    if (!library)
        return pl_fail(PL_ERR_UNSUPPORTED, "%s is not installed or cannot be loaded now (%s)", names[0], why);
    for (i = 0; i < count; i++)
        if (!dlsym(library, imports[i].name))
            return pl_fail(PL_ERR_UNSUPPORTED, "%s is too old or another library: it lacks %s", names[0], imports[i].name);
    for (i = 0; i < count; i++) {
        void *symbol = dlsym(library, imports[i].name);

        memcpy(imports[i].slot, &symbol, sizeof symbol); /* ISO C has no cast from an object pointer to a function pointer */
    }
    return PL_OK;
}
