/* SPDX-License-Identifier: Apache-2.0
 *
 * Secret files by POSIX permissions.
 */
#include "licensing/secret_file.h"

#include "platform/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pl_err fail_errno(const char *path)
{
    int cause = errno;
    pl_err err = PL_ERR_IO;

    if (cause == EEXIST)
        err = PL_ERR_CONFLICT;
    else if (cause == ENOENT)
        err = PL_ERR_NOT_FOUND;
    else if (cause == EACCES || cause == EROFS)
        err = PL_ERR_READ_ONLY;
    else if (cause == ENOSPC)
        err = PL_ERR_DISK_FULL;
    return pl_fail(err, "%s: %s", path, strerror(cause));
}

static bool write_all(int fd, pl_span bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes = pl_span_of(bytes.data + written, bytes.size - (size_t)written);
    }
    return fsync(fd) == 0;
}

static int open_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    pl_buf directory;
    int fd = -1;

    pl_buf_init(&directory);
    if (slash)
        pl_buf_add(&directory, path, (size_t)(slash - path) + 1);
    else
        pl_buf_add_text(&directory, ".");
    if (directory.err)
        errno = ENOMEM;
    else
        fd = open(directory.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    pl_buf_reset(&directory);
    return fd;
}

/* What root makes in the directory of a service belongs to the service, or it could not read it. */
static bool give_to_owner(int fd, int directory)
{
    struct stat file, owner;

    if (geteuid() != 0)
        return true;
    if (fstat(fd, &file) != 0 || fstat(directory, &owner) != 0)
        return false;
    return file.st_uid == owner.st_uid || fchown(fd, owner.st_uid, owner.st_gid) == 0;
}

/* The file and its name are on the medium when this is true. */
static bool fill(int fd, const char *path, pl_span bytes)
{
    int directory = open_directory_of(path);
    bool done = directory >= 0 && give_to_owner(fd, directory) && write_all(fd, bytes) && fsync(directory) == 0;
    int cause = errno;

    if (directory >= 0)
        close(directory);
    errno = cause;
    return done;
}

pl_err secret_file_create(const char *path, pl_span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    pl_err err = PL_OK;

    if (fd < 0)
        return fail_errno(path);
    if (!fill(fd, path, bytes))
        err = fail_errno(path);
    close(fd);
    if (err)
        unlink(path);
    return err;
}

pl_err secret_file_read(const char *path, size_t limit, pl_buf *out)
{
    const pl_fs *fs = pl_fs_system();
    struct stat info;

    if (stat(path, &info) != 0)
        return fail_errno(path);
    if (info.st_mode & (S_IRWXG | S_IRWXO))
        return pl_fail(PL_ERR_STATE, "%s can be read by others; allow its owner only (chmod 600)", path);
    return fs->read(fs->context, path, limit, out);
}
