/* SPDX-License-Identifier: Apache-2.0
 *
 * The firmware's own table (SMBIOS), where an operating system hands it out raw: the few texts in it that identify a machine. Linux
 * shows them as files instead.
 */
#ifndef PL_DEVICE_SMBIOS_H
#define PL_DEVICE_SMBIOS_H

#include "base/span.h"
#include "device/probe.h"

enum { PL_SMBIOS_TEXT_SIZE = 80, PL_SMBIOS_TABLE_MAX = 256 * 1024 };

typedef struct {
    char uuid[40]; /* "" where absent */
    char board_serial[PL_SMBIOS_TEXT_SIZE];
    char product_serial[PL_SMBIOS_TEXT_SIZE];
    char chassis_serial[PL_SMBIOS_TEXT_SIZE];
    char vendor[PL_SMBIOS_TEXT_SIZE];
    char product[PL_SMBIOS_TEXT_SIZE];
} pl_smbios;

/* Reads structures until the table ends or is damaged; what was found up to there counts. */
void pl_smbios_read(pl_span table, pl_smbios *smbios);
/* Firmware UUID and board serial as findings of that source, and the kind of virtual machine, as the names give it away. */
void pl_smbios_report(const pl_smbios *smbios, const char *source, pl_probe_report *report);

#endif
