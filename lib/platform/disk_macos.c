/* SPDX-License-Identifier: Apache-2.0
 *
 * Never yet compiled; written against the manual pages fcntl(2), flock(2) and statfs(2) of macOS. What macOS alone says about disks:
 * the kind of a file system, flushing, reserving space, and locks. The same for Linux is in disk_linux.c.
 */
#include "platform/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

pl_fs_kind pl_disk_kind(const char *path)
{
    struct statfs status;

    if (statfs(path, &status) != 0)
        return PL_FS_UNKNOWN;
    if (strstr(status.f_fstypename, "fuse")) /* macfuse, osxfuse: what is behind it is not said */
        return PL_FS_UNKNOWN;
    return status.f_flags & MNT_LOCAL ? PL_FS_LOCAL : PL_FS_NETWORK;
}

/* fsync() stops at the drive's cache there; F_FULLFSYNC is refused by some file systems, and then fsync() is what there is. */
int pl_disk_flush(int descriptor)
{
    int result;

    if (fcntl(descriptor, F_FULLFSYNC) == 0)
        return 0;
    do
        result = fsync(descriptor);
    while (result != 0 && errno == EINTR);
    return result;
}

int pl_disk_allocate(int descriptor, off_t size)
{
    struct stat file;
    fstore_t store;

    if (fstat(descriptor, &file) != 0)
        return -1;
    if (file.st_size >= size)
        return 0;
    memset(&store, 0, sizeof store);
    store.fst_flags = F_ALLOCATEALL;
    store.fst_posmode = F_PEOFPOSMODE;
    store.fst_length = size - file.st_size;
    if (fcntl(descriptor, F_PREALLOCATE, &store) != 0 && errno != ENOTSUP)
        return -1;
    return ftruncate(descriptor, size);
}

int pl_disk_try_lock(int descriptor, bool is_shared)
{
    int result;

    do
        result = flock(descriptor, (is_shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
    while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK)
        errno = EAGAIN;
    return result;
}

void pl_disk_unlock(int descriptor)
{
    (void)flock(descriptor, LOCK_UN);
}
