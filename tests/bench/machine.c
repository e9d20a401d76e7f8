/* SPDX-License-Identifier: Apache-2.0
 *
 * Choosing the hardware, and the office PC as files; see machine.h.
 */
#include "machine.h"

#include <errno.h>
#include <pospal/license.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK "sys/devices/pci0000:00/0000:00:1d.0/nvme/nvme0/nvme0n1"
#define CARD "sys/devices/pci0000:00/0000:00:1f.6/net/eth0"

static const struct {
    const char *path;
    const char *text;
} files[] = {
    {"etc/machine-id", "0c5d4a8e9f1b47d3a6e2c7b81f3d5e90\n"},
    {"proc/self/mountinfo", "27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
                            "28 27 0:22 / /proc rw,nosuid - proc proc rw\n"
                            "29 27 0:23 / /sys rw,nosuid - sysfs sysfs rw\n"},
    {"sys/class/dmi/id/product_uuid", "4c4c4544-0046-3510-8052-b4c04f4e4d32\n"},
    {"sys/class/dmi/id/board_serial", "/F5R4NM2/CNWS20078R00C2/\n"},
    {"sys/class/dmi/id/sys_vendor", "Dell Inc.\n"},
    {"sys/class/dmi/id/product_name", "OptiPlex 7070\n"},
    {DISK "/nvme0n1p2/partition", "2\n"},
    {DISK "/removable", "0\n"},
    {"sys/block/nvme0n1/device/serial", "S4EUNX0N123456      \n"},
    {CARD "/device/vendor", "0x8086\n"},
    {CARD "/addr_assign_type", "0\n"},
    {CARD "/address", "3c:ec:ef:12:34:56\n"},
};

static const struct {
    const char *path;
    const char *target;
} links[] = {
    {"sys/dev/block/259:2", "../../../" DISK "/nvme0n1p2"},
    {"sys/class/net/eth0", "../../../" CARD},
};

/* All directories on the way to a file. */
static pl_err make_way(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        int failed;

        *slash = '\0';
        failed = mkdir(path, 0700) && errno != EEXIST;
        *slash = '/';
        if (failed)
            return pl_fail(PL_ERR_IO, "%s can't be made", path);
    }
    return PL_OK;
}

static pl_err make_file(const scratch_t *root, const char *name, const char *text)
{
    char path[DIRECTORY_SIZE];
    pl_err err;
    FILE *file;

    scratch_file(root, name, path);
    if ((err = make_way(path)))
        return err;
    if (!(file = fopen(path, "w")))
        return pl_fail(PL_ERR_IO, "%s can't be made", path);
    (void)fputs(text, file);
    return fclose(file) ? pl_fail(PL_ERR_IO, "%s can't be written", path) : PL_OK;
}

static pl_err make_link(const scratch_t *root, const char *name, const char *target)
{
    char path[DIRECTORY_SIZE];
    pl_err err;

    scratch_file(root, name, path);
    if ((err = make_way(path)))
        return err;
    return symlink(target, path) ? pl_fail(PL_ERR_IO, "%s can't be made", path) : PL_OK;
}

static pl_err make_office_pc(const scratch_t *root)
{
    pl_err err = PL_OK;

    for (size_t i = 0; i < sizeof files / sizeof files[0] && !err; i++)
        err = make_file(root, files[i].path, files[i].text);
    for (size_t i = 0; i < sizeof links / sizeof links[0] && !err; i++)
        err = make_link(root, links[i].path, links[i].target);
    return err;
}

pl_err machine_choose(const scratch_t *scratch, char root[DIRECTORY_SIZE])
{
    scratch_t machine;
    char *text = NULL;
    pospal_result_t result = pospal_fingerprint("till", &text);

    pospal_text_free(text);
    (void)snprintf(root, DIRECTORY_SIZE, "/");
    if (result != POSPAL_ERROR_NO_FINGERPRINT)
        return PL_OK;
    scratch_file(scratch, "machine", root);
    (void)snprintf(machine.path, sizeof machine.path, "%s", root);
    return make_office_pc(&machine);
}
