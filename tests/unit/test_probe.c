/* SPDX-License-Identifier: Apache-2.0
 *
 * How a raw value is normalised and judged, and the bounds of a report.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "device/probe.h"

static pl_finding judge(pl_component component, const char *raw)
{
    pl_probe_report report;
    bool is_used;

    memset(&report, 0, sizeof report);
    is_used = pl_probe_add(&report, component, "here", raw);
    assert_int_equal(report.count, 1);
    assert_int_equal(is_used, report.findings[0].state == PL_FINDING_USED);
    return report.findings[0];
}

static void case_and_blanks_make_no_difference(void **state)
{
    static const struct {
        const char *raw;
        const char *value;
    } ROWS[] = {
        {"L1HF0AB1234\n", "l1hf0ab1234"},
        {"  S4EWNX0R123456      \n", "s4ewnx0r123456"},
        {"t10.ATA     Samsung SSD   S3Z1\t\n", "t10.ata samsung ssd s3z1"},
        {"A1B2C3D4-0001-11EC-8000-0123456789AB", "a1b2c3d4-0001-11ec-8000-0123456789ab"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_finding finding = judge(PL_COMPONENT_BOARD, ROWS[i].raw);

        assert_int_equal(finding.state, PL_FINDING_USED);
        assert_string_equal(finding.value, ROWS[i].value);
    }
}

static void placeholders_are_recognised(void **state)
{
    static const char *const RAW[] = {
        "",
        " \n",
        "To be filled by O.E.M.",
        "TO BE FILLED BY O.E.M.\n",
        "Default string",
        "default  string",
        "System Serial Number",
        "None",
        "Not Specified",
        "Not Applicable",
        "0123456789",
        "123456789",
        "INVALID",
        "N/A",
        "Unknown",
        "OEM",
        "0",
        "00000000",
        "000000000000",
        "FFFFFFFF",
        "xxxxxxxxxx",
        "........",
        "-",
        "1.0",
        "0000-0000",
        "Serial",
        "Type1ProductConfigId",
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE",
        "56F49712-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "58585858-5858-5858-5858-585858585858",
        "uninitialized",
    };

    (void)state;
    for (size_t i = 0; i < sizeof RAW / sizeof RAW[0]; i++) {
        pl_finding finding = judge(PL_COMPONENT_BOARD, RAW[i]);

        if (finding.state != PL_FINDING_PLACEHOLDER || finding.value[0])
            fail_msg("taken for real: %s", RAW[i]);
    }
}

static void values_known_to_be_on_many_machines_are_shared(void **state)
{
    static const struct {
        pl_component component;
        const char *raw;
    } ROWS[] = {
        {PL_COMPONENT_FIRMWARE, "03000200-0400-0500-0006-000700080009"},
        {PL_COMPONENT_FIRMWARE, "00020003-0004-0005-0006-000700080009"},
        {PL_COMPONENT_FIRMWARE, "4C4C4544-0000-2010-8020-80C04F202020"},
        {PL_COMPONENT_MACHINE_ID, "b08dfa6083e7567a1921a715000001fb"},
        {PL_COMPONENT_NIC, "00:11:22:33:44:55"},
        {PL_COMPONENT_DISK, "t10.ATA QEMU HARDDISK QM00001"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        assert_int_equal(judge(ROWS[i].component, ROWS[i].raw).state, PL_FINDING_SHARED);
        assert_string_equal(judge(ROWS[i].component, ROWS[i].raw).value, "");
    }
}

static void real_values_that_resemble_placeholders_count(void **state)
{
    static const char *const RAW[] = {
        "0123456788",  "PF0000001",     "00000000000000000002", "4c4c4544-0044-3510-8052-b4c04f564433",
        "overlayblk",  "NONE1234",      "10000000abcdef01",     "00000000-0000-0000-0000-ac1f6b7d8e9f",
        "QM00001ABCD", "..CN1234567..",
    };

    (void)state;
    for (size_t i = 0; i < sizeof RAW / sizeof RAW[0]; i++) {
        if (judge(PL_COMPONENT_BOARD, RAW[i]).state != PL_FINDING_USED)
            fail_msg("refused: %s", RAW[i]);
    }
}

static void what_is_no_text_or_too_long_is_unreadable(void **state)
{
    char large[PL_PROBE_VALUE_MAX + 1];

    (void)state;
    memset(large, 0, sizeof large);
    for (size_t i = 0; i < PL_PROBE_VALUE_MAX; i++)
        large[i] = (char)('a' + i % 26);
    assert_int_equal(judge(PL_COMPONENT_BOARD, large).state, PL_FINDING_UNREADABLE);
    large[PL_PROBE_VALUE_MAX - 2] = '\0';
    assert_int_equal(judge(PL_COMPONENT_BOARD, large).state, PL_FINDING_USED);
    assert_int_equal(judge(PL_COMPONENT_BOARD, "ABC\xff\xfe"
                                               "DEF")
                         .state,
                     PL_FINDING_UNREADABLE);
    assert_int_equal(judge(PL_COMPONENT_BOARD, "ABC\x01"
                                               "DEF")
                         .state,
                     PL_FINDING_UNREADABLE);
}

static void a_long_source_is_cut(void **state)
{
    pl_probe_report report;
    char source[PL_PROBE_SOURCE_MAX * 2];

    (void)state;
    memset(&report, 0, sizeof report);
    memset(source, 's', sizeof source);
    source[sizeof source - 1] = '\0';
    pl_probe_note(&report, PL_COMPONENT_DISK, source, PL_FINDING_ABSENT);
    assert_int_equal(strlen(report.findings[0].source), PL_PROBE_SOURCE_MAX - 1);
}

static void at_most_four_findings_of_a_kind_are_kept(void **state)
{
    pl_probe_report report;
    char raw[] = "serial-a";

    (void)state;
    memset(&report, 0, sizeof report);
    for (int i = 0; i < 9; i++) {
        raw[7] = (char)('a' + i);
        assert_int_equal(pl_probe_add(&report, PL_COMPONENT_DISK, "here", raw), i < 4);
        pl_probe_note(&report, PL_COMPONENT_NIC, "there", PL_FINDING_VIRTUAL);
    }
    assert_int_equal(report.count, 8);
}

static void a_full_report_takes_no_more(void **state)
{
    pl_probe_report report;

    (void)state;
    memset(&report, 0, sizeof report);
    report.count = PL_PROBE_FINDINGS_MAX;
    assert_false(pl_probe_add(&report, PL_COMPONENT_DISK, "here", "serial-a"));
    pl_probe_note(&report, PL_COMPONENT_DISK, "here", PL_FINDING_ABSENT);
    assert_int_equal(report.count, PL_PROBE_FINDINGS_MAX);
}

static void components_without_a_finding_are_noted_as_absent(void **state)
{
    pl_probe_report report;

    (void)state;
    memset(&report, 0, sizeof report);
    pl_probe_note(&report, PL_COMPONENT_DISK, "here", PL_FINDING_UNREADABLE);
    pl_probe_note_absent(&report);
    assert_int_equal(report.count, PL_COMPONENT_COUNT);
    assert_int_equal(report.findings[0].state, PL_FINDING_UNREADABLE);
    for (size_t i = 1; i < report.count; i++) {
        assert_int_equal(report.findings[i].state, PL_FINDING_ABSENT);
        assert_int_not_equal(report.findings[i].component, PL_COMPONENT_DISK);
    }
}

static void the_first_name_that_gives_a_virtual_machine_away_stays(void **state)
{
    pl_probe_report report;

    (void)state;
    memset(&report, 0, sizeof report);
    pl_probe_machine(&report, "LENOVO");
    assert_string_equal(report.environment, "");
    pl_probe_machine(&report, "VMware, Inc.");
    pl_probe_machine(&report, "QEMU");
    assert_string_equal(report.environment, "vm:vmware");
}

static void wiping_leaves_nothing(void **state)
{
    static const pl_probe_report EMPTY;
    pl_probe_report report;

    (void)state;
    memset(&report, 0x5a, sizeof report);
    pl_probe_wipe(&report);
    assert_memory_equal(&report, &EMPTY, sizeof report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_and_blanks_make_no_difference),
        cmocka_unit_test(placeholders_are_recognised),
        cmocka_unit_test(values_known_to_be_on_many_machines_are_shared),
        cmocka_unit_test(real_values_that_resemble_placeholders_count),
        cmocka_unit_test(what_is_no_text_or_too_long_is_unreadable),
        cmocka_unit_test(a_long_source_is_cut),
        cmocka_unit_test(at_most_four_findings_of_a_kind_are_kept),
        cmocka_unit_test(a_full_report_takes_no_more),
        cmocka_unit_test(components_without_a_finding_are_noted_as_absent),
        cmocka_unit_test(the_first_name_that_gives_a_virtual_machine_away_stays),
        cmocka_unit_test(wiping_leaves_nothing),
    };

    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
