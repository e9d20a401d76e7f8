/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents in two generations; see documents.h. What may be in them is decided in client/holding.c.
 */
#include "state/documents.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "token/license_file.h"

enum { PATH_SIZE = 1024, NOTICE_SIZE = 8 };

static const char *const suffixes[PL_DOCUMENT_GENERATIONS] = {"", ".new", ".old"};
static const char bad_suffix[] = ".bad";
static const char notice_name[] = "notice";

static pl_err make_path(const pl_documents *documents, const char *name, const char *suffix, char path[PATH_SIZE])
{
    int length = snprintf(path, PATH_SIZE, "%s/%s%s", documents->directory, name, suffix);

    if (length < 0 || length >= PATH_SIZE)
        return pl_fail(PL_ERR_IO, "the path of %s is longer than %d bytes", name, PATH_SIZE - 1);
    return PL_OK;
}

static pl_err move(const pl_documents *documents, const char *name, const char *from_suffix, const char *to_suffix)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    pl_err err;

    if ((err = make_path(documents, name, from_suffix, from)) || (err = make_path(documents, name, to_suffix, to)))
        return err;
    return documents->fs->rename(documents->fs->context, from, to);
}

pl_err pl_documents_read(const pl_documents *documents, const char *name, int generation, pl_buf *text)
{
    char path[PATH_SIZE];
    pl_err err;

    if ((err = make_path(documents, name, suffixes[generation], path)))
        return err;
    return documents->fs->read(documents->fs->context, path, PL_LICENSE_FILE_MAX, text);
}

pl_err pl_documents_write(const pl_documents *documents, const char *name, pl_span text)
{
    char aside[PATH_SIZE];
    pl_err err;

    if ((err = make_path(documents, name, ".new", aside)) || (err = documents->fs->write(documents->fs->context, aside, text)))
        return err;
    err = move(documents, name, "", ".old");
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if ((err = move(documents, name, ".new", "")))
        return err;
    return documents->fs->sync_directory(documents->fs->context, documents->directory);
}

pl_err pl_documents_remove(const pl_documents *documents, const char *name)
{
    char path[PATH_SIZE];
    pl_err first = PL_OK;
    int i;

    /* the older generations first: a stop between leaves the newest, never an older one alone */
    for (i = PL_DOCUMENT_GENERATIONS - 1; i >= 0; i--) {
        pl_err err = make_path(documents, name, suffixes[i], path);

        if (!err)
            err = documents->fs->remove(documents->fs->context, path);
        if (err && err != PL_ERR_NOT_FOUND && !first)
            first = err;
    }
    if (first)
        return first;
    return documents->fs->sync_directory(documents->fs->context, documents->directory);
}

pl_err pl_documents_set_aside(const pl_documents *documents, const char *name, int generation)
{
    static const char *const bad[PL_DOCUMENT_GENERATIONS] = {".bad", ".new.bad", ".old.bad"};

    return move(documents, name, suffixes[generation], bad[generation]);
}

typedef struct {
    const char *prefix;
    pl_err (*visit)(void *visitor, const char *name);
    void *visitor;
} walk;

static size_t stem_length(const char *name, size_t length, const char *suffix)
{
    size_t size = strlen(suffix);

    return length > size && strcmp(name + length - size, suffix) == 0 ? length - size : length;
}

static pl_err visit_entry(void *context, const char *entry)
{
    const walk *w = context;
    char stem[PL_DOCUMENT_NAME_MAX];
    size_t length = strlen(entry);
    size_t size = length;
    int generation;

    if (strncmp(entry, w->prefix, strlen(w->prefix)) != 0 || stem_length(entry, length, bad_suffix) != length)
        return PL_OK;
    for (generation = PL_DOCUMENT_GENERATIONS - 1; generation > 0; generation--)
        if ((size = stem_length(entry, length, suffixes[generation])) != length)
            break;
    if (size >= sizeof stem)
        return PL_OK;
    memcpy(stem, entry, size);
    stem[size] = '\0';
    return w->visit(w->visitor, stem);
}

pl_err pl_documents_each(const pl_documents *documents, const char *prefix, pl_err (*visit)(void *visitor, const char *name),
                         void *visitor)
{
    walk w = {prefix, visit, visitor};
    pl_err err = documents->fs->list(documents->fs->context, documents->directory, visit_entry, &w);

    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

uint64_t pl_documents_notice(const pl_documents *documents)
{
    uint64_t notice = 0;
    char path[PATH_SIZE];
    pl_buf bytes;

    pl_buf_init(&bytes);
    if (!make_path(documents, notice_name, "", path) && !documents->fs->read(documents->fs->context, path, NOTICE_SIZE, &bytes) &&
        bytes.size == NOTICE_SIZE)
        memcpy(&notice, bytes.data, NOTICE_SIZE);
    pl_buf_reset(&bytes);
    return notice;
}

pl_err pl_documents_announce(const pl_documents *documents)
{
    uint64_t notice;
    char aside[PATH_SIZE];
    pl_err err;

    pl_random(&notice, sizeof notice);
    if ((err = make_path(documents, notice_name, ".new", aside)) ||
        (err = documents->fs->write(documents->fs->context, aside, pl_span_of(&notice, sizeof notice))))
        return err;
    return move(documents, notice_name, ".new", "");
}
