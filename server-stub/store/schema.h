/* SPDX-License-Identifier: Apache-2.0
 *
 * The migrations of schema/NNNN-*.sql, embedded when the program is built.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "storage/migrate.h"

extern const pl_migration store_migrations[];
extern const size_t store_migration_count;

#endif
