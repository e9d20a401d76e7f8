/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading another shared library at run time. A library once loaded stays loaded.
 */
#ifndef PL_PLATFORM_LIBRARY_H
#define PL_PLATFORM_LIBRARY_H

#include <stddef.h>

#include "base/err.h"

typedef void (*pl_function)(void);

typedef struct {
    const char *name;
    pl_function *slot;
} pl_import;

/* Loads the first of the NULL-terminated names that is there and fills every slot; PL_ERR_UNSUPPORTED, with what is missing. */
pl_err pl_library_load(const char *const *names, const pl_import *imports, size_t count);

#endif
