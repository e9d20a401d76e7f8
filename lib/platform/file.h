/* SPDX-License-Identifier: Apache-2.0
 *
 * Files as a table of calls, so that tests can put a failing, full or forgetful disk in its place. Paths are UTF-8. The system's
 * table is pl_fs_system(). Every call blocks on the disk at most.
 */
#ifndef PL_PLATFORM_FILE_H
#define PL_PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

typedef struct pl_fs pl_fs;

typedef enum { PL_FS_LOCAL, PL_FS_NETWORK, PL_FS_UNKNOWN } pl_fs_kind;

struct pl_fs {
    void *context;
    /* The whole file, appended to out; PL_ERR_NOT_FOUND, _TOO_LARGE beyond limit, _IO. */
    pl_err (*read)(void *context, const char *path, size_t limit, pl_buf *out);
    /* Creates or truncates, writes all, flushes to the medium, closes. Mode bits follow the directory: group rights where it has them. */
    pl_err (*write)(void *context, const char *path, pl_span bytes);
    pl_err (*rename)(void *context, const char *from, const char *to); /* replaces to */
    pl_err (*remove)(void *context, const char *path);                 /* PL_ERR_NOT_FOUND */
    pl_err (*sync_directory)(void *context, const char *path);
    pl_err (*make_directory)(void *context, const char *path); /* with its parents, 0700; no error where it exists */
    /* Calls visit with each entry's name, in no order, until it fails. */
    pl_err (*list)(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor);
    pl_fs_kind (*kind)(void *context, const char *directory);
    /*
     * Whether there is something of that name, without opening it: closing a file drops the locks that this process has on it through
     * another descriptor, a database's too. PL_ERR_NOT_FOUND, _IO.
     */
    pl_err (*look)(void *context, const char *path);
};

const pl_fs *pl_fs_system(void);

/* An advisory lock between processes and threads, held on a file of its own, which stays; waits up to timeout_ms, then PL_ERR_BUSY. */
typedef struct pl_file_lock pl_file_lock;
pl_err pl_file_lock_take(const char *path, int64_t timeout_ms, pl_file_lock **lock);
/* The same for one of any number of holders who keep out pl_file_lock_take alone. */
pl_err pl_file_lock_share(const char *path, int64_t timeout_ms, pl_file_lock **lock);
void pl_file_lock_release(pl_file_lock *lock); /* accepts NULL */

/* The directory for a program's own data: per machine for root, per user otherwise. Into the buffer; PL_ERR_NOT_FOUND without HOME. */
pl_err pl_data_home(pl_buf *path);
/* Bytes that this account may still write there. PL_ERR_NOT_FOUND, _IO. */
pl_err pl_free_space(const char *directory, int64_t *bytes);
typedef struct {
    int64_t free_bytes; /* as above */
    int64_t total_bytes;
} pl_disk_room;
pl_err pl_disk_measure(const char *directory, pl_disk_room *room);
/* The machine's host name, UTF-8, at most size-1 bytes; "" where unknown. */
void pl_host_name(char *name, size_t size);
/* "linux", "macos", "windows" and "x86_64", "aarch64", ... */
const char *pl_platform_name(void);
const char *pl_machine_name(void);
/* A copy of an environment variable in the buffer; PL_ERR_NOT_FOUND. */
pl_err pl_environment(const char *name, pl_buf *value);

#endif
