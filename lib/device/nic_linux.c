/* SPDX-License-Identifier: Apache-2.0
 *
 * The permanent addresses of the network cards that are built into this machine. Bridges, tunnels and containers' ends of them have no
 * device; cards on USB and in docks come and go; what software made up has the local bit set or says so in addr_assign_type.
 */
#include "device/sysfs_linux.h"

#include <string.h>

#include "crypto/crypto.h"

enum { CARDS_MAX = 16, ADDRESS_SIZE = 18, LOCAL_BIT = 2, GROUP_BIT = 1 };

static const char CARDS[] = "/sys/class/net/";

typedef struct {
    const pl_linux_probe *probe;
    size_t count;
    struct {
        char address[ADDRESS_SIZE];
        char source[PL_PROBE_SOURCE_MAX];
    } cards[CARDS_MAX];
} inventory;

static int hex_digit(char c)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *at = c ? strchr(DIGITS, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (int)(at - DIGITS) : -1;
}

/* "00:1b:44:11:3a:b7" and nothing else; InfiniBand's are longer and change. */
static bool is_ethernet(const char *address)
{
    for (size_t i = 0; i < ADDRESS_SIZE - 1; i++) {
        if (i % 3 == 2 ? address[i] != ':' : hex_digit(address[i]) < 0)
            return false;
    }
    return address[ADDRESS_SIZE - 1] == '\0';
}

static bool read_line(const inventory *found, const char *path, char text[PL_SYSFS_TEXT_SIZE])
{
    if (pl_sysfs_text(found->probe->root, path, text) != PL_SYSFS_READ)
        return false;
    text[strcspn(text, "\n")] = '\0';
    return true;
}

/* Thunderbolt docks are on PCI, but the kernel knows that they can be pulled out. */
static bool is_removable(const inventory *found, const char *card)
{
    char path[PL_SYSFS_PATH_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];

    return pl_sysfs_path(path, card, "/device/removable") && read_line(found, path, text) && strcmp(text, "removable") == 0;
}

/* All FF is left to the judge of placeholders. */
static bool is_local(const char *address)
{
    return (hex_digit(address[1]) & (LOCAL_BIT | GROUP_BIT)) != 0 && strncmp(address, "ff:ff:ff", 8) != 0;
}

/* A card in a bond wears the bond's address; its own is kept aside. */
static bool read_address(const inventory *found, const char *card, char path[PL_SYSFS_PATH_SIZE], char text[PL_SYSFS_TEXT_SIZE])
{
    if (pl_sysfs_path(path, card, "/bonding_slave/perm_hwaddr") && read_line(found, path, text))
        return true;
    return pl_sysfs_path(path, card, "/address") && read_line(found, path, text);
}

/* Else the address counts if it is the one that the card was made with. */
static bool is_permanent(const inventory *found, const char *card, const char *address_path)
{
    char path[PL_SYSFS_PATH_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];

    if (strstr(address_path, "/bonding_slave/"))
        return true;
    return pl_sysfs_path(path, card, "/addr_assign_type") && read_line(found, path, text) && strcmp(text, "0") == 0;
}

static void take_card(inventory *found, const char *card)
{
    pl_probe_report *report = found->probe->report;
    char path[PL_SYSFS_PATH_SIZE];
    char text[PL_SYSFS_TEXT_SIZE];

    if (!read_address(found, card, path, text) || !is_ethernet(text)) {
        pl_probe_note(report, PL_COMPONENT_NIC, path, PL_FINDING_UNREADABLE);
    } else if (is_local(text) || !is_permanent(found, card, path) || is_removable(found, card)) {
        pl_probe_note(report, PL_COMPONENT_NIC, path, PL_FINDING_VIRTUAL);
    } else if (found->count < CARDS_MAX && strlen(path) < PL_PROBE_SOURCE_MAX) {
        memcpy(found->cards[found->count].address, text, ADDRESS_SIZE);
        memcpy(found->cards[found->count].source, path, strlen(path) + 1);
        found->count++;
    }
    pl_wipe(text, sizeof text);
}

static bool take_name(void *context, const char *name)
{
    inventory *found = context;
    char card[PL_SYSFS_PATH_SIZE];
    char path[PL_SYSFS_PATH_SIZE];
    char target[PL_SYSFS_PATH_SIZE];

    if (!pl_sysfs_path(card, CARDS, name) || !pl_sysfs_link(found->probe->root, card, target))
        return true; /* "bonding_masters" is a file */
    if (strstr(target, "/virtual/"))
        return true;
    if (strstr(target, "/usb") || !pl_sysfs_path(path, card, "/device") || !pl_sysfs_exists(found->probe->root, path))
        pl_probe_note(found->probe->report, PL_COMPONENT_NIC, card, PL_FINDING_VIRTUAL);
    else
        take_card(found, card);
    return true;
}

/* By address, so that the same cards count whatever the kernel calls them today. */
static void add_lowest(inventory *found)
{
    size_t lowest = 0;

    for (size_t i = 1; i < found->count; i++) {
        if (strcmp(found->cards[i].address, found->cards[lowest].address) < 0)
            lowest = i;
    }
    (void)pl_probe_add(found->probe->report, PL_COMPONENT_NIC, found->cards[lowest].source, found->cards[lowest].address);
    found->cards[lowest] = found->cards[--found->count];
}

void pl_nic_probe(const pl_linux_probe *probe)
{
    inventory found;
    size_t before = probe->report->count;

    memset(&found, 0, sizeof found);
    found.probe = probe;
    pl_sysfs_list(probe->root, "/sys/class/net", take_name, &found);
    while (found.count > 0)
        add_lowest(&found);
    if (probe->report->count == before)
        pl_probe_note(probe->report, PL_COMPONENT_NIC, "/sys/class/net", PL_FINDING_ABSENT);
    pl_wipe(&found, sizeof found);
}
