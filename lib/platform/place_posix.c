/* SPDX-License-Identifier: Apache-2.0
 *
 * Where we are, as POSIX systems tell it: host name and environment. The data directory is in place_linux.c and place_macos.c; the
 * processor, which the compiler knows, in machine.c.
 */
#include "platform/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The kernel takes any bytes for a name; what is not printable ASCII would make bad UTF-8 or a bad log line. */
void pl_host_name(char *name, size_t size)
{
    char *at;

    if (size == 0)
        return;
    if (gethostname(name, size) != 0)
        name[0] = '\0';
    name[size - 1] = '\0'; /* a name cut to fit need not be terminated */
    for (at = name; *at; at++)
        if (*at < 0x20 || *at > 0x7E)
            *at = '?';
}

pl_err pl_disk_measure(const char *directory, pl_disk_room *room)
{
    struct statvfs disk;

    if (statvfs(directory, &disk) != 0)
        return pl_fail(errno == ENOENT ? PL_ERR_NOT_FOUND : PL_ERR_IO, "the disk of %s cannot be asked", directory);
    room->free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    room->total_bytes = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    return PL_OK;
}

pl_err pl_free_space(const char *directory, int64_t *bytes)
{
    pl_disk_room room;
    pl_err err = pl_disk_measure(directory, &room);

    if (!err)
        *bytes = room.free_bytes;
    return err;
}

pl_err pl_environment(const char *name, pl_buf *value)
{
    const char *text = getenv(name);

    if (!text)
        return pl_fail(PL_ERR_NOT_FOUND, "the environment variable %s is not set", name);
    pl_buf_add_text(value, text);
    return value->err;
}
