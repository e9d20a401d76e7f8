/* SPDX-License-Identifier: Apache-2.0
 *
 * What all probes share: adding a finding, normalised and judged. Which values identify nothing is written down here, once; where
 * values are read is in probe_linux.c, probe_macos.c and probe_windows.c.
 */
#include "device/probe.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"

enum { SIGNIFICANT_MIN = 4, NOTES_MAX = 4 };

/* What firmware says where its maker wrote nothing, as whole values. One text and not a table of pointers: each of those would cost
 * more in relocations than the words are long. An empty one ends it. */
static const char PLACEHOLDERS[] = "default\0"
                                   "default string\0"
                                   "default_string\0"
                                   "to be filled by o.e.m.\0"
                                   "to be filled by o.e.m\0"
                                   "to be filled by oem\0"
                                   "tobefilledbyo.e.m.\0"
                                   "o.e.m.\0"
                                   "system serial number\0"
                                   "system serial#\0"
                                   "base board serial number\0"
                                   "baseboard serial number\0"
                                   "board serial number\0"
                                   "chassis serial number\0"
                                   "serial number\0"
                                   "serial\0"
                                   "serialnumber\0"
                                   "sernum0\0"
                                   "not specified\0"
                                   "not available\0"
                                   "not applicable\0"
                                   "not settable\0"
                                   "not set\0"
                                   "no asset information\0"
                                   "no serial\0"
                                   "none\0"
                                   "null\0"
                                   "n/a\0"
                                   "unknown\0"
                                   "unspecified\0"
                                   "undefined\0"
                                   "invalid\0"
                                   "empty\0"
                                   "reserved\0"
                                   "standard\0"
                                   "type1productconfigid\0"
                                   "uninitialized\0"
                                   "no enclosure\0"
                                   "0123456789\0"
                                   "01234567890\0"
                                   "123456789\0"
                                   "1234567890\0"
                                   "12345678\0"
                                   "1234567\0"
                                   "123456\0"
                                   "12345\0"
                                   "1234\0"
                                   "0123456789abcdef\0"
                                   "123456789abcdef\0"
                                   "1234567890abcdef\0"
                                   "abcdefghijklmnop\0"
                                   "mb-1234567890\0"
                                   "ssn12345678901234567\0"
                                   "bsn12345678901234567\0"
                                   "csn12345678901234567\0"
                                   "bss-0123456789\0"
                                   "css-0123456789\0"
                                   "sys-1234567890\0"
                                   "evaluation board\0";

/* Values that look right and are the same on many machines: examples left in by makers, files baked into published images. */
static const char SHARED[] =
    /* firmware UUIDs */
    "03000200-0400-0500-0006-000700080009\0"
    "00020003-0004-0005-0006-000700080009\0"
    "03020100-0504-0706-0809-0a0b0c0d0e0f\0"
    "00010203-0405-0607-0809-0a0b0c0d0e0f\0"
    "07090201-0103-0301-0807-060504030201\0"
    "12345678-1234-5678-90ab-cddeefaabbcc\0"
    "12345678-1234-1234-1234-123456789abc\0"
    "11111111-2222-3333-4444-555555555555\0"
    "4c4c4544-0000-2010-8020-80c04f202020\0"
    "dc698397-fa54-4cf2-82c8-b1b5307a6a7f\0"
    "8e275844-178f-44a8-aceb-a7d7e5178c63\0"
    "890e2d14-cacd-45d1-ae66-bc80e8bfeb0f\0"
    /* machine ids: Whonix and Kicksecure, Debian's container images of 2021 and 2022 */
    "b08dfa6083e7567a1921a715000001fb\0"
    "88544b92092430bc5d3fbbffc12a2f04\0"
    "85f94e57ab75f80918cab17d001eac85\0"
    "0123456789abcdef0123456789abcdef\0"
    "00112233445566778899aabbccddeeff\0"
    /* network cards: examples left in by makers of cheap boards, and what tunnels call themselves */
    "00:11:22:33:44:55\0"
    "00:01:02:03:04:05\0"
    "00:e0:4c:68:00:01\0"
    "00:e0:4c:00:00:01\0"
    "10:20:30:40:50:60\0"
    "00:05:9a:3c:78:00\0"
    "00:05:9a:3c:7a:00\0"
    "00:53:45:00:00:00\0"
    "20:41:53:59:4e:ff\0"
    "50:50:54:50:30:30\0";

/* Serials that a hypervisor gives to the n-th disk of every machine, as parts of a value. */
static const char *const SHARED_DISK_PARTS[] = {
    "qm0000",    "drive-scsi",   "drive-virtio",         "drive-ide", "drive-sata", "persistent-disk-",
    "nvme_card", "vmware nvme_", "00000000000000000001",
};

/* Words by which firmware's names give a virtual machine away. */
static const struct {
    const char *mark;
    const char *environment;
} MACHINES[] = {
    {"Firecracker", "vm:firecracker"},
    {"QEMU", "vm:kvm"},
    {"KVM", "vm:kvm"},
    {"Amazon EC2", "vm:kvm"},
    {"Google Compute", "vm:kvm"},
    {"OpenStack", "vm:kvm"},
    {"DigitalOcean", "vm:kvm"},
    {"VMware", "vm:vmware"},
    {"VirtualBox", "vm:virtualbox"},
    {"innotek", "vm:virtualbox"},
    {"Virtual Machine", "vm:hyperv"},
    {"Xen", "vm:xen"},
    {"xen", "vm:xen"},
    {"Parallels", "vm:parallels"},
    {"BHYVE", "vm:bhyve"},
    {"Bochs", "vm:bochs"},
    {"Apple Virtualization", "vm:apple"},
};

static bool is_listed(const char *list, const char *value)
{
    for (; *list; list += strlen(list) + 1) {
        if (strcmp(list, value) == 0)
            return true;
    }
    return false;
}

static bool is_significant(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* All zeros, all F, "xx-xx-xx", "......." and whatever else repeats one character, and what is too short to identify anything. */
static bool is_monotonous(const char *value)
{
    size_t significant = 0;
    bool varies = false;
    char first = 0;

    for (; *value; value++) {
        if (!is_significant(*value))
            continue;
        if (significant++ == 0)
            first = *value;
        varies = varies || *value != first;
    }
    return significant < SIGNIFICANT_MIN || !varies;
}

/* Some makers fill a UUID's tail, "56f49712-ffff-ffff-ffff-ffffffffffff"; some repeat one byte, "fefefefe-fefe-...". */
static bool is_filled_uuid(const char *value)
{
    char pair[2] = {0, 0};
    size_t digits = 0;

    if (strlen(value) != 36 || value[8] != '-' || value[23] != '-')
        return false;
    if (strcmp(value + 8, "-ffff-ffff-ffff-ffffffffffff") == 0 || strcmp(value + 8, "-0000-0000-0000-000000000000") == 0)
        return true;
    for (; *value; value++) {
        if (*value == '-')
            continue;
        if (digits < 2)
            pair[digits] = *value;
        else if (*value != pair[digits % 2])
            return false;
        digits++;
    }
    return true;
}

static bool is_shared_disk(const char *value)
{
    for (size_t i = 0; i < sizeof SHARED_DISK_PARTS / sizeof SHARED_DISK_PARTS[0]; i++) {
        if (strstr(value, SHARED_DISK_PARTS[i]))
            return true;
    }
    return false;
}

static pl_finding_state judge(pl_component component, const char *value)
{
    if (is_monotonous(value) || is_filled_uuid(value) || is_listed(PLACEHOLDERS, value))
        return PL_FINDING_PLACEHOLDER;
    if (is_listed(SHARED, value) || (component == PL_COMPONENT_DISK && is_shared_disk(value)))
        return PL_FINDING_SHARED;
    return PL_FINDING_USED;
}

/* Lower case, without blanks around and with single ones inside. False for what is no printable ASCII text or is too long. */
static bool normalise(const char *raw, char value[PL_PROBE_VALUE_MAX])
{
    size_t size = 0;
    bool blank = false;

    for (; *raw; raw++) {
        unsigned char c = (unsigned char)*raw;

        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            blank = size > 0;
            continue;
        }
        if (c < 0x21 || c > 0x7e || size + 2 >= PL_PROBE_VALUE_MAX)
            return false;
        if (blank)
            value[size++] = ' ';
        blank = false;
        value[size++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    value[size] = '\0';
    return true;
}

static bool is_noted_enough(const pl_probe_report *report, pl_component component, pl_finding_state state)
{
    size_t alike = 0;

    for (size_t i = 0; i < report->count; i++) {
        if (report->findings[i].component == component && report->findings[i].state == state)
            alike++;
    }
    return alike >= NOTES_MAX;
}

/* NULL when the report is full, or holds enough of the kind: a host of containers has hundreds of virtual network cards. */
static pl_finding *append(pl_probe_report *report, pl_component component, const char *source, pl_finding_state state)
{
    pl_finding *finding = &report->findings[report->count];

    if (report->count >= PL_PROBE_FINDINGS_MAX || is_noted_enough(report, component, state))
        return NULL;
    memset(finding, 0, sizeof *finding);
    finding->component = component;
    finding->state = state;
    (void)snprintf(finding->source, sizeof finding->source, "%s", source);
    report->count++;
    return finding;
}

void pl_probe_note(pl_probe_report *report, pl_component component, const char *source, pl_finding_state state)
{
    (void)append(report, component, source, state);
}

bool pl_probe_add(pl_probe_report *report, pl_component component, const char *source, const char *raw)
{
    char value[PL_PROBE_VALUE_MAX] = "";
    bool is_text = normalise(raw, value);
    pl_finding *finding = append(report, component, source, is_text ? judge(component, value) : PL_FINDING_UNREADABLE);
    bool is_used = finding && finding->state == PL_FINDING_USED;

    if (is_used)
        memcpy(finding->value, value, strlen(value) + 1);
    pl_wipe(value, sizeof value);
    return is_used;
}

void pl_probe_note_absent(pl_probe_report *report)
{
    for (int c = 0; c < PL_COMPONENT_COUNT; c++) {
        bool is_mentioned = false;

        for (size_t i = 0; i < report->count; i++)
            is_mentioned = is_mentioned || (int)report->findings[i].component == c;
        if (!is_mentioned)
            pl_probe_note(report, (pl_component)c, "", PL_FINDING_ABSENT);
    }
}

void pl_probe_machine(pl_probe_report *report, const char *firmware_name)
{
    for (size_t i = 0; i < sizeof MACHINES / sizeof MACHINES[0] && !report->environment[0]; i++) {
        if (strstr(firmware_name, MACHINES[i].mark))
            (void)snprintf(report->environment, sizeof report->environment, "%s", MACHINES[i].environment);
    }
}

void pl_probe_wipe(pl_probe_report *report)
{
    pl_wipe(report, sizeof *report);
}
