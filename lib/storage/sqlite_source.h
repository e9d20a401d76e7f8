/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the functions of SQLite come from: sqlite_linked.c or sqlite_loaded.c, whichever a program links. Nobody asks which.
 */
#ifndef PL_STORAGE_SQLITE_SOURCE_H
#define PL_STORAGE_SQLITE_SOURCE_H

#include "platform/library.h"

/* Fills every slot with the function of that name. PL_ERR_UNSUPPORTED when there is no SQLite, or none with all of them. */
pl_err pl_sqlite_provide(const pl_import *imports, size_t count);

#endif
