/* SPDX-License-Identifier: Apache-2.0
 *
 * The Linux probe. The sources were chosen so that root and a cashier's account see the same value or one of them none: machine id,
 * disk, network cards and an ARM board's serial are readable by all; firmware UUID and board serial by root alone, and these only add
 * components. How disks and cards are found is in disk_linux.c and nic_linux.c.
 */
#include "device/probe.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "device/sysfs_linux.h"

enum { MOUNTS_SIZE = 16384, CPUINFO_SIZE = 16384, MACHINE_ID_SIZE = 32 };

static const char *const MACHINE_IDS[] = {"/etc/machine-id", "/var/lib/dbus/machine-id"};

enum { MACHINE_ID_FILES = sizeof MACHINE_IDS / sizeof MACHINE_IDS[0] };

/* 32 hexadecimal digits and perhaps a line end. */
static bool is_machine_id(const char *text)
{
    size_t digits = strspn(text, "0123456789abcdefABCDEF");

    return digits == MACHINE_ID_SIZE && text[digits + strspn(text + digits, "\n")] == '\0';
}

/*
 * An image's machine id is the same in every container made from it, and one made at the start of a container dies with it. It counts
 * there only where the host's was mounted in its place. On a host a mounted one is systemd's stand-in on a read-only disk, which is
 * made anew by every start: it does not count.
 */
static bool is_machine_ids_place_wrong(const pl_linux_probe *probe, const char *path, bool is_image)
{
    pl_mount mount;
    bool is_mounted = pl_mounts_find(probe->mounts, path, &mount);

    return is_image ? !is_mounted : is_mounted && strcmp(mount.type, "tmpfs") == 0;
}

static bool add_machine_id(const pl_linux_probe *probe, const char *path, bool is_image)
{
    char text[PL_SYSFS_TEXT_SIZE];
    pl_sysfs_state state = pl_sysfs_text(probe->root, path, text);
    bool is_over = false;

    if (state == PL_SYSFS_ABSENT)
        return false;
    if (state == PL_SYSFS_UNREADABLE) {
        pl_probe_note(probe->report, PL_COMPONENT_MACHINE_ID, path, PL_FINDING_UNREADABLE);
        is_over = true;
    } else if (is_machine_ids_place_wrong(probe, path, is_image)) {
        pl_probe_note(probe->report, PL_COMPONENT_MACHINE_ID, path, is_image ? PL_FINDING_SHARED : PL_FINDING_VIRTUAL);
    } else if (is_machine_id(text)) {
        is_over = pl_probe_add(probe->report, PL_COMPONENT_MACHINE_ID, path, text);
    } else {
        pl_probe_note(probe->report, PL_COMPONENT_MACHINE_ID, path, PL_FINDING_PLACEHOLDER); /* empty, "uninitialized" */
    }
    pl_wipe(text, sizeof text);
    return is_over;
}

static void probe_machine_id(const pl_linux_probe *probe, bool is_image)
{
    for (size_t i = 0; i < MACHINE_ID_FILES; i++) {
        if (add_machine_id(probe, MACHINE_IDS[i], is_image))
            return;
    }
}

static void probe_firmware(const pl_linux_probe *probe)
{
    static const char *const UUID[] = {"product_uuid"};
    static const char *const SERIALS[] = {"board_serial", "product_serial", "chassis_serial"};

    if (!probe->has_dmi)
        return;
    (void)pl_sysfs_first(probe, PL_COMPONENT_FIRMWARE, "/sys/class/dmi/id/", UUID, 1);
    (void)pl_sysfs_first(probe, PL_COMPONENT_BOARD, "/sys/class/dmi/id/", SERIALS, sizeof SERIALS / sizeof SERIALS[0]);
}

/* "Serial : 00000000abcdef01" at the end of an ARM board's cpuinfo. */
static void add_cpuinfo(const pl_linux_probe *probe)
{
    char text[CPUINFO_SIZE];
    char *line;
    char *colon;

    pl_sysfs_head(probe->root, "/proc/cpuinfo", text, sizeof text);
    line = strstr(text, "\nSerial");
    colon = line ? strchr(line, ':') : NULL;
    if (colon) {
        colon[1 + strcspn(colon + 1, "\n")] = '\0';
        (void)pl_probe_add(probe->report, PL_COMPONENT_CPU, "/proc/cpuinfo", colon + 1);
    }
    pl_wipe(text, sizeof text);
}

/* A PC, or an ARM server with a PC's firmware, has none; and there the kernel takes milliseconds to print cpuinfo. */
static void probe_cpu(const pl_linux_probe *probe)
{
    static const char *const FILES[] = {"/proc/device-tree/serial-number", "/sys/firmware/devicetree/base/serial-number"};

    if (probe->has_dmi || pl_sysfs_exists(probe->root, "/sys/firmware/acpi"))
        return;
    if (!pl_sysfs_first(probe, PL_COMPONENT_CPU, "", FILES, sizeof FILES / sizeof FILES[0]))
        add_cpuinfo(probe);
}

static void probe_all(int root, bool is_this_machine, pl_probe_report *report)
{
    char mounts[MOUNTS_SIZE];
    pl_linux_probe probe = {root, pl_sysfs_exists(root, "/sys/class/dmi/id"), mounts, report};
    bool is_abridged = is_this_machine && pl_mounts_abridge(root, MACHINE_IDS, MACHINE_ID_FILES, mounts, sizeof mounts);
    bool is_image;

    if (!is_abridged)
        pl_mounts_read(root, mounts, sizeof mounts);
    is_image = pl_environment_probe(&probe);
    if (is_abridged && is_image) /* there a machine id may be mounted from the disk that the root is on */
        pl_mounts_read(root, mounts, sizeof mounts);
    probe_machine_id(&probe, is_image);
    probe_firmware(&probe);
    pl_disk_probe(&probe);
    pl_nic_probe(&probe);
    probe_cpu(&probe);
    pl_probe_note_absent(report);
}

pl_err pl_probe_read(const char *root, pl_probe_report *report)
{
    const char *path = root && root[0] ? root : "/";
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    memset(report, 0, sizeof *report);
    if (fd < 0)
        return pl_fail(PL_ERR_IO, "the directory %s cannot be opened", path);
    probe_all(fd, strcmp(path, "/") == 0, report);
    (void)close(fd);
    return PL_OK;
}
