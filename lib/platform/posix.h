/* SPDX-License-Identifier: Apache-2.0
 *
 * What the POSIX files of this folder share: errno as an error, opening files with the rights of their directory, and the few calls
 * that Linux and macOS spell differently (disk_linux.c, disk_macos.c, thread_linux.c, thread_macos.c).
 */
#ifndef PL_PLATFORM_POSIX_H
#define PL_PLATFORM_POSIX_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "platform/file.h"

struct pl_mutex {
    pthread_mutex_t mutex;
};

/* Fails with errno's error and "cannot <action> <path>: <why>" as the detail. */
pl_err pl_errno_fail(const char *action, const char *path);

/* open() that goes on after a signal; close-on-exec, no controlling terminal, does not wait for the other end of a pipe. */
int pl_posix_open(const char *path, int flags, mode_t mode);
/*
 * Opens a regular file, no symbolic link, for writing (flags O_RDWR or O_WRONLY, perhaps O_TRUNC), creating it where it is missing:
 * 0600, or 0660 and the directory's group where that directory gives its group the right to write. What root makes is the directory's
 * owner's.
 */
pl_err pl_posix_open_shared(const char *path, int flags, int *descriptor);
/* The same for a directory that was made just now. */
void pl_posix_give_directory(const char *path);
/* The part of path before its last slash ("." or "/" where that is nothing); PL_ERR_MEMORY. */
pl_err pl_posix_parent(const char *path, pl_buf *parent);

/* 0, or -1 and errno: down to the medium, not only to the drive's cache. */
int pl_disk_flush(int descriptor);
/* 0, or -1 and errno: reserves the first size bytes and makes the file at least that long; no byte of it changes. */
int pl_disk_allocate(int descriptor, off_t size);
pl_fs_kind pl_disk_kind(const char *path);
/* Linux: the kind of a FUSE file system, by its line in the text of /proc/self/mountinfo, which is cut up. */
pl_fs_kind pl_disk_fuse_kind(char *mountinfo, dev_t device);
/* 0, or -1 and errno EAGAIN where another holder has it. The lock belongs to the open file, not to the process. */
int pl_disk_try_lock(int descriptor, bool is_shared);
void pl_disk_unlock(int descriptor);

#endif
