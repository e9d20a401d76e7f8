/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed documents as plain files in one directory, each in two generations: written aside, flushed, renamed, so that a stop at any
 * moment leaves the old or the new one whole. Whether a text is good is for the caller to verify: these files prove themselves.
 */
#ifndef PL_STATE_DOCUMENTS_H
#define PL_STATE_DOCUMENTS_H

#include "base/buf.h"
#include "platform/file.h"

enum { PL_DOCUMENT_NAME_MAX = 64, PL_DOCUMENT_GENERATIONS = 3 };

typedef struct {
    const pl_fs *fs;
    const char *directory;
} pl_documents;

/*
 * One generation of a document: 0 the current, 1 one written but not yet renamed, 2 the one before. Appends to text. PL_ERR_NOT_FOUND,
 * _TOO_LARGE, _IO, _MEMORY.
 */
pl_err pl_documents_read(const pl_documents *documents, const char *name, int generation, pl_buf *text);
/* Makes text the current generation and the current one the generation before. */
pl_err pl_documents_write(const pl_documents *documents, const char *name, pl_span text);
/* All generations. PL_OK where there was none. */
pl_err pl_documents_remove(const pl_documents *documents, const char *name);
/* Moves a generation that cannot be believed out of the way, to NAME.bad, NAME.new.bad or NAME.old.bad. */
pl_err pl_documents_set_aside(const pl_documents *documents, const char *name, int generation);
/* Calls visit with each name that begins with prefix, once for each of its generations, until it fails. */
pl_err pl_documents_each(const pl_documents *documents, const char *prefix, pl_err (*visit)(void *visitor, const char *name),
                         void *visitor);

/*
 * The notice: a few bytes that differ after each change, so that other processes see cheaply that they should read again. 0 where there
 * is none.
 */
uint64_t pl_documents_notice(const pl_documents *documents);
pl_err pl_documents_announce(const pl_documents *documents);

#endif
