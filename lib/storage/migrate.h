/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema migrations by number, each in a transaction of its own; the version is kept in the table schema_version.
 */
#ifndef PL_STORAGE_MIGRATE_H
#define PL_STORAGE_MIGRATE_H

#include "storage/db.h"

typedef struct {
    int number; /* 1, 2, 3, ... without gaps */
    const char *sql;
} pl_migration;

/* Brings the database to the last migration. PL_ERR_TOO_NEW when it has a later one; PL_ERR_DATABASE. now_ms is recorded. */
pl_err pl_migrate(pl_db *db, const pl_migration *migrations, size_t count, int64_t now_ms);
/* The version a database has; 0 for an empty one. */
pl_err pl_migrate_version(pl_db *db, int *version);

#endif
