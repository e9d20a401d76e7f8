/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents in two generations; see documents.h. What may be in them is decided in client/holding.c.
 */
#include "state/documents.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "token/license_file.h"

enum { PATH_SIZE = 1024, SUFFIX_SIZE = 24, NOTICE_SIZE = 8, BAD_MAX = 9, BATCH = 32, ENTRY_SIZE = PL_DOCUMENT_NAME_MAX + 32 };

static const char *const suffixes[PL_DOCUMENT_GENERATIONS] = {"", ".old"};
static const char bad_suffix[] = ".bad";
static const char aside_suffix[] = ".new"; /* after as many hex digits as WRITER_DIGITS, and a dot */
enum { WRITER_DIGITS = 16 };
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

/* The name aside is the writer's own: another process that writes the same document does not cut it short or rename it half done. */
static void make_aside_suffix(char suffix[SUFFIX_SIZE])
{
    uint64_t writer;

    pl_random(&writer, sizeof writer);
    snprintf(suffix, SUFFIX_SIZE, ".%016" PRIx64 "%s", writer, aside_suffix);
}

/* From the name aside into place; what can't get there does not stay. */
static pl_err put_in_place(const pl_documents *documents, const char *name, const char *suffix, bool keeps_old)
{
    pl_err err = keeps_old ? move(documents, name, "", ".old") : PL_OK;

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    return move(documents, name, suffix, "");
}

static pl_err write_aside(const pl_documents *documents, const char *name, pl_span bytes, bool keeps_old)
{
    char aside[PATH_SIZE];
    char suffix[SUFFIX_SIZE];
    pl_err err;

    make_aside_suffix(suffix);
    if ((err = make_path(documents, name, suffix, aside)))
        return err;
    if ((err = documents->fs->write(documents->fs->context, aside, bytes)) ||
        (err = put_in_place(documents, name, suffix, keeps_old))) {
        char detail[PL_ERR_DETAIL_MAX];

        snprintf(detail, sizeof detail, "%s", pl_err_detail());
        (void)documents->fs->remove(documents->fs->context, aside);
        return pl_fail(err, "%s", detail);
    }
    return PL_OK;
}

pl_err pl_documents_write(const pl_documents *documents, const char *name, pl_span text)
{
    pl_err err = write_aside(documents, name, text, true);

    return err ? err : documents->fs->sync_directory(documents->fs->context, documents->directory);
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

static bool is_still(const pl_documents *documents, const char *name, int generation, pl_span seen)
{
    bool is_same;
    pl_buf now;
    pl_err err;

    pl_buf_init(&now);
    err = pl_documents_read(documents, name, generation, &now);
    /* one that is too large was never seen, and is never good */
    is_same = err == PL_ERR_TOO_LARGE || (!err && now.size == seen.size && memcmp(now.data, seen.data, seen.size) == 0);
    pl_buf_reset(&now);
    return is_same;
}

static void make_bad_suffix(int generation, int number, char suffix[SUFFIX_SIZE])
{
    char digit[2] = {(char)('0' + number), '\0'};

    snprintf(suffix, SUFFIX_SIZE, "%s%s%s", suffixes[generation], bad_suffix, number > 1 ? digit : "");
}

static bool is_free(const pl_documents *documents, const char *name, const char *suffix)
{
    char path[PATH_SIZE];
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = make_path(documents, name, suffix, path);
    if (!err)
        err = documents->fs->read(documents->fs->context, path, 0, &bytes);
    pl_buf_reset(&bytes);
    return err == PL_ERR_NOT_FOUND;
}

/* The first free name of nine; when all are taken each moves down by one, over the oldest. */
static pl_err choose_bad_suffix(const pl_documents *documents, const char *name, int generation, char suffix[SUFFIX_SIZE])
{
    char lower[SUFFIX_SIZE];
    int number;

    for (number = 1; number <= BAD_MAX; number++) {
        make_bad_suffix(generation, number, suffix);
        if (is_free(documents, name, suffix))
            return PL_OK;
    }
    for (number = 2; number <= BAD_MAX; number++) {
        pl_err err;

        make_bad_suffix(generation, number - 1, lower);
        make_bad_suffix(generation, number, suffix);
        if ((err = move(documents, name, suffix, lower)))
            return err;
    }
    return PL_OK;
}

pl_err pl_documents_set_aside(const pl_documents *documents, const char *name, int generation, pl_span seen)
{
    char suffix[SUFFIX_SIZE];
    pl_err err;

    if (!is_still(documents, name, generation, seen))
        return PL_ERR_NOT_FOUND;
    if ((err = choose_bad_suffix(documents, name, generation, suffix)))
        return err;
    return move(documents, name, suffixes[generation], suffix);
}

/* ---- names of files ---- */

typedef enum { GENERATION, ASIDE, BAD } file_kind;

static bool take_suffix(char *stem, const char *suffix)
{
    size_t length = strlen(stem), size = strlen(suffix);

    if (length <= size || strcmp(stem + length - size, suffix) != 0)
        return false;
    stem[length - size] = '\0';
    return true;
}

static bool take_bad_suffix(char *stem)
{
    size_t length = strlen(stem);
    char last = length > 0 ? stem[length - 1] : '\0';

    if (take_suffix(stem, bad_suffix))
        return true;
    if (last < '2' || last > '0' + BAD_MAX)
        return false;
    stem[length - 1] = '\0';
    if (take_suffix(stem, bad_suffix))
        return true;
    stem[length - 1] = last;
    return false;
}

static bool take_aside_suffix(char *stem)
{
    size_t length = strlen(stem);
    size_t size = sizeof aside_suffix - 1 + WRITER_DIGITS + 1;
    const char *suffix = stem + length - size;

    if (length <= size || suffix[0] != '.' || strspn(suffix + 1, "0123456789abcdef") != WRITER_DIGITS ||
        strcmp(suffix + 1 + WRITER_DIGITS, aside_suffix) != 0)
        return false;
    stem[length - size] = '\0';
    return true;
}

/* The document that a file belongs to; false for a name that is longer than any document's. */
static bool read_entry(const char *entry, char stem[ENTRY_SIZE], file_kind *kind)
{
    size_t length = strlen(entry);

    if (length >= ENTRY_SIZE)
        return false;
    memcpy(stem, entry, length + 1);
    *kind = take_aside_suffix(stem) ? ASIDE : take_bad_suffix(stem) ? BAD : GENERATION;
    if (*kind != ASIDE)
        (void)take_suffix(stem, suffixes[1]);
    return strlen(stem) < PL_DOCUMENT_NAME_MAX;
}

typedef struct {
    const char *prefix;
    pl_err (*visit)(void *visitor, const char *name);
    void *visitor;
} walk;

static pl_err visit_entry(void *context, const char *entry)
{
    const walk *w = context;
    char stem[ENTRY_SIZE];
    file_kind kind;

    if (strncmp(entry, w->prefix, strlen(w->prefix)) != 0 || !read_entry(entry, stem, &kind) || kind != GENERATION)
        return PL_OK;
    return w->visit(w->visitor, stem);
}

pl_err pl_documents_each(const pl_documents *documents, const char *prefix, pl_err (*visit)(void *visitor, const char *name),
                         void *visitor)
{
    walk w = {prefix, visit, visitor};

    return documents->fs->list(documents->fs->context, documents->directory, visit_entry, &w);
}

/* ---- removing many ---- */

typedef struct {
    bool (*is_ours)(const char *name);
    bool only_aside;
    char entries[BATCH][ENTRY_SIZE];
    size_t count;
} batch;

static pl_err gather(void *context, const char *entry)
{
    batch *b = context;
    char stem[ENTRY_SIZE];
    file_kind kind;

    if (b->count < BATCH && read_entry(entry, stem, &kind) && b->is_ours(stem) && (kind == ASIDE || !b->only_aside))
        memcpy(b->entries[b->count++], entry, strlen(entry) + 1);
    return PL_OK;
}

static pl_err remove_batch(const pl_documents *documents, const batch *b)
{
    char path[PATH_SIZE];
    size_t i;

    for (i = 0; i < b->count; i++) {
        pl_err err = make_path(documents, b->entries[i], "", path);

        if (!err)
            err = documents->fs->remove(documents->fs->context, path);
        if (err && err != PL_ERR_NOT_FOUND)
            return err;
    }
    return PL_OK;
}

static pl_err remove_all(const pl_documents *documents, batch *b)
{
    pl_err err;

    do {
        b->count = 0;
        err = documents->fs->list(documents->fs->context, documents->directory, gather, b);
        if (!err)
            err = remove_batch(documents, b);
    } while (!err && b->count == BATCH);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err pl_documents_clear(const pl_documents *documents, bool (*is_ours)(const char *name))
{
    batch b = {.is_ours = is_ours};
    pl_err err = remove_all(documents, &b);

    return err ? err : documents->fs->sync_directory(documents->fs->context, documents->directory);
}

pl_err pl_documents_sweep(const pl_documents *documents, bool (*is_ours)(const char *name))
{
    batch b = {.is_ours = is_ours, .only_aside = true};

    return remove_all(documents, &b);
}

/* ---- the notice ---- */

pl_err pl_documents_notice(const pl_documents *documents, uint64_t *notice)
{
    char path[PATH_SIZE];
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    if (!(err = make_path(documents, notice_name, "", path)))
        err = documents->fs->read(documents->fs->context, path, NOTICE_SIZE, &bytes);
    if (!err && bytes.size == NOTICE_SIZE)
        memcpy(notice, bytes.data, NOTICE_SIZE);
    else if (!err || err == PL_ERR_NOT_FOUND || err == PL_ERR_TOO_LARGE) {
        *notice = 0;
        err = PL_OK;
    }
    pl_buf_reset(&bytes);
    return err;
}

pl_err pl_documents_announce(const pl_documents *documents)
{
    uint64_t notice;

    pl_random(&notice, sizeof notice);
    return write_aside(documents, notice_name, pl_span_of(&notice, sizeof notice), false);
}
