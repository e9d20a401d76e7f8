/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether this is a container or a virtual machine, and of which kind, from files that every account may read. It changes which
 * findings count in one case only: the machine id that a container's image brought along.
 */
#include "device/sysfs_linux.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_SIZE = 1024 };

static void set_environment(pl_probe_report *report, const char *kind, const char *name)
{
    (void)snprintf(report->environment, sizeof report->environment, "%s:%s", kind, name);
}

/* Files that only exist in a container, and words in the places where an engine leaves its name. */
typedef struct {
    const char *mark;
    const char *name;
} engine;

static const engine FILES[] = {
    {"/var/run/secrets/kubernetes.io", "kubernetes"},
    {"/run/.containerenv", "podman"},
};

static const char DOCKERS_FILE[] = "/.dockerenv";

static const engine CGROUPS[] = {
    {"/kubepods", "kubernetes"},
    {"libpod-", "podman"},
    {"/docker/", "docker"},
    {"/docker-", "docker"},
    {"/lxc/", "lxc"},
    {"/lxc.payload", "lxc"},
    {"/containerd", "containerd"},
    {"/machine.slice/machine-", "nspawn"},
};

static const engine MOUNTS[] = {
    {"/var/lib/docker/", "docker"},
    {"/containers/storage/", "podman"},
    {"/io.containerd.", "containerd"},
};

/* What systemd and container engines write into /run/systemd/container. */
static const engine MANAGERS[] = {
    {"lxc", "lxc"},       {"systemd-nspawn", "nspawn"}, {"docker", "docker"},
    {"podman", "podman"}, {"kubernetes", "kubernetes"}, {"wsl", "wsl"},
    {"oci", "oci"},
};

static const char *find(const engine *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(text, list[i].mark))
            return list[i].name;
    }
    return NULL;
}

#define FIND(list, text) find(list, sizeof list / sizeof list[0], text)

/* An overlay root whose layers lie in an engine's store. */
static const char *find_in_mounts(const char *mounts)
{
    pl_mount mount;

    if (!pl_mounts_find(mounts, "/", &mount) || strcmp(mount.type, "overlay") != 0)
        return NULL;
    return FIND(MOUNTS, mounts);
}

/* Its root is a whole file system on a block device: it started from a disk. */
static bool is_booted(const char *mounts)
{
    pl_mount mount;

    return pl_mounts_find(mounts, "/", &mount) && mount.is_whole && strncmp(mount.device, "0:", 2) != 0;
}

static const char *container(const pl_linux_probe *probe)
{
    char text[HEAD_SIZE];
    const char *name;

    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        if (pl_sysfs_exists(probe->root, FILES[i].mark))
            return FILES[i].name;
    }
    /* Docker's file is part of the image: a machine whose disk was made from one has it still. */
    if (pl_sysfs_exists(probe->root, DOCKERS_FILE) && !is_booted(probe->mounts))
        return "docker";
    pl_sysfs_head(probe->root, "/run/systemd/container", text, sizeof text);
    if ((name = FIND(MANAGERS, text)) != NULL)
        return name;
    pl_sysfs_head(probe->root, "/proc/1/cgroup", text, sizeof text);
    if ((name = FIND(CGROUPS, text)) != NULL)
        return name;
    return find_in_mounts(probe->mounts);
}

/* The names that firmware gives away to every account; where there is no such firmware, what only virtual machines have. */
static void probe_machine(const pl_linux_probe *probe)
{
    static const char *const NAMES[] = {"/sys/hypervisor/type", "/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name"};
    char text[PL_SYSFS_TEXT_SIZE];

    for (size_t i = 0; i < (probe->has_dmi ? sizeof NAMES / sizeof NAMES[0] : 1); i++) {
        if (pl_sysfs_text(probe->root, NAMES[i], text) == PL_SYSFS_READ)
            pl_probe_machine(probe->report, text);
    }
    if (probe->report->environment[0])
        return;
    if (pl_sysfs_exists(probe->root, "/proc/device-tree/hypervisor/compatible"))
        set_environment(probe->report, "vm", "kvm");
    else if (pl_sysfs_exists(probe->root, "/sys/bus/virtio/devices/virtio0"))
        set_environment(probe->report, "vm", "virtio");
}

/* Engines that run one program from an image; the others boot an installation that has an identity of its own. */
static bool shows_an_image(const char *name)
{
    return strcmp(name, "lxc") != 0 && strcmp(name, "nspawn") != 0 && strcmp(name, "wsl") != 0;
}

bool pl_environment_probe(const pl_linux_probe *probe)
{
    const char *name = container(probe);
    bool is_image = name && shows_an_image(name);

    if (name)
        set_environment(probe->report, "container", name);
    else
        probe_machine(probe);
    return is_image;
}
