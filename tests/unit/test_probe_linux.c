/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole machines: what the Linux probe makes of each, and which of them the match rules take for the same device.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "device/device.h"
#include "unit/fake_root.h"

#define DMI      "/sys/class/dmi/id/"
#define SATA     "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda"
#define ETHERNET "pci0000:00/0000:00:1f.6/net/eno1"
#define MOUNTS   "/proc/self/mountinfo"

static const fake_entry DESKTOP[] = {
    {FILE_OF, "/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n"},
    {FILE_OF, DMI "sys_vendor", "LENOVO\n"},
    {FILE_OF, DMI "product_name", "ThinkCentre M70q\n"},
    {FILE_OF, DMI "product_uuid", "A1B2C3D4-0001-11EC-8000-0123456789AB\n"},
    {FILE_OF, DMI "board_serial", "L1HF0AB1234\n"},
    {FILE_OF, MOUNTS, "22 27 0:21 / /proc rw - proc proc rw\n27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n"},
    {DISK, "sda", SATA},
    {PART, "sda2", SATA "/sda2"},
    {DEVICE, "8:2", SATA "/sda2"},
    {FILE_OF, "/sys/devices/" SATA "/sda2/partition", "2\n"},
    {FILE_OF, "/sys/devices/" SATA "/removable", "0\n"},
    {FILE_OF, "/sys/devices/" SATA "/device/wwid", "naa.5002538d42a1b2c3\n"},
    {CARD, "eno1", ETHERNET},
    {FILE_OF, "/sys/devices/" ETHERNET "/address", "d4:5d:64:11:22:33\n"},
    {FILE_OF, "/sys/devices/" ETHERNET "/addr_assign_type", "0\n"},
    {FILE_OF, "/sys/firmware/acpi/tables", ""},
    {FILE_OF, "/proc/cpuinfo", "processor\t: 0\nSerial\t\t: 1234567890abcdee\n"},
};

#define MMC   "platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0"
#define GENET "platform/scb/fd580000.ethernet/net/eth0"

static const fake_entry RASPBERRY[] = {
    {FILE_OF, "/etc/machine-id", "8f3c1f5a6d2b4c7e9a0b1c2d3e4f5a6b\n"},
    {FILE_OF, MOUNTS, "25 1 179:2 / / rw,noatime - ext4 /dev/root rw\n"},
    {DISK, "mmcblk0", MMC},
    {DEVICE, "179:2", MMC "/mmcblk0p2"},
    {FILE_OF, "/sys/devices/" MMC "/mmcblk0p2/partition", "2\n"},
    {FILE_OF, "/sys/devices/" MMC "/device/cid", "035344535436344780a1b2c3d4013c00\n"},
    {FILE_OF, "/sys/devices/" MMC "/device/serial", "0xa1b2c3d4\n"},
    {FILE_OF, "/proc/device-tree/serial-number", "10000000abcdef01"},
    {CARD, "eth0", GENET},
    {FILE_OF, "/sys/devices/" GENET "/address", "dc:a6:32:ab:cd:ef\n"},
    {FILE_OF, "/sys/devices/" GENET "/addr_assign_type", "0\n"},
};

#define VDA  "pci0000:00/0000:00:05.0/virtio2/block/vda"
#define VNET "pci0000:00/0000:00:03.0/virtio0/net/ens3"

static const fake_entry CLOUD[] = {
    {FILE_OF, "/etc/machine-id", "0b7e4c2d9f1a4e6b8c3d5a7f9e1b2c4d\n"},
    {FILE_OF, DMI "sys_vendor", "DigitalOcean\n"},
    {FILE_OF, DMI "product_uuid", "5c1a7d2e-3b4f-4a6d-9e8f-001122334455\n"},
    {FILE_OF, DMI "board_serial", "Not Specified\n"},
    {FILE_OF, DMI "product_serial", "398765412\n"},
    {FILE_OF, MOUNTS, "26 1 252:1 / / rw - ext4 /dev/vda1 rw\n"},
    {DISK, "vda", VDA},
    {DEVICE, "252:1", VDA "/vda1"},
    {FILE_OF, "/sys/devices/" VDA "/vda1/partition", "1\n"},
    {FILE_OF, "/sys/devices/" VDA "/serial", "vol-0a1b2c3d4e5f"},
    {CARD, "ens3", VNET},
    {FILE_OF, "/sys/devices/" VNET "/address", "ee:12:34:56:78:9a\n"},
    {FILE_OF, "/sys/devices/" VNET "/addr_assign_type", "0\n"},
};

/* The desktop as a program in a container on it sees it. */
static const fake_entry IN_DOCKER[] = {
    {FILE_OF, "/.dockerenv", ""},
    {FILE_OF, "/etc/machine-id", "9a8b7c6d5e4f40318293a4b5c6d7e8f9\n"},
    {FILE_OF, MOUNTS,
     "600 500 0:52 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A,upperdir=/var/lib/docker/overlay2/b/diff\n"
     "615 600 8:2 /var/lib/docker/containers/c/hostname /etc/hostname rw - ext4 /dev/sda2 rw\n"},
    {LINK_TO, "/sys/class/net/eno1", "../../devices/virtual/net/eth0"},
};

static const fake_entry WITH_HOSTS_MACHINE_ID[] = {
    {FILE_OF, "/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n"},
    {FILE_OF, MOUNTS,
     "600 500 0:52 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A\n"
     "616 600 8:2 /etc/machine-id /etc/machine-id ro - ext4 /dev/sda2 rw\n"},
};

static const fake_entry SEEN_BY_CASHIER[] = {
    {LOCKED, DMI "product_uuid", NULL},
    {LOCKED, DMI "board_serial", NULL},
};

static const fake_entry OTHER_HARDWARE[] = {
    {FILE_OF, DMI "product_uuid", "A1B2C3D4-0002-11EC-8000-BA9876543210\n"},
    {FILE_OF, DMI "board_serial", "L1HF0AB9999\n"},
    {FILE_OF, "/sys/devices/" SATA "/device/wwid", "naa.5002538d42ffffee\n"},
    {FILE_OF, "/sys/devices/" ETHERNET "/address", "d4:5d:64:44:55:66\n"},
};

static const fake_entry PLACEHOLDERS[] = {
    {FILE_OF, DMI "product_uuid", "03000200-0400-0500-0006-000700080009\n"},
    {FILE_OF, DMI "board_serial", "To be filled by O.E.M.\n"},
    {FILE_OF, DMI "product_serial", "Default string\n"},
    {FILE_OF, DMI "chassis_serial", "0123456789\n"},
};

#define PROBE(report, table)                  fake_root_probe(table, FAKE_COUNT(table), NULL, 0, report)
#define PROBE_CHANGED(report, table, changes) fake_root_probe(table, FAKE_COUNT(table), changes, FAKE_COUNT(changes), report)

static pl_match match(const pl_probe_report *known, const pl_probe_report *seen, pl_match_rule rule)
{
    pl_fingerprint a;
    pl_fingerprint b;

    assert_int_equal(pl_device_fingerprint(known, "till", &a), PL_OK);
    assert_int_equal(pl_device_fingerprint(seen, "till", &b), PL_OK);
    return pl_fingerprint_match(&a, &b, rule);
}

static void assert_value(const pl_probe_report *report, pl_component component, const char *value)
{
    assert_int_equal(fake_root_finding(report, component)->state, PL_FINDING_USED);
    assert_string_equal(fake_root_finding(report, component)->value, value);
}

static void assert_state(const pl_probe_report *report, pl_component component, pl_finding_state wanted)
{
    assert_int_equal(fake_root_finding(report, component)->state, wanted);
    assert_string_equal(fake_root_finding(report, component)->value, "");
}

static void a_desktop_has_everything_but_a_cpu_serial(void **state)
{
    pl_probe_report report;

    (void)state;
    PROBE(&report, DESKTOP);
    assert_value(&report, PL_COMPONENT_MACHINE_ID, "3d1219c7c4c5404aaa1f6d2a48adfda4");
    assert_value(&report, PL_COMPONENT_FIRMWARE, "a1b2c3d4-0001-11ec-8000-0123456789ab");
    assert_value(&report, PL_COMPONENT_BOARD, "l1hf0ab1234");
    assert_value(&report, PL_COMPONENT_DISK, "naa.5002538d42a1b2c3");
    assert_value(&report, PL_COMPONENT_NIC, "d4:5d:64:11:22:33");
    assert_state(&report, PL_COMPONENT_CPU, PL_FINDING_ABSENT);
    assert_string_equal(report.environment, "");
    assert_string_equal(fake_root_finding(&report, PL_COMPONENT_DISK)->source, "/sys/block/sda/device/wwid");
}

static void a_raspberry_pi_has_a_cpu_serial_and_a_card(void **state)
{
    pl_probe_report report;

    (void)state;
    PROBE(&report, RASPBERRY);
    assert_value(&report, PL_COMPONENT_CPU, "10000000abcdef01");
    assert_value(&report, PL_COMPONENT_DISK, "035344535436344780a1b2c3d4013c00");
    assert_value(&report, PL_COMPONENT_NIC, "dc:a6:32:ab:cd:ef");
    assert_state(&report, PL_COMPONENT_FIRMWARE, PL_FINDING_ABSENT);
}

static void an_older_arm_board_tells_its_serial_in_cpuinfo(void **state)
{
    static const fake_entry CHANGES[] = {
        {FILE_OF, "/proc/device-tree/serial-number", "0000000000000000"},
        {FILE_OF, "/proc/cpuinfo",
         "processor\t: 0\nBogoMIPS\t: 38.40\n\nHardware\t: BCM2835\nSerial\t\t: 00000000F00DF00E\nModel\t: Pi\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE_CHANGED(&report, RASPBERRY, CHANGES);
    assert_value(&report, PL_COMPONENT_CPU, "00000000f00df00e");
    assert_string_equal(fake_root_finding(&report, PL_COMPONENT_CPU)->source, "/proc/cpuinfo");
}

static void a_cloud_machine_falls_back_to_the_products_serial(void **state)
{
    pl_probe_report report;

    (void)state;
    PROBE(&report, CLOUD);
    assert_string_equal(report.environment, "vm:kvm");
    assert_value(&report, PL_COMPONENT_BOARD, "398765412");
    assert_value(&report, PL_COMPONENT_DISK, "vol-0a1b2c3d4e5f");
    assert_state(&report, PL_COMPONENT_NIC, PL_FINDING_VIRTUAL);
}

static void in_a_container_the_images_machine_id_does_not_count(void **state)
{
    pl_probe_report report;

    (void)state;
    PROBE_CHANGED(&report, DESKTOP, IN_DOCKER);
    assert_string_equal(report.environment, "container:docker");
    assert_state(&report, PL_COMPONENT_MACHINE_ID, PL_FINDING_SHARED);
    assert_value(&report, PL_COMPONENT_DISK, "naa.5002538d42a1b2c3");
    assert_state(&report, PL_COMPONENT_NIC, PL_FINDING_ABSENT);
}

static void a_container_of_root_is_its_host_and_one_of_a_cashier_says_what_it_needs(void **state)
{
    pl_probe_report host;
    pl_probe_report report;
    fake_entry cashiers[FAKE_COUNT(IN_DOCKER) + FAKE_COUNT(SEEN_BY_CASHIER)];
    pl_fingerprint fingerprint;

    (void)state;
    PROBE(&host, DESKTOP);
    PROBE_CHANGED(&report, DESKTOP, IN_DOCKER);
    assert_true(match(&host, &report, PL_MATCH_TWO).is_same);

    memcpy(cashiers, IN_DOCKER, sizeof IN_DOCKER);
    memcpy(cashiers + FAKE_COUNT(IN_DOCKER), SEEN_BY_CASHIER, sizeof SEEN_BY_CASHIER);
    PROBE_CHANGED(&report, DESKTOP, cashiers);
    assert_int_equal(pl_device_fingerprint(&report, "till", &fingerprint), PL_ERR_NO_FINGERPRINT);
    assert_non_null(strstr(pl_err_detail(), "/etc/machine-id"));
}

static void a_machine_id_mounted_from_the_host_counts_in_a_container(void **state)
{
    fake_entry changes[FAKE_COUNT(IN_DOCKER) + FAKE_COUNT(WITH_HOSTS_MACHINE_ID)];
    pl_probe_report report;

    (void)state;
    memcpy(changes, IN_DOCKER, sizeof IN_DOCKER);
    memcpy(changes + FAKE_COUNT(IN_DOCKER), WITH_HOSTS_MACHINE_ID, sizeof WITH_HOSTS_MACHINE_ID);
    PROBE_CHANGED(&report, DESKTOP, changes);
    assert_value(&report, PL_COMPONENT_MACHINE_ID, "3d1219c7c4c5404aaa1f6d2a48adfda4");
}

static void a_machine_id_made_anew_by_every_start_does_not_count(void **state)
{
    static const fake_entry CHANGES[] = {
        {FILE_OF, MOUNTS, "27 1 8:2 / / ro - ext4 /dev/sda2 ro\n28 27 0:25 /machine-id /etc/machine-id ro - tmpfs tmpfs rw\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE_CHANGED(&report, DESKTOP, CHANGES);
    assert_state(&report, PL_COMPONENT_MACHINE_ID, PL_FINDING_VIRTUAL);
}

static void machine_ids_that_identify_nothing_do_not_count(void **state)
{
    static const struct {
        const char *text;
        pl_finding_state wanted;
    } ROWS[] = {
        {"", PL_FINDING_PLACEHOLDER},
        {"\n", PL_FINDING_PLACEHOLDER},
        {"uninitialized\n", PL_FINDING_PLACEHOLDER},
        {"00000000000000000000000000000000\n", PL_FINDING_PLACEHOLDER},
        {"3d1219c7c4c5404aaa1f6d2a48adfda\n", PL_FINDING_PLACEHOLDER},
        {"3d1219c7c4c5404aaa1f6d2a48adfda4 x\n", PL_FINDING_PLACEHOLDER},
        {"b08dfa6083e7567a1921a715000001fb\n", PL_FINDING_SHARED},
        {"88544b92092430bc5d3fbbffc12a2f04\n", PL_FINDING_SHARED},
    };

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(ROWS); i++) {
        const fake_entry changes[] = {{FILE_OF, "/etc/machine-id", ROWS[i].text}};
        pl_probe_report report;

        PROBE_CHANGED(&report, DESKTOP, changes);
        assert_state(&report, PL_COMPONENT_MACHINE_ID, ROWS[i].wanted);
    }
}

static void an_empty_machine_id_gives_way_to_that_of_dbus(void **state)
{
    static const fake_entry CHANGES[] = {
        {FILE_OF, "/etc/machine-id", ""},
        {FILE_OF, "/var/lib/dbus/machine-id", "7d1219c7c4c5404aaa1f6d2a48adfda4\n"},
    };
    pl_probe_report report;

    (void)state;
    PROBE_CHANGED(&report, DESKTOP, CHANGES);
    assert_value(&report, PL_COMPONENT_MACHINE_ID, "7d1219c7c4c5404aaa1f6d2a48adfda4");
}

static void two_clones_of_an_image_on_different_hardware_are_two_devices(void **state)
{
    pl_probe_report original;
    pl_probe_report clone;
    pl_match got;

    (void)state;
    PROBE(&original, DESKTOP);
    PROBE_CHANGED(&clone, DESKTOP, OTHER_HARDWARE);
    got = match(&original, &clone, PL_MATCH_TWO);
    assert_false(got.is_same);
    assert_int_equal(got.matched, 1 << PL_COMPONENT_MACHINE_ID);
}

static void machines_of_one_model_differ_although_a_cashier_sees_little_of_them(void **state)
{
    fake_entry changes[FAKE_COUNT(OTHER_HARDWARE) + FAKE_COUNT(SEEN_BY_CASHIER)];
    pl_probe_report original;
    pl_probe_report clone;

    (void)state;
    memcpy(changes, OTHER_HARDWARE, sizeof OTHER_HARDWARE);
    memcpy(changes + FAKE_COUNT(OTHER_HARDWARE), SEEN_BY_CASHIER, sizeof SEEN_BY_CASHIER);
    PROBE_CHANGED(&original, DESKTOP, SEEN_BY_CASHIER);
    PROBE_CHANGED(&clone, DESKTOP, changes);
    assert_false(match(&original, &clone, PL_MATCH_TWO).is_same);
}

/* Virtual machines that share all but the card's address are one device by the default rule; a stricter one tells them apart. */
static void virtual_clones_that_differ_in_the_card_alone_need_a_stricter_rule(void **state)
{
    static const fake_entry MINE[] = {{FILE_OF, "/sys/devices/" VNET "/address", "00:50:56:01:02:03\n"}};
    static const fake_entry CLONES[] = {{FILE_OF, "/sys/devices/" VNET "/address", "00:50:56:0a:0b:0c\n"}};
    pl_probe_report original;
    pl_probe_report clone;

    (void)state;
    PROBE_CHANGED(&original, CLOUD, MINE);
    PROBE_CHANGED(&clone, CLOUD, CLONES);
    assert_true(match(&original, &clone, PL_MATCH_TWO).is_same);
    assert_false(match(&original, &clone, PL_MATCH_ALL).is_same);
}

static void placeholders_of_the_maker_do_not_count(void **state)
{
    pl_probe_report report;

    (void)state;
    PROBE_CHANGED(&report, DESKTOP, PLACEHOLDERS);
    assert_state(&report, PL_COMPONENT_FIRMWARE, PL_FINDING_SHARED);
    assert_state(&report, PL_COMPONENT_BOARD, PL_FINDING_PLACEHOLDER);
    assert_int_equal(fake_root_count(&report, PL_COMPONENT_BOARD, PL_FINDING_PLACEHOLDER), 3);
    assert_true(match(&report, &report, PL_MATCH_TWO).is_same);
}

static void a_laptop_that_lost_its_docks_card_is_the_same_device(void **state)
{
    static const fake_entry DOCKED[] = {
        {CARD, "enx001122334466", "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/net/enx001122334466"},
        {FILE_OF, "/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/net/enx001122334466/address", "3c:e1:a1:22:33:44\n"},
        {FILE_OF, "/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/net/enx001122334466/addr_assign_type", "0\n"},
    };
    pl_probe_report docked;
    pl_probe_report alone;
    pl_fingerprint a;
    pl_fingerprint b;

    (void)state;
    PROBE_CHANGED(&docked, DESKTOP, DOCKED);
    PROBE(&alone, DESKTOP);
    assert_int_equal(fake_root_count(&docked, PL_COMPONENT_NIC, PL_FINDING_VIRTUAL), 1);
    assert_int_equal(pl_device_fingerprint(&docked, "till", &a), PL_OK);
    assert_int_equal(pl_device_fingerprint(&alone, "till", &b), PL_OK);
    assert_memory_equal(&a, &b, sizeof a);
}

static void root_and_a_cashier_see_the_same_device(void **state)
{
    pl_probe_report root;
    pl_probe_report cashier;
    pl_match got;

    (void)state;
    PROBE(&root, DESKTOP);
    PROBE_CHANGED(&cashier, DESKTOP, SEEN_BY_CASHIER);
    assert_state(&cashier, PL_COMPONENT_FIRMWARE, PL_FINDING_UNREADABLE);
    assert_state(&cashier, PL_COMPONENT_BOARD, PL_FINDING_UNREADABLE);
    got = match(&root, &cashier, PL_MATCH_ALL);
    assert_true(got.is_same);
    assert_int_equal(got.compared, 1 << PL_COMPONENT_MACHINE_ID | 1 << PL_COMPONENT_DISK | 1 << PL_COMPONENT_NIC);
}

static void an_unreadable_serial_is_not_replaced_by_the_next_source(void **state)
{
    static const fake_entry CHANGES[] = {
        {LOCKED, DMI "board_serial", NULL},
        {FILE_OF, DMI "product_serial", "PF3ABCDE\n"},
        {LOCKED, "/sys/devices/" SATA "/device/wwid", NULL},
        {FILE_OF, "/sys/devices/" SATA "/device/vpd_pg80", "x"},
    };
    pl_probe_report report;

    (void)state;
    PROBE_CHANGED(&report, DESKTOP, CHANGES);
    assert_state(&report, PL_COMPONENT_BOARD, PL_FINDING_UNREADABLE);
    assert_int_equal(fake_root_count(&report, PL_COMPONENT_BOARD, PL_FINDING_USED), 0);
    assert_state(&report, PL_COMPONENT_DISK, PL_FINDING_UNREADABLE);
    assert_int_equal(fake_root_count(&report, PL_COMPONENT_DISK, PL_FINDING_UNREADABLE), 1);
}

static void an_empty_machine_has_no_fingerprint_and_every_component_is_mentioned(void **state)
{
    pl_probe_report report;
    pl_fingerprint fingerprint;

    (void)state;
    fake_root_probe(NULL, 0, NULL, 0, &report);
    for (int c = 0; c < PL_COMPONENT_COUNT; c++)
        assert_state(&report, (pl_component)c, PL_FINDING_ABSENT);
    assert_int_equal(pl_device_fingerprint(&report, "till", &fingerprint), PL_ERR_NO_FINGERPRINT);
}

static void a_root_that_is_no_directory_is_an_error(void **state)
{
    pl_probe_report report;

    (void)state;
    assert_int_equal(pl_probe_read("/nowhere/at/all", &report), PL_ERR_IO);
    assert_int_equal(report.count, 0);
    assert_int_equal(pl_probe_read("/dev/null", &report), PL_ERR_IO);
}

static void this_machine_can_be_probed_and_gives_the_same_twice(void **state)
{
    pl_probe_report first;
    pl_probe_report second;

    (void)state;
    assert_int_equal(pl_probe_read("", &first), PL_OK);
    assert_int_equal(pl_probe_read(NULL, &second), PL_OK);
    assert_memory_equal(&first, &second, sizeof first);
}

/* "/." is a root like any other, for which the kernel's list of mounts is read; for this machine's own it mostly need not be. */
static void this_machine_looks_the_same_with_and_without_the_list_of_mounts(void **state)
{
    pl_probe_report with;
    pl_probe_report without;

    (void)state;
    assert_int_equal(pl_probe_read("/.", &with), PL_OK);
    assert_int_equal(pl_probe_read("/", &without), PL_OK);
    assert_memory_equal(&with, &without, sizeof with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_desktop_has_everything_but_a_cpu_serial),
        cmocka_unit_test(a_raspberry_pi_has_a_cpu_serial_and_a_card),
        cmocka_unit_test(an_older_arm_board_tells_its_serial_in_cpuinfo),
        cmocka_unit_test(a_cloud_machine_falls_back_to_the_products_serial),
        cmocka_unit_test(in_a_container_the_images_machine_id_does_not_count),
        cmocka_unit_test(a_container_of_root_is_its_host_and_one_of_a_cashier_says_what_it_needs),
        cmocka_unit_test(a_machine_id_mounted_from_the_host_counts_in_a_container),
        cmocka_unit_test(a_machine_id_made_anew_by_every_start_does_not_count),
        cmocka_unit_test(machine_ids_that_identify_nothing_do_not_count),
        cmocka_unit_test(an_empty_machine_id_gives_way_to_that_of_dbus),
        cmocka_unit_test(two_clones_of_an_image_on_different_hardware_are_two_devices),
        cmocka_unit_test(machines_of_one_model_differ_although_a_cashier_sees_little_of_them),
        cmocka_unit_test(virtual_clones_that_differ_in_the_card_alone_need_a_stricter_rule),
        cmocka_unit_test(placeholders_of_the_maker_do_not_count),
        cmocka_unit_test(a_laptop_that_lost_its_docks_card_is_the_same_device),
        cmocka_unit_test(root_and_a_cashier_see_the_same_device),
        cmocka_unit_test(an_unreadable_serial_is_not_replaced_by_the_next_source),
        cmocka_unit_test(an_empty_machine_has_no_fingerprint_and_every_component_is_mentioned),
        cmocka_unit_test(a_root_that_is_no_directory_is_an_error),
        cmocka_unit_test(this_machine_can_be_probed_and_gives_the_same_twice),
        cmocka_unit_test(this_machine_looks_the_same_with_and_without_the_list_of_mounts),
    };

    return cmocka_run_group_tests_name("probe_linux", tests, NULL, NULL);
}
