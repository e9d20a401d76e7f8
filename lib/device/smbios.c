/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded reader of SMBIOS structures (DMTF DSP0134): header, formatted part, then strings that end with an empty one.
 */
#include "device/smbios.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_SIZE = 4,
    TYPE_SYSTEM = 1,
    TYPE_BOARD = 2,
    TYPE_CHASSIS = 3,
    TYPE_END = 127,
    SYSTEM_VENDOR = 4,
    SYSTEM_PRODUCT = 5,
    SERIAL = 7, /* in system, board and chassis alike */
    SYSTEM_UUID = 8,
    UUID_SIZE = 16
};

typedef struct {
    const uint8_t *bytes;
    size_t formatted; /* bytes of header and formatted part */
    pl_span strings;
} structure;

/* The string whose number stands at that offset of the formatted part; "" where there is none. */
static void copy_string(const structure *s, size_t offset, char text[PL_SMBIOS_TEXT_SIZE])
{
    const char *at = s->strings.data;
    size_t left = s->strings.size;
    size_t number = offset < s->formatted ? s->bytes[offset] : 0;

    text[0] = '\0';
    for (; number > 0 && left > 0; number--) {
        const char *end = memchr(at, '\0', left);
        size_t size = end ? (size_t)(end - at) : left;

        if (number == 1)
            (void)snprintf(text, PL_SMBIOS_TEXT_SIZE, "%.*s", (int)(size < 1024 ? size : 1024), at);
        size += end ? 1 : 0;
        at += size;
        left -= size;
    }
}

/* The first three fields are little-endian, as Linux and the firmware's own pages show them. */
static void copy_uuid(const structure *s, char text[40])
{
    static const uint8_t ORDER[UUID_SIZE] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    const uint8_t *uuid = s->bytes + SYSTEM_UUID;
    size_t size = 0;

    if (s->formatted < SYSTEM_UUID + UUID_SIZE)
        return;
    for (size_t i = 0; i < UUID_SIZE; i++)
        size +=
            (size_t)snprintf(text + size, 40 - size, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[ORDER[i]]);
}

/* Of several boards or chassis (servers) the first counts. */
static void take(const structure *s, pl_smbios *smbios)
{
    if (s->bytes[0] == TYPE_SYSTEM && !smbios->uuid[0]) {
        copy_uuid(s, smbios->uuid);
        copy_string(s, SERIAL, smbios->product_serial);
        copy_string(s, SYSTEM_VENDOR, smbios->vendor);
        copy_string(s, SYSTEM_PRODUCT, smbios->product);
    } else if (s->bytes[0] == TYPE_BOARD && !smbios->board_serial[0]) {
        copy_string(s, SERIAL, smbios->board_serial);
    } else if (s->bytes[0] == TYPE_CHASSIS && !smbios->chassis_serial[0]) {
        copy_string(s, SERIAL, smbios->chassis_serial);
    }
}

/* The bytes up to and with the two NULs that end the strings; 0 where they are missing. */
static size_t strings_size(const uint8_t *bytes, size_t left)
{
    for (size_t i = 0; i + 1 < left; i++) {
        if (bytes[i] == 0 && bytes[i + 1] == 0)
            return i + 2;
    }
    return 0;
}

void pl_smbios_read(pl_span table, pl_smbios *smbios)
{
    const uint8_t *at = (const uint8_t *)table.data;
    size_t left = table.size < PL_SMBIOS_TABLE_MAX ? table.size : PL_SMBIOS_TABLE_MAX;

    memset(smbios, 0, sizeof *smbios);
    while (left > HEADER_SIZE && at[0] != TYPE_END && at[1] >= HEADER_SIZE && at[1] < left) {
        size_t strings = strings_size(at + at[1], left - at[1]);
        structure s = {at, at[1], pl_span_of(at + at[1], strings)};

        if (strings == 0)
            return;
        take(&s, smbios);
        at += s.formatted + strings;
        left -= s.formatted + strings;
    }
}

void pl_smbios_report(const pl_smbios *smbios, const char *source, pl_probe_report *report)
{
    const char *const serials[] = {smbios->board_serial, smbios->product_serial, smbios->chassis_serial};
    bool is_found = false;

    if (smbios->uuid[0])
        (void)pl_probe_add(report, PL_COMPONENT_FIRMWARE, source, smbios->uuid);
    for (size_t i = 0; i < sizeof serials / sizeof serials[0] && !is_found; i++) {
        if (serials[i][0])
            is_found = pl_probe_add(report, PL_COMPONENT_BOARD, source, serials[i]);
    }
    pl_probe_machine(report, smbios->vendor);
    pl_probe_machine(report, smbios->product);
}
