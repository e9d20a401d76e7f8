/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the small files of /sys, /proc and /etc below a root, for the Linux probe alone. Sizes are limited, links that loop and files
 * that cannot be read are told apart from absent ones, nothing is allocated.
 */
#ifndef PL_DEVICE_SYSFS_LINUX_H
#define PL_DEVICE_SYSFS_LINUX_H

#include <stdbool.h>
#include <stddef.h>

#include "device/probe.h"

enum {
    PL_SYSFS_TEXT_SIZE = 512, /* of one attribute, with the NUL */
    PL_SYSFS_PATH_SIZE = 512,
    PL_SYSFS_ENTRIES_MAX = 512 /* of one directory; a host of containers has more network cards, but those are virtual */
};

typedef enum { PL_SYSFS_READ, PL_SYSFS_ABSENT, PL_SYSFS_UNREADABLE } pl_sysfs_state;

/* What the parts of the Linux probe share: the root's descriptor, the list of mounts, and what was found. */
typedef struct {
    int root;
    bool has_dmi; /* a PC's firmware shows its tables: most of the files that could be read are below it */
    const char *mounts;
    pl_probe_report *report;
} pl_linux_probe;

/* Paths are absolute within the root: "/sys/class/net". *size: in, the room; out, the bytes. Larger files are UNREADABLE. */
pl_sysfs_state pl_sysfs_bytes(int root, const char *path, void *bytes, size_t *size);
/* The same as NUL-terminated text; a file with a NUL before its end is UNREADABLE. */
pl_sysfs_state pl_sysfs_text(int root, const char *path, char text[PL_SYSFS_TEXT_SIZE]);
/* The first bytes of a file of any size as text, "" where there are none. */
void pl_sysfs_head(int root, const char *path, char *text, size_t size);
bool pl_sysfs_exists(int root, const char *path);
/* The text of a symbolic link. */
bool pl_sysfs_link(int root, const char *path, char target[PL_SYSFS_PATH_SIZE]);
/* Calls visit with the names in a directory, in no order, until it returns false. */
void pl_sysfs_list(int root, const char *path, bool (*visit)(void *context, const char *name), void *context);
/* "a" followed by "b"; false when that does not fit. */
bool pl_sysfs_path(char path[PL_SYSFS_PATH_SIZE], const char *a, const char *b);

/*
 * Reads the files prefix + files[i] in their order until one has a usable value, adding or noting what each of them holds. It stops
 * at one that this account may not read: another file in its place would make the device look different to root and to a cashier.
 * False when the search did not end that way, and other sources may be tried.
 */
bool pl_sysfs_first(const pl_linux_probe *probe, pl_component component, const char *prefix, const char *const *files,
                    size_t count);

/* One line of mountinfo. */
typedef struct {
    char device[24]; /* "8:2"; major 0: no block device of its own */
    bool is_whole;   /* the file system's own root is mounted, not a directory in it */
    char type[24];
    char source[PL_PROBE_SOURCE_MAX];
} pl_mount;

/* The kernel's list. */
void pl_mounts_read(int root, char *mounts, size_t size);
/*
 * Of a machine that started from a disk, the root alone: it is a mount on a block device, and none of the files lies on another
 * device. False where it is not so or cannot be told. Only for the root that this process has.
 */
bool pl_mounts_abridge(int root, const char *const *files, size_t count, char *mounts, size_t size);
/* The topmost mount at exactly that point. */
bool pl_mounts_find(const char *mounts, const char *point, pl_mount *mount);

void pl_disk_probe(const pl_linux_probe *probe);
void pl_nic_probe(const pl_linux_probe *probe);
/* Fills report->environment; true in a container that shows its image's files, not an installation's. */
bool pl_environment_probe(const pl_linux_probe *probe);

#endif
