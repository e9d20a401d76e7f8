/* SPDX-License-Identifier: Apache-2.0
 *
 * From the root file system to the disks that hold it, and their serials.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "unit/fake_root.h"

#define MOUNTS "/proc/self/mountinfo"
#define ROOT_ON(device, source)                                          \
    {                                                                    \
        FILE_OF, MOUNTS, "27 1 " device " / / rw - ext4 " source " rw\n" \
    }
#define NVME "pci0000:00/0000:00:1d.0/0000:01:00.0/nvme/nvme0/nvme0n1"
#define SDA  "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda"
#define SDB  "pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block/sdb"
#define USB  "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdc"
#define SYS  "/sys/devices/"

static void probe(const fake_entry *entries, size_t count, pl_probe_report *report)
{
    fake_root_probe(entries, count, NULL, 0, report);
}

#define PROBE(report, table) probe(table, FAKE_COUNT(table), report)

static void assert_disk(const pl_probe_report *report, const char *source, const char *value)
{
    const pl_finding *finding = fake_root_finding(report, PL_COMPONENT_DISK);

    assert_int_equal(finding->state, PL_FINDING_USED);
    assert_string_equal(finding->source, source);
    assert_string_equal(finding->value, value);
}

static void an_nvme_disk_has_its_controllers_serial(void **state)
{
    static const fake_entry MACHINE[] = {
        ROOT_ON("259:2", "/dev/nvme0n1p2"),
        {DISK, "nvme0n1", NVME},
        {DEVICE, "259:2", NVME "/nvme0n1p2"},
        {FILE_OF, SYS NVME "/nvme0n1p2/partition", "2\n"},
        {FILE_OF, SYS NVME "/device/serial", "S4EWNX0R123456      \n"},
        {FILE_OF, SYS NVME "/wwid", "eui.0025385191b01234\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE(&report, MACHINE);
    assert_disk(&report, "/sys/block/nvme0n1/device/serial", "s4ewnx0r123456");
}

static void an_nvme_disk_with_several_paths_is_no_virtual_one(void **state)
{
    static const fake_entry MACHINE[] = {
        ROOT_ON("259:0", "/dev/nvme0n1"),
        {DISK, "nvme0n1", "virtual/nvme-subsystem/nvme-subsys0/nvme0n1"},
        {DEVICE, "259:0", "virtual/nvme-subsystem/nvme-subsys0/nvme0n1"},
        {FILE_OF, SYS "virtual/nvme-subsystem/nvme-subsys0/nvme0n1/wwid", "eui.0025385191b01234\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE(&report, MACHINE);
    assert_disk(&report, "/sys/block/nvme0n1/wwid", "eui.0025385191b01234");
}

/* LVM on LUKS on a partition, as installers lay it out. */
static const fake_entry ENCRYPTED[] = {
    ROOT_ON("253:1", "/dev/mapper/vg-root"),
    {DISK, "dm-1", "virtual/block/dm-1"},
    {DEVICE, "253:1", "virtual/block/dm-1"},
    {FILE_OF, SYS "virtual/block/dm-1/dm/name", "vg-root\n"},
    {LINK_TO, SYS "virtual/block/dm-1/slaves/dm-0", "../../dm-0"},
    {DISK, "dm-0", "virtual/block/dm-0"},
    {FILE_OF, SYS "virtual/block/dm-0/dm/name", "luks-1\n"},
    {LINK_TO, SYS "virtual/block/dm-0/slaves/sda3", "../../../../" SDA "/sda3"},
    {DISK, "sda", SDA},
    {PART, "sda3", SDA "/sda3"},
    {FILE_OF, SYS SDA "/sda3/partition", "3\n"},
    {FILE_OF, SYS SDA "/device/wwid", "naa.5002538d42a1b2c3\n"},
    {DISK, "sdb", SDB},
    {FILE_OF, SYS SDB "/device/wwid", "naa.5002538d42ffffee\n"},
};

static void through_lvm_and_luks_to_the_disk_below(void **state)
{
    pl_probe_report report;

    (void)state;
    PROBE(&report, ENCRYPTED);
    assert_int_equal(fake_root_count(&report, PL_COMPONENT_DISK, PL_FINDING_USED), 1);
    assert_disk(&report, "/sys/block/sda/device/wwid", "naa.5002538d42a1b2c3");
}

static void btrfs_names_its_device_instead_of_its_number(void **state)
{
    static const char *const SOURCES[] = {"/dev/mapper/vg-root", "/dev/sda3"};

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(SOURCES); i++) {
        char line[128];
        const fake_entry changes[] = {{FILE_OF, MOUNTS, line}};
        pl_probe_report report;

        (void)snprintf(line, sizeof line, "27 1 0:31 /@ / rw - btrfs %s rw\n", SOURCES[i]);
        fake_root_probe(ENCRYPTED, FAKE_COUNT(ENCRYPTED), changes, 1, &report);
        assert_disk(&report, "/sys/block/sda/device/wwid", "naa.5002538d42a1b2c3");
    }
}

static void both_disks_of_a_mirror_count(void **state)
{
    static const fake_entry MACHINE[] = {
        ROOT_ON("9:0", "/dev/md0"),
        {DISK, "md0", "virtual/block/md0"},
        {DEVICE, "9:0", "virtual/block/md0"},
        {LINK_TO, SYS "virtual/block/md0/slaves/sda", "../../../../" SDA},
        {LINK_TO, SYS "virtual/block/md0/slaves/sdb", "../../../../" SDB},
        {DISK, "sda", SDA},
        {FILE_OF, SYS SDA "/device/wwid", "naa.5002538d42a1b2c3\n"},
        {DISK, "sdb", SDB},
        {FILE_OF, SYS SDB "/device/wwid", "naa.5002538d42ffffee\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE(&report, MACHINE);
    assert_int_equal(fake_root_count(&report, PL_COMPONENT_DISK, PL_FINDING_USED), 2);
}

static void mappings_in_a_circle_end(void **state)
{
    static const fake_entry MACHINE[] = {
        ROOT_ON("253:0", "/dev/mapper/a"),
        {DISK, "dm-0", "virtual/block/dm-0"},
        {DEVICE, "253:0", "virtual/block/dm-0"},
        {LINK_TO, SYS "virtual/block/dm-0/slaves/dm-1", "../../dm-1"},
        {LINK_TO, SYS "virtual/block/dm-0/slaves/dm-0", "../../dm-0"},
        {DISK, "dm-1", "virtual/block/dm-1"},
        {LINK_TO, SYS "virtual/block/dm-1/slaves/dm-0", "../../dm-0"},
        {LINK_TO, SYS "virtual/block/dm-1/slaves/dm-1", "../../dm-1"},
    };
    pl_probe_report report;

    (void)state;
    PROBE(&report, MACHINE);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_ABSENT);
}

static void a_disk_on_usb_or_one_that_is_removable_does_not_count(void **state)
{
    static const fake_entry ON_USB[] = {
        ROOT_ON("8:32", "/dev/sdc"), {DISK, "sdc", USB},
        {DEVICE, "8:32", USB},       {FILE_OF, SYS USB "/device/wwid", "naa.5002538d42a1b2c3\n"},
        {DISK, "sda", SDA},          {FILE_OF, SYS SDA "/device/wwid", "naa.5002538d42ffffee\n"},
    };
    static const fake_entry REMOVABLE[] = {
        ROOT_ON("8:0", "/dev/sda"),
        {DISK, "sda", SDA},
        {DEVICE, "8:0", SDA},
        {FILE_OF, SYS SDA "/removable", "1\n"},
        {FILE_OF, SYS SDA "/device/wwid", "naa.5002538d42a1b2c3\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE(&report, ON_USB);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_VIRTUAL);
    PROBE(&report, REMOVABLE);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_VIRTUAL);
}

/* A live system or a container: the root is an overlay or a file on a loop device. */
static const fake_entry LIVE[] = {
    ROOT_ON("7:0", "/dev/loop0"),
    {DISK, "loop0", "virtual/block/loop0"},
    {DEVICE, "7:0", "virtual/block/loop0"},
    {DISK, "sda", SDA},
    {FILE_OF, SYS SDA "/device/wwid", "naa.5002538d42a1b2c3\n"},
    {DISK, "sdc", USB},
    {DISK, "sr0", "pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/block/sr0"},
    {DISK, "mmcblk0boot0", "platform/soc/mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0/mmcblk0boot0"},
};

static void without_a_disk_of_its_own_the_only_fixed_disk_counts(void **state)
{
    static const fake_entry OVERLAY[] = {{FILE_OF, MOUNTS, "27 1 0:31 / / rw - overlay overlay rw\n"}};
    static const fake_entry NO_MOUNTS[] = {{FILE_OF, MOUNTS, ""}};
    pl_probe_report report;

    (void)state;
    PROBE(&report, LIVE);
    assert_disk(&report, "/sys/block/sda/device/wwid", "naa.5002538d42a1b2c3");
    fake_root_probe(LIVE, FAKE_COUNT(LIVE), OVERLAY, 1, &report);
    assert_disk(&report, "/sys/block/sda/device/wwid", "naa.5002538d42a1b2c3");
    fake_root_probe(LIVE, FAKE_COUNT(LIVE), NO_MOUNTS, 1, &report);
    assert_disk(&report, "/sys/block/sda/device/wwid", "naa.5002538d42a1b2c3");
}

static void with_two_fixed_disks_neither_is_guessed(void **state)
{
    static const fake_entry SECOND[] = {{DISK, "sdb", SDB}, {FILE_OF, SYS SDB "/device/wwid", "naa.5002538d42ffffee\n"}};
    pl_probe_report report;

    (void)state;
    fake_root_probe(LIVE, FAKE_COUNT(LIVE), SECOND, FAKE_COUNT(SECOND), &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_ABSENT);
}

/* One disk, in whose directory a table puts files. */
static void probe_sda(const char *file, const void *bytes, size_t size, pl_probe_report *report)
{
    static const fake_entry MACHINE[] = {ROOT_ON("8:0", "/dev/sda"), {DISK, "sda", SDA}, {DEVICE, "8:0", SDA}};
    char path[256];
    fake_root root;

    fake_root_make(&root);
    fake_root_add(&root, MACHINE, FAKE_COUNT(MACHINE));
    (void)snprintf(path, sizeof path, SYS SDA "%s", file);
    fake_root_add_bytes(&root, path, bytes, size);
    assert_int_equal(pl_probe_read(root.path, report), PL_OK);
    fake_root_remove(&root);
}

static void scsis_binary_page_is_read_within_its_length(void **state)
{
    static const char PAGE[] = {0, (char)0x80, 0, 10, 'W', 'D', '-', 'W', 'X', '1', '2', '3', '4', '5', '6', '7'};
    pl_probe_report report;

    (void)state;
    probe_sda("/device/vpd_pg80", PAGE, sizeof PAGE, &report);
    assert_disk(&report, "/sys/block/sda/device/vpd_pg80", "wd-wx12345");
    probe_sda("/device/vpd_pg80", PAGE, 12, &report); /* it promises more than there is */
    assert_disk(&report, "/sys/block/sda/device/vpd_pg80", "wd-wx123");
}

static void a_damaged_binary_page_is_unreadable(void **state)
{
    static const char PAGE[] = {0, (char)0x83, 0, 4, 'A', 'B', 'C', 'D'};
    char large[2048] = {0, (char)0x80, 7, 0};
    pl_probe_report report;

    (void)state;
    probe_sda("/device/vpd_pg80", PAGE, sizeof PAGE, &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_UNREADABLE);
    probe_sda("/device/vpd_pg80", PAGE, 2, &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_UNREADABLE);
    memset(large + 4, 'A', sizeof large - 4);
    probe_sda("/device/vpd_pg80", large, sizeof large, &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_UNREADABLE);
}

static void serials_that_every_hypervisors_first_disk_has_do_not_count(void **state)
{
    static const char *const VALUES[] = {
        "t10.ATA     QEMU HARDDISK                           QM00001             \n",
        "t10.QEMU    QEMU HARDDISK   drive-scsi0         \n",
        "t10.Google  persistent-disk-0               persistent-disk-0\n",
        "VMWARE NVME_0000\n",
        "00000000000000000001\n",
    };

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(VALUES); i++) {
        pl_probe_report report;

        probe_sda("/device/wwid", VALUES[i], strlen(VALUES[i]), &report);
        assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_SHARED);
    }
}

static void a_disk_without_any_serial_is_absent_and_named(void **state)
{
    pl_probe_report report;

    (void)state;
    probe_sda("/size", "1\n", 2, &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->state, PL_FINDING_ABSENT);
    assert_string_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->source, "/sys/block/sda");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_nvme_disk_has_its_controllers_serial),
        cmocka_unit_test(an_nvme_disk_with_several_paths_is_no_virtual_one),
        cmocka_unit_test(through_lvm_and_luks_to_the_disk_below),
        cmocka_unit_test(btrfs_names_its_device_instead_of_its_number),
        cmocka_unit_test(both_disks_of_a_mirror_count),
        cmocka_unit_test(mappings_in_a_circle_end),
        cmocka_unit_test(a_disk_on_usb_or_one_that_is_removable_does_not_count),
        cmocka_unit_test(without_a_disk_of_its_own_the_only_fixed_disk_counts),
        cmocka_unit_test(with_two_fixed_disks_neither_is_guessed),
        cmocka_unit_test(scsis_binary_page_is_read_within_its_length),
        cmocka_unit_test(a_damaged_binary_page_is_unreadable),
        cmocka_unit_test(serials_that_every_hypervisors_first_disk_has_do_not_count),
        cmocka_unit_test(a_disk_without_any_serial_is_absent_and_named),
    };

    return cmocka_run_group_tests_name("disk_linux", tests, NULL, NULL);
}
