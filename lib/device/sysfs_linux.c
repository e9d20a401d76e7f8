/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files, links and directories below a root, without allocation. What they mean is in the files that ask.
 */
#include "device/sysfs_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "crypto/crypto.h"

/* A descriptor or -1; a FIFO put in a file's place must not block. */
static int open_below(int root, const char *path, int flags)
{
    return openat(root, path + 1, flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static pl_sysfs_state state_of_errno(void)
{
    return errno == ENOENT || errno == ENOTDIR ? PL_SYSFS_ABSENT : PL_SYSFS_UNREADABLE;
}

/* The kernel gives a whole attribute to one read, and a second one to see its end is a fourth of the cost. */
static ssize_t read_once(int fd, void *bytes, size_t room)
{
    ssize_t got;

    do {
        got = read(fd, bytes, room);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Reads until the end or until the room is full; -1 on failure. */
static ssize_t read_all(int fd, char *bytes, size_t room)
{
    size_t size = 0;

    while (size < room) {
        ssize_t got = read_once(fd, bytes + size, room - size);

        if (got < 0)
            return -1;
        if (got == 0)
            break;
        size += (size_t)got;
    }
    return (ssize_t)size;
}

pl_sysfs_state pl_sysfs_bytes(int root, const char *path, void *bytes, size_t *size)
{
    size_t room = *size;
    int fd = open_below(root, path, 0);
    ssize_t got;

    *size = 0;
    if (fd < 0)
        return state_of_errno();
    got = read_once(fd, bytes, room);
    (void)close(fd);
    if (got < 0 || (size_t)got == room)
        return PL_SYSFS_UNREADABLE;
    *size = (size_t)got;
    return PL_SYSFS_READ;
}

pl_sysfs_state pl_sysfs_text(int root, const char *path, char text[PL_SYSFS_TEXT_SIZE])
{
    size_t size = PL_SYSFS_TEXT_SIZE;
    pl_sysfs_state state = pl_sysfs_bytes(root, path, text, &size);

    while (size > 0 && text[size - 1] == '\0')
        size--;
    text[size] = '\0';
    return state == PL_SYSFS_READ && strlen(text) != size ? PL_SYSFS_UNREADABLE : state;
}

void pl_sysfs_head(int root, const char *path, char *text, size_t size)
{
    int fd = open_below(root, path, 0);
    ssize_t got = fd < 0 ? -1 : read_all(fd, text, size - 1);

    text[got < 0 ? 0 : got] = '\0';
    if (fd >= 0)
        (void)close(fd);
}

bool pl_sysfs_exists(int root, const char *path)
{
    return faccessat(root, path + 1, F_OK, 0) == 0;
}

bool pl_sysfs_link(int root, const char *path, char target[PL_SYSFS_PATH_SIZE])
{
    ssize_t size = readlinkat(root, path + 1, target, PL_SYSFS_PATH_SIZE - 1);

    target[size < 0 ? 0 : size] = '\0';
    return size > 0 && size < PL_SYSFS_PATH_SIZE - 1;
}

/* The kernel's record; the C library's readdir would allocate. */
struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[];
};

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

void pl_sysfs_list(int root, const char *path, bool (*visit)(void *context, const char *name), void *context)
{
    _Alignas(struct entry) char records[2048];
    int fd = open_below(root, path, O_DIRECTORY);
    size_t left = PL_SYSFS_ENTRIES_MAX;
    bool go_on = fd >= 0;

    while (go_on) {
        long size = syscall(SYS_getdents64, fd, records, sizeof records);

        go_on = size > 0;
        for (long at = 0; go_on && at < size;) {
            const struct entry *entry = (const void *)(records + at);

            go_on = left-- > 0 && (is_dots(entry->name) || visit(context, entry->name));
            at += entry->size;
        }
    }
    if (fd >= 0)
        (void)close(fd);
}

bool pl_sysfs_path(char path[PL_SYSFS_PATH_SIZE], const char *a, const char *b)
{
    int size = snprintf(path, PL_SYSFS_PATH_SIZE, "%s%s", a, b);

    return size > 0 && size < PL_SYSFS_PATH_SIZE;
}

bool pl_sysfs_first(const pl_linux_probe *probe, pl_component component, const char *prefix, const char *const *files,
                    size_t count)
{
    char path[PL_SYSFS_PATH_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];
    bool is_over = false;

    for (size_t i = 0; i < count && !is_over; i++) {
        pl_sysfs_state state = pl_sysfs_path(path, prefix, files[i]) ? pl_sysfs_text(probe->root, path, text) : PL_SYSFS_ABSENT;

        if (state == PL_SYSFS_READ)
            is_over = pl_probe_add(probe->report, component, path, text);
        if (state == PL_SYSFS_UNREADABLE) {
            pl_probe_note(probe->report, component, path, PL_FINDING_UNREADABLE);
            is_over = true;
        }
    }
    pl_wipe(text, sizeof text);
    return is_over;
}
