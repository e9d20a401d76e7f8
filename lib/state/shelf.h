/* SPDX-License-Identifier: Apache-2.0
 *
 * The documents of one client: those on disk, and over them those that could not be written there and hold for this process only.
 */
#ifndef PL_STATE_SHELF_H
#define PL_STATE_SHELF_H

#include "state/documents.h"

enum { PL_SHELF_MEMORY_MAX = 16 };

typedef struct {
    char name[PL_DOCUMENT_NAME_MAX];
    char *text; /* NULL: removed, as far as this process goes */
    size_t size;
} pl_shelf_item;

typedef struct {
    pl_documents disk; /* directory "": nothing on disk */
    bool is_read_only; /* the directory can be read but not written */
    pl_shelf_item items[PL_SHELF_MEMORY_MAX];
    size_t count;
} pl_shelf;

/* fs and directory are borrowed. */
void pl_shelf_init(pl_shelf *shelf, const pl_fs *fs, const char *directory, bool is_read_only);
void pl_shelf_reset(pl_shelf *shelf);

pl_err pl_shelf_read(const pl_shelf *shelf, const char *name, int generation, pl_buf *text);
/* When the disk refuses, the change is kept in memory and the disk's error is returned; PL_ERR_MEMORY when that fails too. */
pl_err pl_shelf_write(pl_shelf *shelf, const char *name, pl_span text);
pl_err pl_shelf_remove(pl_shelf *shelf, const char *name);
pl_err pl_shelf_set_aside(pl_shelf *shelf, const char *name, int generation);
/* Once for each generation, and once more for a text in memory. */
pl_err pl_shelf_each(const pl_shelf *shelf, const char *prefix, pl_err (*visit)(void *visitor, const char *name), void *visitor);
/* Whether the document held in memory is one that the disk refused: what it replaces must not be removed there. */
bool pl_shelf_is_held_back(const pl_shelf *shelf, const char *name);
uint64_t pl_shelf_notice(const pl_shelf *shelf);
void pl_shelf_announce(pl_shelf *shelf);

#endif
