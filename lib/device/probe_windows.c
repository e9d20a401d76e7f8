/* SPDX-License-Identifier: Apache-2.0
 *
 * The Windows probe: registry, firmware table, system disk and network cards through documented calls that need no administrator.
 * WMI and PowerShell are not asked: the one is slow and may be broken, the other starts programs.
 */
#include "device/probe.h"

#include "base/mem.h"
#include "crypto/crypto.h"
#include "device/smbios.h"

/* The order is theirs: each needs the ones above it. */
#include <winsock2.h>
#include <ws2ipdef.h>
#include <windows.h>
#include <winioctl.h>
#include <iphlpapi.h>
#include <stdio.h>
#include <string.h>

/* Older headers lack a name for it: a 32-bit program sees the same registry as a 64-bit one (RRF_SUBKEY_WOW6464KEY). */
enum { READ_64_BIT = 0x00010000 };
enum { FIRMWARE_RSMB = 0x52534D42, RAW_HEADER_SIZE = 8, TEXT_SIZE = 256, CARDS_MAX = 16, ADDRESS_SIZE = 18 };

static void probe_machine_id(pl_probe_report *report)
{
    static const char SOURCE[] = "registry: Cryptography\\MachineGuid";
    char text[TEXT_SIZE];
    DWORD size = sizeof text;
    LSTATUS status = RegGetValueA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Cryptography", "MachineGuid",
                                  RRF_RT_REG_SZ | READ_64_BIT, NULL, text, &size);

    if (status == ERROR_SUCCESS)
        (void)pl_probe_add(report, PL_COMPONENT_MACHINE_ID, SOURCE, text);
    else
        pl_probe_note(report, PL_COMPONENT_MACHINE_ID, SOURCE,
                      status == ERROR_FILE_NOT_FOUND ? PL_FINDING_ABSENT : PL_FINDING_UNREADABLE);
    pl_wipe(text, sizeof text);
}

/* Method, version, revision and length precede the table. */
static void probe_firmware(pl_probe_report *report)
{
    static const char SOURCE[] = "SMBIOS";
    UINT size = GetSystemFirmwareTable(FIRMWARE_RSMB, 0, NULL, 0);
    char *raw = size > RAW_HEADER_SIZE && size <= PL_SMBIOS_TABLE_MAX ? pl_alloc(size) : NULL;
    pl_smbios smbios;

    if (!raw || GetSystemFirmwareTable(FIRMWARE_RSMB, 0, raw, size) != size) {
        pl_probe_note(report, PL_COMPONENT_FIRMWARE, SOURCE, size == 0 ? PL_FINDING_ABSENT : PL_FINDING_UNREADABLE);
        pl_free(raw);
        return;
    }
    pl_smbios_read(pl_span_of(raw + RAW_HEADER_SIZE, size - RAW_HEADER_SIZE), &smbios);
    pl_smbios_report(&smbios, SOURCE, report);
    pl_wipe(&smbios, sizeof smbios);
    pl_wipe(raw, size);
    pl_free(raw);
}

/* Asking for no access is allowed to every account, and enough for questions that any account may ask. */
static HANDLE open_device(const char *name)
{
    return CreateFileA(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
}

/* The number of the disk that Windows itself is on; false where its volume spans several. */
static bool find_system_disk(DWORD *number)
{
    char directory[MAX_PATH];
    char volume[] = "\\\\.\\C:";
    STORAGE_DEVICE_NUMBER device;
    DWORD size = 0;
    HANDLE handle;
    BOOL is_told;

    if (GetSystemWindowsDirectoryA(directory, sizeof directory) < 2 || directory[1] != ':')
        return false;
    volume[4] = directory[0];
    handle = open_device(volume);
    if (handle == INVALID_HANDLE_VALUE)
        return false;
    is_told = DeviceIoControl(handle, IOCTL_STORAGE_GET_DEVICE_NUMBER, NULL, 0, &device, sizeof device, &size, NULL);
    (void)CloseHandle(handle);
    *number = device.DeviceNumber;
    return is_told && size >= sizeof device && device.DeviceType == FILE_DEVICE_DISK;
}

static bool is_portable(const STORAGE_DEVICE_DESCRIPTOR *descriptor)
{
    return descriptor->RemovableMedia || descriptor->BusType == BusTypeUsb || descriptor->BusType == BusType1394 ||
           descriptor->BusType == BusTypeVirtual || descriptor->BusType == BusTypeFileBackedVirtual;
}

static void add_disk(pl_probe_report *report, const char *source, const char *answer, DWORD size)
{
    STORAGE_DEVICE_DESCRIPTOR descriptor;

    if (size < sizeof descriptor) {
        pl_probe_note(report, PL_COMPONENT_DISK, source, PL_FINDING_UNREADABLE);
        return;
    }
    memcpy(&descriptor, answer, sizeof descriptor);
    if (is_portable(&descriptor))
        pl_probe_note(report, PL_COMPONENT_DISK, source, PL_FINDING_VIRTUAL);
    else if (descriptor.SerialNumberOffset == 0 || descriptor.SerialNumberOffset >= size)
        pl_probe_note(report, PL_COMPONENT_DISK, source, PL_FINDING_ABSENT);
    else
        (void)pl_probe_add(report, PL_COMPONENT_DISK, source, answer + descriptor.SerialNumberOffset);
}

static void probe_disk(pl_probe_report *report)
{
    STORAGE_PROPERTY_QUERY query = {StorageDeviceProperty, PropertyStandardQuery, {0}};
    char answer[1024 + 1] = ""; /* one byte more than is asked for: a serial always ends */
    char source[40];
    DWORD number = 0;
    DWORD size = 0;
    HANDLE handle;

    if (!find_system_disk(&number)) {
        pl_probe_note(report, PL_COMPONENT_DISK, "system volume", PL_FINDING_UNREADABLE);
        return;
    }
    (void)snprintf(source, sizeof source, "\\\\.\\PhysicalDrive%lu", (unsigned long)number);
    handle = open_device(source);
    if (handle != INVALID_HANDLE_VALUE &&
        DeviceIoControl(handle, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, answer, sizeof answer - 1, &size, NULL))
        add_disk(report, source, answer, size);
    else
        pl_probe_note(report, PL_COMPONENT_DISK, source, PL_FINDING_UNREADABLE);
    if (handle != INVALID_HANDLE_VALUE)
        (void)CloseHandle(handle);
    pl_wipe(answer, sizeof answer);
}

/* "PCI\VEN_8086&DEV_15F3..." or "USB\VID_...": what the card is plugged into. */
static bool is_built_in(const GUID *card)
{
    char path[TEXT_SIZE];
    char plug[TEXT_SIZE];
    DWORD size = sizeof plug;
    int length = snprintf(path, sizeof path,
                          "SYSTEM\\CurrentControlSet\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
                          "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}\\Connection",
                          (unsigned long)card->Data1, card->Data2, card->Data3, card->Data4[0], card->Data4[1], card->Data4[2],
                          card->Data4[3], card->Data4[4], card->Data4[5], card->Data4[6], card->Data4[7]);

    if (length < 0 || (size_t)length >= sizeof path ||
        RegGetValueA(HKEY_LOCAL_MACHINE, path, "PnPInstanceID", RRF_RT_REG_SZ, NULL, plug, &size) != ERROR_SUCCESS)
        return false;
    return strncmp(plug, "PCI\\", 4) == 0 || strncmp(plug, "ACPI\\", 5) == 0 || strncmp(plug, "VMBUS\\", 6) == 0;
}

/* Made of hardware, on a bus inside the machine, with an address that its maker gave it. */
static bool counts(const MIB_IF_ROW2 *row)
{
    bool is_local = (row->PermanentPhysicalAddress[0] & 3) != 0;

    return row->InterfaceAndOperStatusFlags.HardwareInterface && !row->InterfaceAndOperStatusFlags.FilterInterface && !is_local &&
           is_built_in(&row->InterfaceGuid);
}

static void format_address(const UCHAR bytes[6], char text[ADDRESS_SIZE])
{
    (void)snprintf(text, ADDRESS_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
                   bytes[5]);
}

/* Keeps the list in ascending order, each address once; the report takes the first of them. */
static void insert(char cards[CARDS_MAX][ADDRESS_SIZE], size_t *count, const char *address)
{
    size_t at = 0;

    while (at < *count && strcmp(cards[at], address) < 0)
        at++;
    if (*count == CARDS_MAX || (at < *count && strcmp(cards[at], address) == 0))
        return;
    memmove(cards[at + 1], cards[at], (*count - at) * ADDRESS_SIZE);
    memcpy(cards[at], address, ADDRESS_SIZE);
    (*count)++;
}

static void probe_cards(pl_probe_report *report)
{
    static const char SOURCE[] = "network cards";
    char cards[CARDS_MAX][ADDRESS_SIZE];
    char address[ADDRESS_SIZE];
    MIB_IF_TABLE2 *table = NULL;
    size_t count = 0;

    if (GetIfTable2(&table) != NO_ERROR) {
        pl_probe_note(report, PL_COMPONENT_NIC, SOURCE, PL_FINDING_UNREADABLE);
        return;
    }
    for (ULONG i = 0; i < table->NumEntries; i++) {
        const MIB_IF_ROW2 *row = &table->Table[i];

        if (row->PhysicalAddressLength != 6 || (row->Type != IF_TYPE_ETHERNET_CSMACD && row->Type != IF_TYPE_IEEE80211))
            continue;
        format_address(row->PermanentPhysicalAddress, address);
        if (counts(row))
            insert(cards, &count, address);
        else
            pl_probe_note(report, PL_COMPONENT_NIC, SOURCE, PL_FINDING_VIRTUAL);
    }
    FreeMibTable(table);
    for (size_t i = 0; i < count; i++)
        (void)pl_probe_add(report, PL_COMPONENT_NIC, SOURCE, cards[i]);
    if (count == 0)
        pl_probe_note(report, PL_COMPONENT_NIC, SOURCE, PL_FINDING_ABSENT);
    pl_wipe(cards, sizeof cards);
}

pl_err pl_probe_read(const char *root, pl_probe_report *report)
{
    (void)root;
    memset(report, 0, sizeof *report);
    probe_machine_id(report);
    probe_firmware(report);
    probe_disk(report);
    probe_cards(report);
    pl_probe_note_absent(report);
    return PL_OK;
}
