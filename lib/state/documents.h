/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed documents as plain files in one directory, each in two generations: written aside under a name of the writer's own, flushed,
 * renamed, so that a stop at any moment leaves the old or the new one whole. Whether a text is good is for the caller to verify: these
 * files prove themselves.
 */
#ifndef PL_STATE_DOCUMENTS_H
#define PL_STATE_DOCUMENTS_H

#include "base/buf.h"
#include "platform/file.h"

enum { PL_DOCUMENT_NAME_MAX = 64, PL_DOCUMENT_GENERATIONS = 2 };

typedef struct {
    const pl_fs *fs;
    const char *directory;
} pl_documents;

/* One generation of a document: 0 the current, 1 the one before. Appends to text. PL_ERR_NOT_FOUND, _TOO_LARGE, _IO, _MEMORY. */
pl_err pl_documents_read(const pl_documents *documents, const char *name, int generation, pl_buf *text);
/* Makes text the current generation and the current one the generation before. */
pl_err pl_documents_write(const pl_documents *documents, const char *name, pl_span text);
/* All generations. PL_OK where there was none. */
pl_err pl_documents_remove(const pl_documents *documents, const char *name);
/*
 * Moves a generation that cannot be believed out of the way, where it still is what was seen: to NAME.bad, .bad2 ... .bad9 (the oldest of
 * nine gives way), or NAME.old.bad and so on. The caller keeps others from writing meanwhile.
 */
pl_err pl_documents_set_aside(const pl_documents *documents, const char *name, int generation, pl_span seen);
/* Removes every file of the names that are ours: all generations, ones set aside, and what a stop in the middle of a write left. */
pl_err pl_documents_clear(const pl_documents *documents, bool (*is_ours)(const char *name));
/* Removes what stops in the middle of a write left. The caller keeps others from writing meanwhile. */
pl_err pl_documents_sweep(const pl_documents *documents, bool (*is_ours)(const char *name));
/*
 * Calls visit with each name that begins with prefix, once for each of its generations, until it fails. PL_ERR_NOT_FOUND where there is no
 * directory.
 */
pl_err pl_documents_each(const pl_documents *documents, const char *prefix, pl_err (*visit)(void *visitor, const char *name),
                         void *visitor);

/*
 * The notice: a few bytes that differ after each change, so that other processes see cheaply that they should read again. 0 where there
 * is none; when it can't be read now (PL_ERR_IO, _MEMORY) *notice stays as it is.
 */
pl_err pl_documents_notice(const pl_documents *documents, uint64_t *notice);
pl_err pl_documents_announce(const pl_documents *documents);

#endif
