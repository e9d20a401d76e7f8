/* SPDX-License-Identifier: Apache-2.0
 *
 * The file calls of POSIX systems. Rights and symbolic links are open_posix.c's business; what differs between Linux and macOS is in
 * disk_linux.c and disk_macos.c.
 */
#include "platform/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/posix.h"

enum { READ_STEP = 4096 };

/* In errors.def "read-only" speaks of writing; a file that may not be read is an I/O error whose detail names the permission. */
static pl_err fail_reading(const char *path)
{
    pl_err err = pl_errno_fail("read", path);

    return err == PL_ERR_READ_ONLY ? PL_ERR_IO : err;
}

/* In steps and not by the size that stat tells: files of /proc and /sys have none. */
static pl_err read_all(int descriptor, const char *path, size_t limit, pl_buf *out)
{
    char step[READ_STEP];
    size_t total = 0;

    for (;;) {
        ssize_t got = read(descriptor, step, sizeof step);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_reading(path);
        if (got == 0)
            return out->err;
        if ((size_t)got > limit - total)
            return pl_fail(PL_ERR_TOO_LARGE, "%s is larger than %zu bytes", path, limit);
        total += (size_t)got;
        pl_buf_add(out, step, (size_t)got);
    }
}

static pl_err read_file(void *context, const char *path, size_t limit, pl_buf *out)
{
    struct stat file;
    pl_err err;
    int descriptor = pl_posix_open(path, O_RDONLY, 0);

    (void)context;
    if (descriptor < 0)
        return fail_reading(path);
    if (fstat(descriptor, &file) != 0)
        err = fail_reading(path);
    else if (!S_ISREG(file.st_mode)) /* a pipe or a device could keep us waiting, or never end */
        err = pl_fail(PL_ERR_IO, "cannot read %s: it is not a regular file", path);
    else
        err = read_all(descriptor, path, limit, out);
    close(descriptor);
    return err;
}

static pl_err write_all(int descriptor, const char *path, pl_span bytes)
{
    while (bytes.size > 0) {
        ssize_t put = write(descriptor, bytes.data, bytes.size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return pl_errno_fail("write", path);
        bytes = pl_span_of(bytes.data + put, bytes.size - (size_t)put);
    }
    return PL_OK;
}

static pl_err write_file(void *context, const char *path, pl_span bytes)
{
    int descriptor;
    pl_err err;

    (void)context;
    if ((err = pl_posix_open_shared(path, O_WRONLY | O_TRUNC, &descriptor)))
        return err;
    err = write_all(descriptor, path, bytes);
    if (!err && pl_disk_flush(descriptor) != 0)
        err = pl_errno_fail("flush", path);
    /* Some file systems report a failed write here. After EINTR the descriptor is gone all the same. */
    if (close(descriptor) != 0 && errno != EINTR && !err)
        err = pl_errno_fail("write", path);
    return err;
}

static pl_err rename_file(void *context, const char *from, const char *to)
{
    (void)context;
    return rename(from, to) == 0 ? PL_OK : pl_errno_fail("rename to", to);
}

static pl_err remove_file(void *context, const char *path)
{
    (void)context;
    return unlink(path) == 0 ? PL_OK : pl_errno_fail("remove", path);
}

static pl_err sync_directory(void *context, const char *path)
{
    int descriptor = pl_posix_open(path, O_RDONLY | O_DIRECTORY, 0);
    pl_err err = PL_OK;

    (void)context;
    if (descriptor < 0)
        return pl_errno_fail("open the directory", path);
    /* EINVAL: a file system that keeps names without being asked, or has no way to be asked. */
    if (pl_disk_flush(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
        err = pl_errno_fail("flush the directory", path);
    close(descriptor);
    return err;
}

static bool is_directory(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && S_ISDIR(file.st_mode);
}

/* Asks before it makes: on a read-only or automounted parent mkdir may not answer EEXIST. */
static pl_err make_one(const char *path)
{
    pl_buf parent;
    pl_err err;

    if (is_directory(path))
        return PL_OK;
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST && is_directory(path) ? PL_OK : pl_errno_fail("make the directory", path);
    pl_posix_give_directory(path);
    pl_buf_init(&parent);
    if (!(err = pl_posix_parent(path, &parent)))
        err = sync_directory(NULL, parent.data);
    pl_buf_reset(&parent);
    return err;
}

static pl_err make_directory(void *context, const char *path)
{
    pl_buf copy;
    pl_err err;
    char *at;

    (void)context;
    pl_buf_init(&copy);
    pl_buf_add_text(&copy, path);
    if ((err = copy.err))
        goto done;
    while (copy.size > 1 && copy.data[copy.size - 1] == '/')
        copy.data[--copy.size] = '\0';
    if (is_directory(copy.data)) /* as it is at every start but the first */
        goto done;
    for (at = strchr(copy.data + 1, '/'); at && !err; at = strchr(at + 1, '/')) {
        *at = '\0';
        err = make_one(copy.data);
        *at = '/';
    }
    if (!err)
        err = make_one(copy.data);
done:
    pl_buf_reset(&copy);
    return err;
}

static pl_err list_directory(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    const struct dirent *entry;
    pl_err err = PL_OK;
    DIR *directory = opendir(path); /* close-on-exec by POSIX */

    (void)context;
    if (!directory)
        return fail_reading(path);
    while (!err) {
        errno = 0;
        entry = readdir(directory); /* each call has its own DIR, so this is safe in threads */
        if (!entry && errno)
            err = fail_reading(path);
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            err = visit(visitor, entry->d_name);
    }
    closedir(directory);
    return err;
}

static pl_fs_kind kind(void *context, const char *directory)
{
    (void)context;
    return pl_disk_kind(directory);
}

static pl_err look(void *context, const char *path)
{
    struct stat file;

    (void)context;
    return lstat(path, &file) == 0 ? PL_OK : fail_reading(path);
}

const pl_fs *pl_fs_system(void)
{
    static const pl_fs system_fs = {
        .context = NULL,
        .read = read_file,
        .write = write_file,
        .rename = rename_file,
        .remove = remove_file,
        .sync_directory = sync_directory,
        .make_directory = make_directory,
        .list = list_directory,
        .kind = kind,
        .look = look,
    };

    return &system_fs;
}
