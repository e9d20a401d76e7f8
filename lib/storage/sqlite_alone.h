/* SPDX-License-Identifier: Apache-2.0
 *
 * For a program whose SQLite nobody else in the process uses: the server, never the library.
 */
#ifndef PL_STORAGE_SQLITE_ALONE_H
#define PL_STORAGE_SQLITE_ALONE_H

/* Before the first database is opened: SQLite no longer counts its memory, for which every thread takes one mutex at every allocation. */
void pl_sqlite_alone(void);

#endif
