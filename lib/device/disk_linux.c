/* SPDX-License-Identifier: Apache-2.0
 *
 * The serial of the disk (or disks) that hold the root file system, through device mapper, LUKS, LVM and RAID. All of it is read from
 * sysfs, where every account sees the same; devices are never opened.
 */
#include "device/sysfs_linux.h"

#include <stdint.h>
#include <string.h>

#include "crypto/crypto.h"

enum { DEPTH_MAX = 8, LAYERS_MAX = 32, NAME_SIZE = 64, PAGE80_HEADER = 4 };

/* A walk from the root file system down to disks; bounded in depth and in devices seen, should links form a circle. */
typedef struct {
    const pl_linux_probe *probe;
    size_t depth;
    size_t seen;
    size_t disks;
} walk;

/* Where a link in one of sysfs's flat directories leads: "/sys/devices/.../block/sda/sda2". */
static bool resolve(int root, const char *directory, const char *name, char device[PL_SYSFS_PATH_SIZE])
{
    char path[PL_SYSFS_PATH_SIZE];
    char target[PL_SYSFS_PATH_SIZE];
    const char *devices;

    if (!pl_sysfs_path(path, directory, name) || !pl_sysfs_link(root, path, target))
        return false;
    devices = strstr(target, "/devices/");
    return devices && pl_sysfs_path(device, "/sys", devices);
}

/* The paths of NVMe disks with several controllers are below "virtual" although the disks are not. */
static bool is_virtual(const char *device)
{
    return strstr(device, "/virtual/") && !strstr(device, "/nvme-subsystem/");
}

/* A stick, or a card in a reader, tells nothing about the computer; only SCSI disks say whether they can be pulled out. */
static bool is_portable(int root, const char *device)
{
    char path[PL_SYSFS_PATH_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];

    if (strstr(device, "/usb"))
        return true;
    return strstr(device, "/block/sd") && pl_sysfs_path(path, device, "/removable") &&
           pl_sysfs_text(root, path, text) == PL_SYSFS_READ && text[0] == '1';
}

/* SCSI's vital product data page 80h: four bytes of header, the last two of them the length, then the serial as text. */
static void add_page80(const pl_linux_probe *probe, const char *path)
{
    uint8_t page[PL_SYSFS_TEXT_SIZE];
    size_t size = sizeof page - 1;
    pl_sysfs_state state = pl_sysfs_bytes(probe->root, path, page, &size);

    if (state == PL_SYSFS_ABSENT)
        return;
    if (state == PL_SYSFS_READ && size >= PAGE80_HEADER && page[1] == 0x80) {
        size_t length = (size_t)page[2] << 8 | page[3];

        page[length < size - PAGE80_HEADER ? PAGE80_HEADER + length : size] = '\0';
        (void)pl_probe_add(probe->report, PL_COMPONENT_DISK, path, (const char *)page + PAGE80_HEADER);
    } else {
        pl_probe_note(probe->report, PL_COMPONENT_DISK, path, PL_FINDING_UNREADABLE);
    }
    pl_wipe(page, sizeof page);
}

/* Each kind of disk, by the beginning of its name, has files of its own; nothing else is looked for. */
static const struct {
    const char *kind;
    const char *files[2];
} SERIALS[] = {
    {"nvme", {"/device/serial", "/wwid"}},
    {"mmcblk", {"/device/cid", NULL}},
    {"vd", {"/serial", NULL}},
    {"sd", {"/device/wwid", NULL}},
};

static bool is_kind(const char *name, const char *kind)
{
    return strncmp(name, kind, strlen(kind)) == 0;
}

static void add_disk(const pl_linux_probe *probe, const char *name)
{
    char disk[PL_SYSFS_PATH_SIZE];
    char page80[PL_SYSFS_PATH_SIZE];
    size_t before = probe->report->count;
    bool is_over = false;

    if (!pl_sysfs_path(disk, "/sys/block/", name) || !pl_sysfs_path(page80, disk, "/device/vpd_pg80"))
        return;
    for (size_t i = 0; i < sizeof SERIALS / sizeof SERIALS[0]; i++) {
        if (is_kind(name, SERIALS[i].kind))
            is_over = pl_sysfs_first(probe, PL_COMPONENT_DISK, disk, SERIALS[i].files, SERIALS[i].files[1] ? 2 : 1);
    }
    if (!is_over && is_kind(name, "sd"))
        add_page80(probe, page80);
    if (probe->report->count == before)
        pl_probe_note(probe->report, PL_COMPONENT_DISK, disk, PL_FINDING_ABSENT);
}

/* Removes the last component: a partition's directory lies in its disk's. */
static void cut_last(char *device)
{
    char *slash = strrchr(device, '/');

    if (slash)
        *slash = '\0';
}

static void take_disk(walk *w, const char *device)
{
    char path[PL_SYSFS_PATH_SIZE];
    const char *name = strrchr(device, '/') + 1;

    w->disks++;
    if (!is_portable(w->probe->root, device))
        add_disk(w->probe, name);
    else if (pl_sysfs_path(path, "/sys/block/", name))
        pl_probe_note(w->probe->report, PL_COMPONENT_DISK, path, PL_FINDING_VIRTUAL);
}

static bool follow_name(void *context, const char *name);

/* A device is a partition, a disk, or something mapped onto slaves that are one of these. */
static void follow(walk *w, char device[PL_SYSFS_PATH_SIZE])
{
    char path[PL_SYSFS_PATH_SIZE];

    if (pl_sysfs_path(path, device, "/partition") && pl_sysfs_exists(w->probe->root, path))
        cut_last(device);
    if (!is_virtual(device)) {
        take_disk(w, device);
        return;
    }
    if (w->depth == DEPTH_MAX || !pl_sysfs_path(path, device, "/slaves"))
        return;
    w->depth++;
    pl_sysfs_list(w->probe->root, path, follow_name, w);
    w->depth--;
}

static bool follow_name(void *context, const char *name)
{
    walk *w = context;
    char device[PL_SYSFS_PATH_SIZE];

    if (resolve(w->probe->root, "/sys/class/block/", name, device))
        follow(w, device);
    return ++w->seen < LAYERS_MAX;
}

/* A mapped device is called "dm-0" here and "vg-root" in /dev/mapper. */
typedef struct {
    walk *walk;
    const char *wanted;
} mapped;

static bool follow_mapped(void *context, const char *name)
{
    mapped *m = context;
    char path[PL_SYSFS_PATH_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];

    if (strncmp(name, "dm-", 3) != 0 || !pl_sysfs_path(path, "/sys/block/", name) || strlen(path) + 9 > sizeof path)
        return true;
    memcpy(path + strlen(path), "/dm/name", 9);
    if (pl_sysfs_text(m->walk->probe->root, path, text) != PL_SYSFS_READ)
        return true;
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, m->wanted) != 0)
        return true;
    (void)follow_name(m->walk, name);
    return false;
}

/* Btrfs and others have no device number of their own; their mount names its device: "/dev/sda2", "/dev/mapper/vg-root". */
static void follow_source(walk *w, const char *source)
{
    mapped m = {w, source + strlen("/dev/mapper/")};

    if (strncmp(source, "/dev/mapper/", strlen("/dev/mapper/")) == 0)
        pl_sysfs_list(w->probe->root, "/sys/block", follow_mapped, &m);
    else if (strncmp(source, "/dev/", 5) == 0 && !strchr(source + 5, '/'))
        (void)follow_name(w, source + 5);
}

static void follow_root(walk *w)
{
    char device[PL_SYSFS_PATH_SIZE];
    pl_mount mount;

    if (!pl_mounts_find(w->probe->mounts, "/", &mount))
        return;
    if (strncmp(mount.device, "0:", 2) == 0)
        follow_source(w, mount.source);
    else if (resolve(w->probe->root, "/sys/dev/block/", mount.device, device))
        follow(w, device);
}

typedef struct {
    int root;
    size_t count;
    char name[NAME_SIZE];
} fixed_disks;

/* Optical drives, floppies and the boot areas of eMMC are no disks of their own. */
static bool is_disk_name(const char *name)
{
    return strncmp(name, "sr", 2) != 0 && strncmp(name, "fd", 2) != 0 && strncmp(name, "nbd", 3) != 0 && !strstr(name, "boot") &&
           !strstr(name, "rpmb") && strlen(name) < NAME_SIZE;
}

static bool count_fixed(void *context, const char *name)
{
    fixed_disks *found = context;
    char device[PL_SYSFS_PATH_SIZE];

    if (!is_disk_name(name) || !resolve(found->root, "/sys/block/", name, device) || is_virtual(device) ||
        is_portable(found->root, device))
        return true;
    memcpy(found->name, name, strlen(name) + 1);
    return ++found->count < 2;
}

void pl_disk_probe(const pl_linux_probe *probe)
{
    walk w = {probe, 0, 0, 0};
    fixed_disks only = {probe->root, 0, ""};

    follow_root(&w);
    if (w.disks > 0)
        return;
    /* A container or a live system sees an overlay as its root. Where the machine has one fixed disk only, that is it. */
    pl_sysfs_list(probe->root, "/sys/block", count_fixed, &only);
    if (only.count == 1)
        add_disk(probe, only.name);
    else
        pl_probe_note(probe->report, PL_COMPONENT_DISK, "/sys/block", PL_FINDING_ABSENT);
}
