/* SPDX-License-Identifier: Apache-2.0
 *
 * Another machine's /sys, /proc and /etc, built from a table below a temporary directory.
 */
#ifndef TEST_UNIT_FAKE_ROOT_H
#define TEST_UNIT_FAKE_ROOT_H

#include <stddef.h>

#include "device/probe.h"

typedef enum {
    FILE_OF, /* path, content */
    LINK_TO, /* path, target */
    LOCKED,  /* path: there, but reading it fails, whoever asks */
    DISK,    /* name, directory below /sys/devices: a disk or a mapped device, linked in /sys/block and /sys/class/block */
    PART,    /* the same of a partition, linked in /sys/class/block */
    DEVICE,  /* "8:2", directory below /sys/devices: linked in /sys/dev/block */
    CARD     /* name, directory below /sys/devices: linked in /sys/class/net, with a device */
} fake_kind;

typedef struct {
    fake_kind kind;
    const char *path;
    const char *text;
} fake_entry;

typedef struct {
    char path[64];
} fake_root;

void fake_root_make(fake_root *root);
void fake_root_add(const fake_root *root, const fake_entry *entries, size_t count);
void fake_root_add_bytes(const fake_root *root, const char *path, const void *bytes, size_t size);
void fake_root_delete(const fake_root *root, const char *path);
void fake_root_remove(fake_root *root);

/* The finding of that component that is USED, or else its first; fails the test where there is none. */
const pl_finding *fake_root_finding(const pl_probe_report *report, pl_component component);
size_t fake_root_count(const pl_probe_report *report, pl_component component, pl_finding_state state);
/* Probes the machine in the tables given, the second of them changing the first. */
void fake_root_probe(const fake_entry *first, size_t first_count, const fake_entry *second, size_t second_count,
                     pl_probe_report *report);

#define FAKE_COUNT(table) (sizeof(table) / sizeof(table)[0])

#endif
