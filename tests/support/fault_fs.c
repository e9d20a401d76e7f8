/* SPDX-License-Identifier: Apache-2.0
 *
 * The misbehaving disk. A node is a file's bytes, as flushed; a name points to one node as programs see it and to one as the medium
 * has it. pl_fs.write flushes before it returns, so the two differ in names alone, and in bytes only where the power went in a write.
 */
#include "support/fault_fs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/thread.h"

enum { NAMES_MAX = 128, NODES_MAX = 4096, FILE_MAX = 1 << 20, NONE = -1 };

typedef struct {
    char *path;
    int seen; /* node, NONE: no such file */
    int kept;
} name;

struct fault_fs {
    pl_fs table;
    const pl_fs *real;
    pl_mutex *mutex;
    name names[NAMES_MAX];
    size_t name_count;
    pl_buf nodes[NODES_MAX];
    int node_count;
    size_t calls, fail_at, cut_at, torn_bytes, room;
    pl_err fail_with;
    pl_fs_kind kind;
    bool is_off, is_read_only;
};

typedef enum { GO_ON, FAIL_NOW, CUT_NOW } turn;

/* Decides over the next call; on anything but GO_ON *err is its result. */
static turn begin(fault_fs *f, bool changes, pl_err *err)
{
    pl_mutex_lock(f->mutex);
    f->calls++;
    *err = f->calls == f->fail_at ? f->fail_with : changes && f->is_read_only ? PL_ERR_READ_ONLY : PL_ERR_IO;
    if (f->is_off || (changes && f->is_read_only))
        return FAIL_NOW;
    f->is_off = f->calls == f->cut_at;
    return f->is_off || f->calls == f->fail_at ? CUT_NOW : GO_ON; /* a write leaves something behind when it is cut or fails */
}

static pl_err end(fault_fs *f, pl_err err)
{
    pl_mutex_unlock(f->mutex);
    return err ? pl_fail(err, "the disk of the test fails") : PL_OK;
}

static int add_node(fault_fs *f, pl_span bytes)
{
    if (f->node_count == NODES_MAX)
        abort();
    pl_buf_init(&f->nodes[f->node_count]);
    pl_buf_add(&f->nodes[f->node_count], bytes.data, bytes.size);
    return f->node_count++;
}

/* The name of a path; one that was there before us is on the medium. */
static name *find(fault_fs *f, const char *path)
{
    pl_buf bytes;
    name *n;
    size_t i;

    for (i = 0; i < f->name_count; i++)
        if (strcmp(f->names[i].path, path) == 0)
            return &f->names[i];
    if (f->name_count == NAMES_MAX)
        abort();
    n = &f->names[f->name_count++];
    n->path = strdup(path);
    n->seen = NONE;
    pl_buf_init(&bytes);
    if (!f->real->read(f->real->context, path, FILE_MAX, &bytes))
        n->seen = add_node(f, pl_buf_span(&bytes));
    n->kept = n->seen;
    pl_buf_reset(&bytes);
    return n;
}

static pl_err read_faulty(void *context, const char *path, size_t limit, pl_buf *out)
{
    fault_fs *f = context;
    pl_err err;

    if (begin(f, false, &err) == GO_ON)
        err = f->real->read(f->real->context, path, limit, out);
    return end(f, err);
}

/* Writing into a file that is there changes that node, wherever names point to it; else there is a new one. */
static pl_err put(fault_fs *f, const char *path, pl_span bytes)
{
    name *n = find(f, path);

    if (n->seen == NONE)
        n->seen = add_node(f, pl_span_text(""));
    pl_buf_clear(&f->nodes[n->seen]);
    pl_buf_add(&f->nodes[n->seen], bytes.data, bytes.size);
    return f->real->write(f->real->context, path, bytes);
}

static pl_err write_faulty(void *context, const char *path, pl_span bytes)
{
    fault_fs *f = context;
    pl_span part = bytes;
    pl_err err;
    turn t = begin(f, true, &err);

    if (t == FAIL_NOW)
        return end(f, err);
    if (t == GO_ON) {
        err = bytes.size > f->room ? PL_ERR_DISK_FULL : PL_OK;
        part.size = err ? f->room : bytes.size;
        f->room -= f->room == SIZE_MAX ? 0 : part.size;
    } else
        part.size = !f->is_off ? bytes.size / 2 : f->torn_bytes < bytes.size ? f->torn_bytes : bytes.size;
    if (put(f, path, part) && !err)
        err = PL_ERR_IO;
    return end(f, err);
}

static pl_err rename_faulty(void *context, const char *from, const char *to)
{
    fault_fs *f = context;
    name *source, *target;
    pl_err err;

    if (begin(f, true, &err) != GO_ON)
        return end(f, err);
    source = find(f, from);
    target = find(f, to);
    if (!(err = f->real->rename(f->real->context, from, to))) {
        target->seen = source->seen;
        source->seen = NONE;
    }
    return end(f, err);
}

static pl_err remove_faulty(void *context, const char *path)
{
    fault_fs *f = context;
    pl_err err;
    name *n;

    if (begin(f, true, &err) != GO_ON)
        return end(f, err);
    n = find(f, path);
    if (!(err = f->real->remove(f->real->context, path)))
        n->seen = NONE;
    return end(f, err);
}

static bool is_in(const char *path, const char *directory)
{
    size_t size = strlen(directory);

    return strncmp(path, directory, size) == 0 && path[size] == '/' && !strchr(path + size + 1, '/');
}

static pl_err sync_faulty(void *context, const char *path)
{
    fault_fs *f = context;
    pl_err err;
    size_t i;

    if (begin(f, false, &err) != GO_ON)
        return end(f, err);
    if (!(err = f->real->sync_directory(f->real->context, path)))
        for (i = 0; i < f->name_count; i++)
            if (is_in(f->names[i].path, path))
                f->names[i].kept = f->names[i].seen;
    return end(f, err);
}

static pl_err make_directory_faulty(void *context, const char *path)
{
    fault_fs *f = context;
    pl_err err;

    if (begin(f, true, &err) == GO_ON)
        err = f->real->make_directory(f->real->context, path);
    return end(f, err);
}

static pl_err list_faulty(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    fault_fs *f = context;
    pl_err err;
    turn t = begin(f, false, &err);

    pl_mutex_unlock(f->mutex); /* visit may call us */
    return t == GO_ON ? f->real->list(f->real->context, path, visit, visitor) : pl_fail(err, "the disk of the test fails");
}

static pl_fs_kind kind_faulty(void *context, const char *directory)
{
    (void)directory;
    return ((fault_fs *)context)->kind;
}

/* Not counted, as kind is not: it changes nothing and is asked often. */
static pl_err look_faulty(void *context, const char *path)
{
    const fault_fs *f = context;

    return f->is_off ? pl_fail(PL_ERR_IO, "the disk of the test fails") : f->real->look(f->real->context, path);
}

fault_fs *fault_fs_new(void)
{
    static const pl_fs table = {NULL,        read_faulty,           write_faulty, rename_faulty, remove_faulty,
                                sync_faulty, make_directory_faulty, list_faulty,  kind_faulty,   look_faulty};
    fault_fs *f = calloc(1, sizeof *f);

    if (!f || !(f->mutex = pl_mutex_new()))
        abort();
    f->table = table;
    f->table.context = f;
    f->real = pl_fs_system();
    f->room = SIZE_MAX;
    f->kind = PL_FS_LOCAL;
    return f;
}

void fault_fs_free(fault_fs *f)
{
    while (f->node_count > 0)
        pl_buf_reset(&f->nodes[--f->node_count]);
    while (f->name_count > 0)
        free(f->names[--f->name_count].path);
    pl_mutex_free(f->mutex);
    free(f);
}

const pl_fs *fault_fs_table(fault_fs *f)
{
    return &f->table;
}

size_t fault_fs_calls(fault_fs *f)
{
    size_t calls;

    pl_mutex_lock(f->mutex);
    calls = f->calls;
    pl_mutex_unlock(f->mutex);
    return calls;
}

void fault_fs_restart_count(fault_fs *f)
{
    pl_mutex_lock(f->mutex);
    f->calls = f->fail_at = f->cut_at = 0;
    pl_mutex_unlock(f->mutex);
}

void fault_fs_fail_at(fault_fs *f, size_t nth, pl_err err)
{
    pl_mutex_lock(f->mutex);
    f->fail_at = nth;
    f->fail_with = err;
    pl_mutex_unlock(f->mutex);
}

void fault_fs_fill_after(fault_fs *f, size_t bytes)
{
    f->room = bytes;
}

void fault_fs_cut_at(fault_fs *f, size_t nth, size_t torn_bytes)
{
    f->cut_at = nth;
    f->torn_bytes = torn_bytes;
}

void fault_fs_power_cut(fault_fs *f, fault_fs_names names)
{
    size_t i;

    f->is_off = false;
    f->cut_at = 0;
    for (i = 0; i < f->name_count; i++) {
        name *n = &f->names[i];

        n->seen = n->kept = names == FAULT_NAMES_KEPT ? n->seen : n->kept;
        if (n->seen == NONE)
            (void)f->real->remove(f->real->context, n->path);
        else
            (void)f->real->write(f->real->context, n->path, pl_buf_span(&f->nodes[n->seen]));
    }
}

void fault_fs_set_kind(fault_fs *f, pl_fs_kind kind)
{
    f->kind = kind;
}

void fault_fs_set_read_only(fault_fs *f, bool is_read_only)
{
    f->is_read_only = is_read_only;
}
