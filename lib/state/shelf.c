/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents on disk with a layer of memory over them; see shelf.h.
 */
#include "state/shelf.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { PATH_SIZE = 1024 };

static bool has_disk(const pl_shelf *shelf)
{
    return shelf->disk.directory[0] != '\0';
}

static pl_shelf_item *find(const pl_shelf *shelf, const char *name)
{
    size_t i;

    for (i = 0; i < shelf->count; i++)
        if (strcmp(shelf->items[i].name, name) == 0)
            return (pl_shelf_item *)&shelf->items[i];
    return NULL;
}

static void forget(pl_shelf *shelf, const char *name)
{
    pl_shelf_item *item = find(shelf, name);

    if (!item)
        return;
    pl_free(item->text);
    *item = shelf->items[--shelf->count];
}

/* What was kept under the name stays when there is no memory for the new. */
static pl_err keep(pl_shelf *shelf, const char *name, const pl_span *text)
{
    pl_shelf_item fresh = {"", NULL, 0};

    if (strlen(name) >= sizeof fresh.name)
        return pl_fail(PL_ERR_MEMORY, "no room for %s in memory", name);
    if (shelf->count == PL_SHELF_MEMORY_MAX && !find(shelf, name))
        return pl_fail(PL_ERR_STATE,
                       "%d documents are kept in memory, and there is no room for more: set a data directory that "
                       "can be written",
                       PL_SHELF_MEMORY_MAX);
    snprintf(fresh.name, sizeof fresh.name, "%s", name);
    if (text) {
        if ((fresh.text = pl_alloc(text->size + 1)) == NULL)
            return pl_fail(PL_ERR_MEMORY, "no memory for %s", name);
        memcpy(fresh.text, text->data, text->size);
        fresh.size = text->size;
    }
    forget(shelf, name);
    shelf->items[shelf->count++] = fresh;
    return PL_OK;
}

static pl_err refuse_write(const pl_shelf *shelf)
{
    if (!has_disk(shelf) || !shelf->is_read_only)
        return PL_OK;
    return pl_fail(PL_ERR_READ_ONLY, "%s can't be written", shelf->disk.directory);
}

void pl_shelf_init(pl_shelf *shelf, const pl_fs *fs, const char *directory, bool is_read_only)
{
    memset(shelf, 0, sizeof *shelf);
    shelf->disk.fs = fs;
    shelf->disk.directory = directory;
    shelf->is_read_only = is_read_only;
}

void pl_shelf_reset(pl_shelf *shelf)
{
    while (shelf->count > 0)
        pl_free(shelf->items[--shelf->count].text);
}

pl_err pl_shelf_read(const pl_shelf *shelf, const char *name, int generation, pl_buf *text)
{
    const pl_shelf_item *item = find(shelf, name);

    if (item && (generation != 0 || !item->text))
        return PL_ERR_NOT_FOUND;
    if (item) {
        pl_buf_add(text, item->text, item->size);
        return text->err;
    }
    if (!has_disk(shelf))
        return PL_ERR_NOT_FOUND;
    return pl_documents_read(&shelf->disk, name, generation, text);
}

pl_err pl_shelf_write(pl_shelf *shelf, const char *name, pl_span text)
{
    pl_err err = refuse_write(shelf);
    pl_err kept;

    if (!err && has_disk(shelf) && !(err = pl_documents_write(&shelf->disk, name, text))) {
        forget(shelf, name);
        return PL_OK;
    }
    kept = keep(shelf, name, &text);
    return kept ? kept : err;
}

pl_err pl_shelf_remove(pl_shelf *shelf, const char *name)
{
    pl_err err = refuse_write(shelf);
    pl_err kept;

    if (!err && has_disk(shelf))
        err = pl_documents_remove(&shelf->disk, name);
    if (!err) {
        forget(shelf, name);
        return PL_OK;
    }
    kept = keep(shelf, name, NULL);
    return kept ? kept : err;
}

pl_err pl_shelf_lock(const pl_shelf *shelf, pl_file_lock **lock)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/lock", shelf->disk.directory);
    return pl_file_lock_take(path, 0, lock);
}

pl_err pl_shelf_set_aside(pl_shelf *shelf, const char *name, int generation, pl_span seen)
{
    pl_file_lock *lock = NULL;
    pl_err err;

    if (!has_disk(shelf) || shelf->is_read_only || find(shelf, name))
        return PL_OK;
    if ((err = pl_shelf_lock(shelf, &lock)))
        return err;
    err = pl_documents_set_aside(&shelf->disk, name, generation, seen);
    pl_file_lock_release(lock);
    return err;
}

typedef struct {
    pl_shelf *shelf;
    bool (*is_ours)(const char *name);
} hiding;

static pl_err hide(void *context, const char *name)
{
    const hiding *h = context;

    return h->is_ours(name) ? keep(h->shelf, name, NULL) : PL_OK;
}

pl_err pl_shelf_clear(pl_shelf *shelf, bool (*is_ours)(const char *name))
{
    hiding h = {shelf, is_ours};
    pl_err err = refuse_write(shelf);
    pl_err hidden;

    if (!err && has_disk(shelf))
        err = pl_documents_clear(&shelf->disk, is_ours);
    pl_shelf_reset(shelf);
    if (!err)
        return PL_OK;
    hidden = pl_documents_each(&shelf->disk, "", hide, &h);
    return hidden == PL_ERR_MEMORY ? hidden : err;
}

void pl_shelf_sweep(const pl_shelf *shelf, bool (*is_ours)(const char *name))
{
    if (has_disk(shelf) && !shelf->is_read_only)
        (void)pl_documents_sweep(&shelf->disk, is_ours);
}

pl_err pl_shelf_each(const pl_shelf *shelf, const char *prefix, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    size_t i;
    pl_err err;

    for (i = 0; i < shelf->count; i++) {
        const pl_shelf_item *item = &shelf->items[i];

        if (item->text && strncmp(item->name, prefix, strlen(prefix)) == 0) {
            if ((err = visit(visitor, item->name)))
                return err;
        }
    }
    return has_disk(shelf) ? pl_documents_each(&shelf->disk, prefix, visit, visitor) : PL_OK;
}

bool pl_shelf_is_held_back(const pl_shelf *shelf, const char *name)
{
    const pl_shelf_item *item = find(shelf, name);

    return has_disk(shelf) && item && item->text;
}

bool pl_shelf_is_in_memory(const pl_shelf *shelf, const char *name)
{
    return find(shelf, name) != NULL;
}

bool pl_shelf_has_unwritten(const pl_shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (shelf->items[i].text)
            return has_disk(shelf);
    return false;
}

static bool is_missing(const pl_shelf *shelf, const char *name)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    err = pl_documents_read(&shelf->disk, name, 0, &text);
    pl_buf_reset(&text);
    return err == PL_ERR_NOT_FOUND;
}

bool pl_shelf_settle(pl_shelf *shelf)
{
    bool is_written = false;
    size_t i = 0;

    while (i < shelf->count) {
        pl_shelf_item *item = &shelf->items[i];

        if (item->text && is_missing(shelf, item->name) &&
            !pl_documents_write(&shelf->disk, item->name, pl_span_of(item->text, item->size))) {
            forget(shelf, item->name); /* the last one takes its place */
            is_written = true;
        } else {
            i++;
        }
    }
    return is_written;
}

pl_err pl_shelf_notice(const pl_shelf *shelf, uint64_t *notice)
{
    if (has_disk(shelf))
        return pl_documents_notice(&shelf->disk, notice);
    *notice = 0;
    return PL_OK;
}

void pl_shelf_announce(pl_shelf *shelf)
{
    if (has_disk(shelf) && !shelf->is_read_only)
        (void)pl_documents_announce(&shelf->disk);
}
