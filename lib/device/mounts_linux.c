/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of mounts, and finding in it what is mounted at a point and from what. The kernel takes a tenth of a millisecond to print
 * /proc/self/mountinfo, so where a few numbers say what we would find there, a list of one line is made of them.
 */
#include "device/sysfs_linux.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { FIELD_DEVICE = 2, FIELD_ROOT = 3, FIELD_POINT = 4, FIELDS_MAX = 24 };

/* The fields of one line, separated by single blanks; how many there are. */
static size_t split(pl_span line, pl_span fields[FIELDS_MAX])
{
    size_t count = 0;

    while (count < FIELDS_MAX && line.size > 0) {
        const char *blank = memchr(line.data, ' ', line.size);
        size_t size = blank ? (size_t)(blank - line.data) : line.size;

        fields[count++] = pl_span_of(line.data, size);
        size += blank ? 1 : 0;
        line = pl_span_of(line.data + size, line.size - size);
    }
    return count;
}

static void copy(pl_span field, char *text, size_t room)
{
    size_t size = field.size < room ? field.size : 0; /* what does not fit is of no use to us */

    memcpy(text, field.data, size);
    text[size] = '\0';
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": optional fields end at "-". */
static void take_mount(pl_span line, const char *point, pl_mount *mount, bool *is_found)
{
    pl_span fields[FIELDS_MAX];
    size_t count = split(line, fields);
    size_t dash = FIELD_POINT + 1;

    while (dash < count && !pl_span_is(fields[dash], "-"))
        dash++;
    if (dash + 2 >= count || !pl_span_is(fields[FIELD_POINT], point))
        return;
    copy(fields[FIELD_DEVICE], mount->device, sizeof mount->device);
    mount->is_whole = pl_span_is(fields[FIELD_ROOT], "/");
    copy(fields[dash + 1], mount->type, sizeof mount->type);
    copy(fields[dash + 2], mount->source, sizeof mount->source);
    *is_found = true;
}

bool pl_mounts_find(const char *mounts, const char *point, pl_mount *mount)
{
    bool is_found = false;

    for (const char *end; (end = strchr(mounts, '\n')) != NULL; mounts = end + 1)
        take_mount(pl_span_of(mounts, (size_t)(end - mounts)), point, mount, &is_found);
    return is_found;
}

void pl_mounts_read(int root, char *mounts, size_t size)
{
    pl_sysfs_head(root, "/proc/self/mountinfo", mounts, size);
}

/* A kernel or a C library that cannot tell says no. */
static bool is_mounted(int root)
{
#ifdef STATX_ATTR_MOUNT_ROOT
    struct statx status;

    return statx(root, "", AT_EMPTY_PATH, 0, &status) == 0 && (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
#else
    (void)root;
    return false;
#endif
}

/* Inode 2 is the root of ext4. Of others a directory may be mounted, which matters only where Docker left its file. */
static bool is_whole(int root, const struct stat *status)
{
    return status->st_ino == 2 || !pl_sysfs_exists(root, "/.dockerenv");
}

static bool are_on_device(int root, const char *const *files, size_t count, dev_t device)
{
    struct stat status;

    for (size_t i = 0; i < count; i++) {
        if (fstatat(root, files[i] + 1, &status, 0) == 0 && status.st_dev != device)
            return false;
    }
    return true;
}

bool pl_mounts_abridge(int root, const char *const *files, size_t count, char *mounts, size_t size)
{
    struct stat status;

    if (fstat(root, &status) || major(status.st_dev) == 0 || !is_mounted(root) || !is_whole(root, &status) ||
        !are_on_device(root, files, count, status.st_dev))
        return false;
    (void)snprintf(mounts, size, "1 1 %u:%u / / rw - disk none rw\n", major(status.st_dev), minor(status.st_dev));
    return true;
}
