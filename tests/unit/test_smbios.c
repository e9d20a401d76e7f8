/* SPDX-License-Identifier: Apache-2.0
 *
 * The bounded reader of firmware tables.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "device/smbios.h"

/* System (vendor 1, product 2, serial 3, UUID), board (serial 1), chassis (no strings), end. */
static const uint8_t TABLE[] = {
    1,    27,   1,    0,    1,    2,    0,   3,   0xd4, 0xc3, 0xb2, 0xa1, 0x01, 0x00, 0xec, 0x11, 0x80, 0x00,
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 6,   0,   0,    'V',  'M',  'w',  'a',  'r',  'e',  ',',  ' ',  'I',
    'n',  'c',  '.',  0,    'M',  'o',  'd', 'e', 'l',  0,    'P',  'F',  '3',  'A',  'B',  'C',  'D',  0,
    0,    2,    8,    2,    0,    0,    0,   0,   1,    'L',  '1',  'H',  'F',  '0',  'A',  'B',  '9',  0,
    0,    3,    9,    3,    0,    0,    0,   0,   0,    0,    0,    0,    127,  4,    4,    0,    0,    0,
};

static pl_smbios read_table(const void *bytes, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1); /* so that a step beyond the end is seen */
    pl_smbios smbios;

    assert_non_null(exact);
    memcpy(exact, bytes, size);
    pl_smbios_read(pl_span_of(exact, size), &smbios);
    free(exact);
    return smbios;
}

static void reads_serials_and_a_little_endian_uuid(void **state)
{
    pl_smbios smbios = read_table(TABLE, sizeof TABLE);

    (void)state;
    assert_string_equal(smbios.uuid, "a1b2c3d4-0001-11ec-8000-0123456789ab");
    assert_string_equal(smbios.vendor, "VMware, Inc.");
    assert_string_equal(smbios.product, "Model");
    assert_string_equal(smbios.product_serial, "PF3ABCD");
    assert_string_equal(smbios.board_serial, "L1HF0AB9");
    assert_string_equal(smbios.chassis_serial, "");
}

static void a_cut_table_gives_what_came_before_the_cut(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof TABLE; size++) {
        pl_smbios smbios = read_table(TABLE, size);

        assert_int_equal(smbios.uuid[0] != 0, size >= 55);
        assert_int_equal(smbios.board_serial[0] != 0, size >= 73);
    }
}

static void any_damaged_byte_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLE * 4; i++) {
        static const uint8_t VALUES[] = {0, 1, 127, 255};
        uint8_t damaged[sizeof TABLE];
        pl_smbios smbios;

        memcpy(damaged, TABLE, sizeof TABLE);
        damaged[i / 4] = VALUES[i % 4];
        smbios = read_table(damaged, sizeof damaged);
        assert_true(strlen(smbios.uuid) < sizeof smbios.uuid && strlen(smbios.vendor) < sizeof smbios.vendor);
    }
}

static void a_string_number_beyond_the_strings_is_empty(void **state)
{
    static const uint8_t BYTES[] = {2, 8, 2, 0, 0, 0, 0, 9, 'A', 0, 0, 127, 4, 0, 0, 0, 0};

    (void)state;
    assert_string_equal(read_table(BYTES, sizeof BYTES).board_serial, "");
}

static void a_long_string_is_cut(void **state)
{
    uint8_t bytes[8 + 400 + 2] = {2, 8, 2, 0, 0, 0, 0, 1};

    (void)state;
    memset(bytes + 8, 'S', 400);
    assert_int_equal(strlen(read_table(bytes, sizeof bytes).board_serial), PL_SMBIOS_TEXT_SIZE - 1);
}

static void findings_come_with_their_source_and_the_machines_kind(void **state)
{
    pl_smbios smbios = read_table(TABLE, sizeof TABLE);
    pl_probe_report report;

    (void)state;
    memset(&report, 0, sizeof report);
    pl_smbios_report(&smbios, "SMBIOS", &report);
    assert_string_equal(report.environment, "vm:vmware");
    assert_int_equal(report.count, 2);
    assert_int_equal(report.findings[0].component, PL_COMPONENT_FIRMWARE);
    assert_string_equal(report.findings[1].value, "l1hf0ab9");
    assert_string_equal(report.findings[1].source, "SMBIOS");
}

static void a_placeholder_gives_way_to_the_next_serial(void **state)
{
    pl_smbios smbios = {.board_serial = "Default string", .product_serial = "", .chassis_serial = "CZC1234567"};
    pl_probe_report report;

    (void)state;
    memset(&report, 0, sizeof report);
    pl_smbios_report(&smbios, "SMBIOS", &report);
    assert_int_equal(report.count, 2);
    assert_int_equal(report.findings[0].state, PL_FINDING_PLACEHOLDER);
    assert_string_equal(report.findings[1].value, "czc1234567");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_serials_and_a_little_endian_uuid),
        cmocka_unit_test(a_cut_table_gives_what_came_before_the_cut),
        cmocka_unit_test(any_damaged_byte_is_survived),
        cmocka_unit_test(a_string_number_beyond_the_strings_is_empty),
        cmocka_unit_test(a_long_string_is_cut),
        cmocka_unit_test(findings_come_with_their_source_and_the_machines_kind),
        cmocka_unit_test(a_placeholder_gives_way_to_the_next_serial),
    };

    return cmocka_run_group_tests_name("smbios", tests, NULL, NULL);
}
