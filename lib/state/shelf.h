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
/* When the disk refuses, the change is kept in memory and the disk's error is returned; PL_ERR_MEMORY, PL_ERR_STATE (no room) when that fails too. */
pl_err pl_shelf_write(pl_shelf *shelf, const char *name, pl_span text);
pl_err pl_shelf_remove(pl_shelf *shelf, const char *name);
/* The lock between processes around changing several documents, in a directory that can be written. Does not wait: PL_ERR_BUSY. */
pl_err pl_shelf_lock(const pl_shelf *shelf, pl_file_lock **lock);
/* As pl_documents_set_aside, and only while no other process writes: it may be in the middle of it. PL_ERR_BUSY. */
pl_err pl_shelf_set_aside(pl_shelf *shelf, const char *name, int generation, pl_span seen);
/* Removes all of the names that are ours; when the disk refuses, this process sees none of them and the disk's error is returned. */
pl_err pl_shelf_clear(pl_shelf *shelf, bool (*is_ours)(const char *name));
/* Removes what stops in the middle of a write left on disk; the caller holds the lock. */
void pl_shelf_sweep(const pl_shelf *shelf, bool (*is_ours)(const char *name));
/* Once for each generation, and once more for a text in memory. PL_ERR_NOT_FOUND where the directory is gone. */
pl_err pl_shelf_each(const pl_shelf *shelf, const char *prefix, pl_err (*visit)(void *visitor, const char *name), void *visitor);
/* Whether the document held in memory is one that the disk refused: what it replaces must not be removed there. */
bool pl_shelf_is_held_back(const pl_shelf *shelf, const char *name);
/* Whether memory rules over the disk for this name, be it with a text or with its removal. */
bool pl_shelf_is_in_memory(const pl_shelf *shelf, const char *name);
/* Whether memory has a text that the disk refused. */
bool pl_shelf_has_unwritten(const pl_shelf *shelf);
/*
 * Writes what the disk refused, where it has no document of that name by now; what it has may be newer, and is left to whoever writes next.
 * The caller holds the lock. True: something was written.
 */
bool pl_shelf_settle(pl_shelf *shelf);
/* When it can't be read now (PL_ERR_IO, _MEMORY) *notice stays as it is. */
pl_err pl_shelf_notice(const pl_shelf *shelf, uint64_t *notice);
void pl_shelf_announce(pl_shelf *shelf);

#endif
