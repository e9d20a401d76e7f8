/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening files under POSIX, with the rights that follow from their directory, and errno as an error. Reading and writing them is in
 * file_posix.c.
 */
#include "platform/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    int number;
    pl_err err;
    const char *why;
} errno_row;

/* Sentences of our own: strerror() has two incompatible safe forms and speaks the application's locale. */
static const errno_row errno_rows[] = {
    {ENOENT, PL_ERR_NOT_FOUND, "there is no such file or directory"},
    {ENOTDIR, PL_ERR_NOT_FOUND, "a part of the path is not a directory"},
    {EACCES, PL_ERR_READ_ONLY, "this account has no permission"},
    {EPERM, PL_ERR_READ_ONLY, "the system does not permit it"},
    {EROFS, PL_ERR_READ_ONLY, "the file system is mounted read-only"},
    {ENOSPC, PL_ERR_DISK_FULL, "the disk is full"},
    {EDQUOT, PL_ERR_DISK_FULL, "this account's disk quota is used up"},
    {EFBIG, PL_ERR_DISK_FULL, "the limit for the size of a file is reached"},
    {ENOMEM, PL_ERR_MEMORY, "memory is exhausted"},
    {ELOOP, PL_ERR_IO, "it is a symbolic link, which is not followed here"},
    {EISDIR, PL_ERR_IO, "it is a directory"},
    {ENXIO, PL_ERR_IO, "it is not a regular file"},
    {EIO, PL_ERR_IO, "the disk reports an error"},
    {EMFILE, PL_ERR_IO, "this program has too many files open"},
    {ENFILE, PL_ERR_IO, "the system has too many files open"},
    {ENAMETOOLONG, PL_ERR_IO, "the path is too long"},
    {ESTALE, PL_ERR_IO, "the file server no longer knows it"},
};

pl_err pl_errno_fail(const char *action, const char *path)
{
    int number = errno;
    size_t i;

    for (i = 0; i < sizeof errno_rows / sizeof errno_rows[0]; i++)
        if (errno_rows[i].number == number)
            return pl_fail(errno_rows[i].err, "cannot %s %s: %s", action, path, errno_rows[i].why);
    return pl_fail(PL_ERR_IO, "cannot %s %s: error %d of the operating system", action, path, number);
}

int pl_posix_open(const char *path, int flags, mode_t mode)
{
    int descriptor;

    do
        descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

pl_err pl_posix_parent(const char *path, pl_buf *parent)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        pl_buf_add_text(parent, ".");
    else
        pl_buf_add(parent, path, slash == path ? 1 : (size_t)(slash - path));
    return parent->err;
}

/* The rights a file in this directory has: its group's too where the group may write the directory, nobody else's ever. */
typedef struct {
    mode_t mode;
    uid_t owner;
    gid_t group;
} rights;

static pl_err read_rights(const char *path, rights *r)
{
    struct stat directory;
    pl_buf parent;
    pl_err err;

    pl_buf_init(&parent);
    if ((err = pl_posix_parent(path, &parent)))
        goto done;
    if (stat(parent.data, &directory) != 0) {
        err = pl_errno_fail("open the directory", parent.data);
        goto done;
    }
    *r = (rights){directory.st_mode & S_IWGRP ? 0660 : 0600, directory.st_uid, directory.st_gid};
done:
    pl_buf_reset(&parent);
    return err;
}

/* What root makes in a program's directory is for the account that the program runs under. */
static void give_to_owner(int descriptor, const struct stat *file, const rights *r)
{
    if (geteuid() == 0 && r->owner != 0 && file->st_uid != r->owner)
        (void)!fchown(descriptor, r->owner, r->group);
}

/*
 * fchmod, because the application's umask would strip the group's bits. Only the owner can, and root; another member of the group finds the
 * file as its owner left it. Where the file cannot be given to the directory's group it stays with its owner alone: the group it
 * has instead may be a large one.
 */
static void give_rights(int descriptor, const struct stat *file, const rights *r)
{
    mode_t mode = r->mode;

    if (file->st_uid != geteuid())
        return;
    give_to_owner(descriptor, file, r);
    if ((mode & S_IWGRP) && file->st_gid != r->group && fchown(descriptor, (uid_t)-1, r->group) != 0)
        mode = 0600;
    if ((file->st_mode & 07777) != mode)
        (void)fchmod(descriptor, mode);
}

void pl_posix_give_directory(const char *path)
{
    struct stat directory = {0};
    rights r = {0700, 0, 0};
    int descriptor;

    if (geteuid() != 0 || read_rights(path, &r) || (descriptor = pl_posix_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)) < 0)
        return;
    if (fstat(descriptor, &directory) == 0)
        give_to_owner(descriptor, &directory, &r);
    close(descriptor);
}

pl_err pl_posix_open_shared(const char *path, int flags, int *descriptor)
{
    struct stat file;
    rights r = {0600, 0, 0};
    pl_err err;

    if ((err = read_rights(path, &r)))
        return err;
    *descriptor = pl_posix_open(path, flags | O_CREAT | O_NOFOLLOW, 0600);
    if (*descriptor < 0)
        return pl_errno_fail("write", path);
    if (fstat(*descriptor, &file) != 0 || !S_ISREG(file.st_mode)) {
        close(*descriptor);
        return pl_fail(PL_ERR_IO, "cannot write %s: it is not a regular file", path);
    }
    give_rights(*descriptor, &file, &r);
    return PL_OK;
}
