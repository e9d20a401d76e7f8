/* SPDX-License-Identifier: Apache-2.0
 *
 * Which network cards count, and by which address.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "unit/fake_root.h"

#define PCI "pci0000:00/0000:00:1f.6/net/"
#define SYS "/sys/devices/"

static const pl_finding *one_card(const fake_entry *changes, size_t count)
{
    static const fake_entry CARD_ONE[] = {
        {CARD, "eno1", PCI "eno1"},
        {FILE_OF, SYS PCI "eno1/address", "d4:5d:64:11:22:33\n"},
        {FILE_OF, SYS PCI "eno1/addr_assign_type", "0\n"},
    };
    static pl_probe_report report;

    fake_root_probe(CARD_ONE, FAKE_COUNT(CARD_ONE), changes, count, &report);
    return fake_root_finding(&report, PL_COMPONENT_NIC);
}

static void a_built_in_card_counts_by_its_address(void **state)
{
    const pl_finding *finding = one_card(NULL, 0);

    (void)state;
    assert_int_equal(finding->state, PL_FINDING_USED);
    assert_string_equal(finding->value, "d4:5d:64:11:22:33");
    assert_string_equal(finding->source, "/sys/class/net/eno1/address");
}

static void addresses_that_identify_no_card_do_not_count(void **state)
{
    static const struct {
        const char *file;
        const char *text;
        pl_finding_state state;
    } ROWS[] = {
        {"eno1/address", "D4:5D:64:11:22:33\n", PL_FINDING_USED},
        {"eno1/address", "02:fc:00:00:00:01\n", PL_FINDING_VIRTUAL}, /* locally administered */
        {"eno1/address", "52:54:00:12:34:56\n", PL_FINDING_VIRTUAL},
        {"eno1/address", "01:5d:64:11:22:33\n", PL_FINDING_VIRTUAL}, /* a group's */
        {"eno1/address", "00:00:00:00:00:00\n", PL_FINDING_PLACEHOLDER},
        {"eno1/address", "ff:ff:ff:ff:ff:ff\n", PL_FINDING_PLACEHOLDER},
        {"eno1/address", "00:11:22:33:44:55\n", PL_FINDING_SHARED},
        {"eno1/address", "d4:5d:64:11:22\n", PL_FINDING_UNREADABLE},
        {"eno1/address", "d4:5d:64:11:22:33:44\n", PL_FINDING_UNREADABLE},
        {"eno1/address", "d4-5d-64-11-22-33\n", PL_FINDING_UNREADABLE},
        {"eno1/address", "g4:5d:64:11:22:33\n", PL_FINDING_UNREADABLE},
        {"eno1/address", "", PL_FINDING_UNREADABLE},
        {"eno1/addr_assign_type", "1\n", PL_FINDING_VIRTUAL},         /* random */
        {"eno1/addr_assign_type", "3\n", PL_FINDING_VIRTUAL},         /* set by software */
        {"eno1/device/removable", "removable\n", PL_FINDING_VIRTUAL}, /* a Thunderbolt dock */
        {"eno1/device/removable", "fixed\n", PL_FINDING_USED},
    };

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(ROWS); i++) {
        char path[128];
        const fake_entry changes[] = {{FILE_OF, path, ROWS[i].text}};

        (void)snprintf(path, sizeof path, SYS PCI "%s", ROWS[i].file);
        if (one_card(changes, 1)->state != ROWS[i].state)
            fail_msg("%s %s", ROWS[i].file, ROWS[i].text);
    }
}

static void a_card_in_a_bond_counts_by_its_own_address(void **state)
{
    static const fake_entry CHANGES[] = {
        {FILE_OF, SYS PCI "eno1/bonding_slave/perm_hwaddr", "d4:5d:64:99:99:98\n"},
        {FILE_OF, SYS PCI "eno1/addr_assign_type", "3\n"},
        {FILE_OF, "/sys/class/net/bonding_masters", "bond0\n"},
    };
    const pl_finding *finding = one_card(CHANGES, FAKE_COUNT(CHANGES));

    (void)state;
    assert_int_equal(finding->state, PL_FINDING_USED);
    assert_string_equal(finding->value, "d4:5d:64:99:99:98");
}

static void virtual_cards_are_passed_over(void **state)
{
    static const fake_entry MACHINE[] = {
        {LINK_TO, "/sys/class/net/lo", "../../devices/virtual/net/lo"},
        {LINK_TO, "/sys/class/net/docker0", "../../devices/virtual/net/docker0"},
        {LINK_TO, "/sys/class/net/veth1234", "../../devices/virtual/net/veth1234"},
        {FILE_OF, SYS "virtual/net/docker0/address", "d4:5d:64:11:22:33\n"},
        {FILE_OF, SYS "virtual/net/docker0/addr_assign_type", "0\n"},
    };
    pl_probe_report report;

    (void)state;
    fake_root_probe(MACHINE, FAKE_COUNT(MACHINE), NULL, 0, &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_NIC)->state, PL_FINDING_ABSENT);
}

static void a_card_without_a_device_does_not_count(void **state)
{
    static const fake_entry MACHINE[] = {
        {LINK_TO, "/sys/class/net/eno1", "../../devices/" PCI "eno1"},
        {FILE_OF, SYS PCI "eno1/address", "d4:5d:64:11:22:33\n"},
        {FILE_OF, SYS PCI "eno1/addr_assign_type", "0\n"},
    };
    pl_probe_report report;

    (void)state;
    fake_root_probe(MACHINE, FAKE_COUNT(MACHINE), NULL, 0, &report);
    assert_int_equal(fake_root_finding(&report, PL_COMPONENT_NIC)->state, PL_FINDING_VIRTUAL);
}

/* Fills the machine with as many cards; card i has the address ...:i. */
static void add_cards(const fake_root *root, int count, int step)
{
    for (int i = 0; i < count; i++) {
        char name[16];
        char device[64];
        char files[2][96];
        char address[24];
        const fake_entry card[] = {{CARD, name, device}, {FILE_OF, files[0], address}, {FILE_OF, files[1], "0\n"}};

        (void)snprintf(name, sizeof name, "eth%d", i);
        (void)snprintf(device, sizeof device, "pci0000:00/0000:00:%02x.0/net/eth%d", (unsigned)i & 255, i);
        (void)snprintf(files[0], sizeof files[0], "/sys/devices/%.60s/address", device);
        (void)snprintf(files[1], sizeof files[1], "/sys/devices/%.60s/addr_assign_type", device);
        (void)snprintf(address, sizeof address, "d4:5d:64:11:22:%02x\n", (unsigned)(i * step) & 255);
        fake_root_add(root, card, FAKE_COUNT(card));
    }
}

static void of_many_cards_the_four_lowest_addresses_count_whatever_their_names(void **state)
{
    char values[2][PL_COMPONENT_VALUES_MAX][PL_PROBE_VALUE_MAX];

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        pl_probe_report report;
        fake_root root;
        size_t used = 0;

        fake_root_make(&root);
        add_cards(&root, 7, turn ? 255 : 1); /* ascending, descending but for the first */
        assert_int_equal(pl_probe_read(root.path, &report), PL_OK);
        fake_root_remove(&root);
        for (size_t i = 0; i < report.count; i++) {
            if (report.findings[i].component == PL_COMPONENT_NIC && report.findings[i].state == PL_FINDING_USED)
                memcpy(values[turn][used++], report.findings[i].value, PL_PROBE_VALUE_MAX);
        }
        assert_int_equal(used, PL_COMPONENT_VALUES_MAX);
    }
    assert_string_equal(values[0][0], "d4:5d:64:11:22:00");
    assert_string_equal(values[0][3], "d4:5d:64:11:22:03");
    assert_string_equal(values[1][1], "d4:5d:64:11:22:fa");
}

static void hundreds_of_cards_do_not_overflow_the_report(void **state)
{
    pl_probe_report report;
    fake_root root;

    (void)state;
    fake_root_make(&root);
    add_cards(&root, 300, 0);
    assert_int_equal(pl_probe_read(root.path, &report), PL_OK);
    fake_root_remove(&root);
    assert_true(report.count <= PL_PROBE_FINDINGS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_in_card_counts_by_its_address),
        cmocka_unit_test(addresses_that_identify_no_card_do_not_count),
        cmocka_unit_test(a_card_in_a_bond_counts_by_its_own_address),
        cmocka_unit_test(virtual_cards_are_passed_over),
        cmocka_unit_test(a_card_without_a_device_does_not_count),
        cmocka_unit_test(of_many_cards_the_four_lowest_addresses_count_whatever_their_names),
        cmocka_unit_test(hundreds_of_cards_do_not_overflow_the_report),
    };

    return cmocka_run_group_tests_name("nic_linux", tests, NULL, NULL);
}
