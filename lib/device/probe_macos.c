/* SPDX-License-Identifier: Apache-2.0
 *
 * The macOS probe, written against the documented interfaces of IOKit; it has never yet been compiled. The platform's UUID and serial
 * belong to the hardware; macOS has no identifier that belongs to the installation and that every account may read, so there is no
 * machine id here. Link with -framework IOKit -framework CoreFoundation.
 */
#include "device/probe.h"

#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/IOBSD.h>
#include <IOKit/IOKitLib.h>
#include <IOKit/network/IOEthernetInterface.h>
#include <IOKit/network/IONetworkController.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/sysctl.h>

#include "crypto/crypto.h"

enum { TEXT_SIZE = 256, CARDS_MAX = 8, ADDRESS_SIZE = 18 };

static const mach_port_t MAIN_PORT = MACH_PORT_NULL; /* kIOMainPortDefault, under whichever of its two names */

static bool copy_text(CFTypeRef value, char text[TEXT_SIZE])
{
    return value && CFGetTypeID(value) == CFStringGetTypeID() &&
           CFStringGetCString((CFStringRef)value, text, TEXT_SIZE, kCFStringEncodingUTF8);
}

static void add_property(pl_probe_report *report, pl_component component, io_service_t service, CFStringRef name)
{
    char source[PL_PROBE_SOURCE_MAX] = "";
    char text[TEXT_SIZE];
    CFTypeRef value = IORegistryEntryCreateCFProperty(service, name, kCFAllocatorDefault, 0);

    (void)CFStringGetCString(name, source, sizeof source, kCFStringEncodingUTF8);
    if (copy_text(value, text))
        (void)pl_probe_add(report, component, source, text);
    else
        pl_probe_note(report, component, source, PL_FINDING_ABSENT);
    if (value)
        CFRelease(value);
    pl_wipe(text, sizeof text);
}

static void probe_platform(pl_probe_report *report)
{
    io_service_t service = IOServiceGetMatchingService(MAIN_PORT, IOServiceMatching("IOPlatformExpertDevice"));

    if (service == IO_OBJECT_NULL)
        return;
    add_property(report, PL_COMPONENT_FIRMWARE, service, CFSTR(kIOPlatformUUIDKey));
    add_property(report, PL_COMPONENT_BOARD, service, CFSTR(kIOPlatformSerialNumberKey));
    IOObjectRelease(service);
}

/* A member of one of the dictionaries that the drivers above the volume carry; the caller releases the dictionary. */
static CFDictionaryRef copy_characteristics(io_service_t volume, CFStringRef name)
{
    CFTypeRef value = IORegistryEntrySearchCFProperty(volume, kIOServicePlane, name, kCFAllocatorDefault,
                                                      kIORegistryIterateRecursively | kIORegistryIterateParents);

    if (value && CFGetTypeID(value) == CFDictionaryGetTypeID())
        return (CFDictionaryRef)value;
    if (value)
        CFRelease(value);
    return NULL;
}

static bool is_portable(io_service_t volume)
{
    char text[TEXT_SIZE] = "";
    CFDictionaryRef protocol = copy_characteristics(volume, CFSTR("Protocol Characteristics"));
    bool is_told = protocol && copy_text(CFDictionaryGetValue(protocol, CFSTR("Physical Interconnect")), text);

    if (protocol)
        CFRelease(protocol);
    return is_told && (strcmp(text, "USB") == 0 || strcmp(text, "Virtual Interface") == 0 || strcmp(text, "FireWire") == 0);
}

static void add_disk(pl_probe_report *report, const char *source, io_service_t volume)
{
    char text[TEXT_SIZE];
    CFDictionaryRef device = copy_characteristics(volume, CFSTR("Device Characteristics"));

    if (is_portable(volume))
        pl_probe_note(report, PL_COMPONENT_DISK, source, PL_FINDING_VIRTUAL);
    else if (device && copy_text(CFDictionaryGetValue(device, CFSTR("Serial Number")), text))
        (void)pl_probe_add(report, PL_COMPONENT_DISK, source, text);
    else
        pl_probe_note(report, PL_COMPONENT_DISK, source, PL_FINDING_ABSENT);
    if (device)
        CFRelease(device);
    pl_wipe(text, sizeof text);
}

static void probe_disk(pl_probe_report *report)
{
    struct statfs root;
    io_service_t volume;

    if (statfs("/", &root) != 0 || strncmp(root.f_mntfromname, "/dev/", 5) != 0) {
        pl_probe_note(report, PL_COMPONENT_DISK, "/", PL_FINDING_UNREADABLE);
        return;
    }
    volume = IOServiceGetMatchingService(MAIN_PORT, IOBSDNameMatching(MAIN_PORT, 0, root.f_mntfromname + 5));
    if (volume == IO_OBJECT_NULL) {
        pl_probe_note(report, PL_COMPONENT_DISK, root.f_mntfromname, PL_FINDING_ABSENT);
        return;
    }
    add_disk(report, root.f_mntfromname, volume);
    IOObjectRelease(volume);
}

/* The address is the controller's property, "built in" the interface's. */
static bool read_card(io_service_t interface, char address[ADDRESS_SIZE])
{
    CFTypeRef built_in = IORegistryEntryCreateCFProperty(interface, CFSTR("IOBuiltin"), kCFAllocatorDefault, 0);
    CFTypeRef data = IORegistryEntrySearchCFProperty(interface, kIOServicePlane, CFSTR(kIOMACAddress), kCFAllocatorDefault,
                                                     kIORegistryIterateRecursively | kIORegistryIterateParents);
    bool is_built_in = built_in && CFGetTypeID(built_in) == CFBooleanGetTypeID() && CFBooleanGetValue((CFBooleanRef)built_in);
    bool is_read = data && CFGetTypeID(data) == CFDataGetTypeID() && CFDataGetLength((CFDataRef)data) == 6;

    if (is_read) {
        const UInt8 *b = CFDataGetBytePtr((CFDataRef)data);

        (void)snprintf(address, ADDRESS_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
        is_read = (b[0] & 3) == 0; /* neither locally administered nor a group's */
    }
    if (built_in)
        CFRelease(built_in);
    if (data)
        CFRelease(data);
    return is_built_in && is_read;
}

/* Keeps the list in ascending order; the report takes the first of them. */
static void insert(char cards[CARDS_MAX][ADDRESS_SIZE], size_t *count, const char *address)
{
    size_t at = 0;

    while (at < *count && strcmp(cards[at], address) < 0)
        at++;
    if (*count == CARDS_MAX)
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
    io_iterator_t all = IO_OBJECT_NULL;
    size_t count = 0;

    if (IOServiceGetMatchingServices(MAIN_PORT, IOServiceMatching(kIOEthernetInterfaceClass), &all) != KERN_SUCCESS) {
        pl_probe_note(report, PL_COMPONENT_NIC, SOURCE, PL_FINDING_UNREADABLE);
        return;
    }
    for (io_service_t card; (card = IOIteratorNext(all)) != IO_OBJECT_NULL; IOObjectRelease(card)) {
        if (read_card(card, address))
            insert(cards, &count, address);
        else
            pl_probe_note(report, PL_COMPONENT_NIC, SOURCE, PL_FINDING_VIRTUAL);
    }
    IOObjectRelease(all);
    for (size_t i = 0; i < count; i++)
        (void)pl_probe_add(report, PL_COMPONENT_NIC, SOURCE, cards[i]);
    pl_wipe(cards, sizeof cards);
}

static void probe_environment(pl_probe_report *report)
{
    int is_guest = 0;
    size_t size = sizeof is_guest;

    if (sysctlbyname("kern.hv_vmm_present", &is_guest, &size, NULL, 0) == 0 && is_guest)
        (void)snprintf(report->environment, sizeof report->environment, "vm:unknown");
}

pl_err pl_probe_read(const char *root, pl_probe_report *report)
{
    (void)root;
    memset(report, 0, sizeof *report);
    probe_environment(report);
    probe_platform(report);
    probe_disk(report);
    probe_cards(report);
    pl_probe_note_absent(report);
    return PL_OK;
}
