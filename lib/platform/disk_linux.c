/* SPDX-License-Identifier: Apache-2.0
 *
 * What Linux alone says about disks: the kind of a file system, flushing, reserving space, and locks that belong to an open file.
 * The same for macOS is in disk_macos.c.
 */
#include "platform/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MOUNTINFO_MAX = 1024 * 1024 };

/* statfs(2) and <linux/magic.h>; written out because older headers lack some. Shared folders of virtual machines count as network. */
static const uint32_t network_magics[] = {
    0x6969,     /* NFS */
    0x517B,     /* SMB 1, old driver */
    0xFF534D42, /* CIFS */
    0xFE534D42, /* SMB 2 and 3 */
    0x01021997, /* 9P */
    0x5346414F, /* OpenAFS */
    0x6B414653, /* kAFS */
    0x73757245, /* Coda */
    0x564C,     /* NetWare */
    0x00C36400, /* Ceph */
    0x0BD00BD0, /* Lustre */
    0x47504653, /* GPFS */
    0x01161970, /* GFS2 */
    0x7461636F, /* OCFS2 */
    0x786F4256, /* VirtualBox */
    0xBACBACBC, /* VMware */
};

enum { FUSE_MAGIC = 0x65735546 };

/* FUSE tells its flavour only as the type in mountinfo. */
static const char *const network_fuse[] = {"sshfs", "s3fs",       "glusterfs", "ceph",    "rclone",
                                           "davfs", "gvfsd-fuse", "curlftpfs", "smbnetfs"};

/* A line of mountinfo: "36 35 98:0 /root /mount options ... - type source options". */
static bool find_mount_type(char *mountinfo, dev_t device, const char **type)
{
    char wanted[32];
    char *rest = NULL;
    char *line;

    snprintf(wanted, sizeof wanted, " %u:%u ", major(device), minor(device));
    for (line = strtok_r(mountinfo, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *number = strstr(line, wanted);
        char *dash = strstr(line, " - ");
        char *end = dash ? strchr(dash + 3, ' ') : NULL;

        if (!number || !end || number > dash)
            continue;
        *end = '\0';
        *type = dash + 3;
        return true;
    }
    return false;
}

static pl_fs_kind kind_of_fuse_type(const char *type)
{
    const char *flavour = strncmp(type, "fuse.", 5) == 0 ? type + 5 : "";
    size_t i;

    if (strcmp(type, "fuseblk") == 0) /* on a block device: ntfs-3g and the like */
        return PL_FS_LOCAL;
    for (i = 0; i < sizeof network_fuse / sizeof network_fuse[0]; i++)
        if (strcmp(flavour, network_fuse[i]) == 0)
            return PL_FS_NETWORK;
    return PL_FS_UNKNOWN;
}

pl_fs_kind pl_disk_fuse_kind(char *mountinfo, dev_t device)
{
    const char *type;

    return find_mount_type(mountinfo, device, &type) ? kind_of_fuse_type(type) : PL_FS_UNKNOWN;
}

static pl_fs_kind kind_of_fuse(const char *path)
{
    pl_fs_kind kind = PL_FS_UNKNOWN;
    const pl_fs *fs = pl_fs_system();
    struct stat file;
    pl_buf mountinfo;

    pl_buf_init(&mountinfo);
    if (stat(path, &file) == 0 && !fs->read(fs->context, "/proc/self/mountinfo", MOUNTINFO_MAX, &mountinfo) && mountinfo.size > 0)
        kind = pl_disk_fuse_kind(mountinfo.data, file.st_dev);
    pl_buf_reset(&mountinfo);
    return kind;
}

pl_fs_kind pl_disk_kind(const char *path)
{
    struct statfs status;
    uint32_t magic;
    size_t i;

    if (statfs(path, &status) != 0)
        return PL_FS_UNKNOWN;
    magic = (uint32_t)status.f_type; /* signed on some machines */
    if (magic == FUSE_MAGIC)
        return kind_of_fuse(path);
    for (i = 0; i < sizeof network_magics / sizeof network_magics[0]; i++)
        if (magic == network_magics[i])
            return PL_FS_NETWORK;
    return PL_FS_LOCAL;
}

int pl_disk_flush(int descriptor)
{
    int result;

    do
        result = fsync(descriptor);
    while (result != 0 && errno == EINTR);
    return result;
}

/* A file system without fallocate: only what lies beyond the end is written, so that no byte of another process is lost. */
static int append_zeros(int descriptor, off_t size)
{
    static const char zeros[512];
    off_t end = lseek(descriptor, 0, SEEK_END);

    while (end >= 0 && end < size) {
        size_t want = (size_t)(size - end) < sizeof zeros ? (size_t)(size - end) : sizeof zeros;
        ssize_t put = pwrite(descriptor, zeros, want, end);

        if (put < 0 && errno != EINTR)
            return -1;
        end += put > 0 ? put : 0;
    }
    return end < 0 ? -1 : 0;
}

int pl_disk_allocate(int descriptor, off_t size)
{
    int result;

    /* Not posix_fallocate: where the file system can't, glibc's stand-in rewrites bytes that others may be changing. */
    do
        result = fallocate(descriptor, 0, 0, size);
    while (result != 0 && errno == EINTR);
    if (result != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
        return append_zeros(descriptor, size);
    return result;
}

static int set_lock(int descriptor, short type)
{
    struct flock lock;
    int result;

    memset(&lock, 0, sizeof lock);
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    do
        result = fcntl(descriptor, F_OFD_SETLK, &lock);
    while (result != 0 && errno == EINTR);
    return result;
}

/* Open-file-description locks hold between threads too and are not lost when anybody closes another descriptor of the same file. */
int pl_disk_try_lock(int descriptor, bool is_shared)
{
    int result = set_lock(descriptor, is_shared ? F_RDLCK : F_WRLCK);

    if (result != 0 && (errno == EACCES || errno == EAGAIN))
        errno = EAGAIN;
    else if (result != 0 && errno == EINVAL) /* a file system or kernel without them */
        result = flock(descriptor, (is_shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
    return result;
}

void pl_disk_unlock(int descriptor)
{
    if (set_lock(descriptor, F_UNLCK) != 0)
        (void)flock(descriptor, LOCK_UN);
}
