/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading this machine's hardware identifiers: one probe file per operating system fills a raw report; device.h turns it into a
 * fingerprint. Raw values never leave the process and are wiped after use.
 */
#ifndef PL_DEVICE_PROBE_H
#define PL_DEVICE_PROBE_H

#include <stdbool.h>

#include "base/err.h"
#include "license/fingerprint.h"

enum { PL_PROBE_VALUE_MAX = 96, PL_PROBE_SOURCE_MAX = 96, PL_PROBE_FINDINGS_MAX = 32 };

typedef enum {
    PL_FINDING_USED,
    PL_FINDING_ABSENT,      /* this machine has no such thing */
    PL_FINDING_UNREADABLE,  /* it is there but this account may not read it */
    PL_FINDING_PLACEHOLDER, /* "To be filled by O.E.M.", zeros, ... */
    PL_FINDING_VIRTUAL,     /* virtual, USB or locally administered: does not count */
    PL_FINDING_SHARED       /* known to be the same on many machines: baked into an image */
} pl_finding_state;

typedef struct {
    pl_component component;
    pl_finding_state state;
    char source[PL_PROBE_SOURCE_MAX]; /* where it was read: "/sys/class/dmi/id/product_uuid" */
    char value[PL_PROBE_VALUE_MAX];   /* normalised, raw: secret; "" unless USED */
} pl_finding;

typedef struct {
    pl_finding findings[PL_PROBE_FINDINGS_MAX];
    size_t count;
    char environment[32]; /* "", "vm:kvm", "container:docker", ... */
} pl_probe_report;

/* root: "" for this machine, or a directory that holds another machine's /sys, /proc and /etc (Linux only; ignored elsewhere). */
pl_err pl_probe_read(const char *root, pl_probe_report *report);
void pl_probe_wipe(pl_probe_report *report);

/* Shared by the probes: adds a finding, normalised (case, blanks) and judged for placeholders. True when it is USED. */
bool pl_probe_add(pl_probe_report *report, pl_component component, const char *source, const char *raw);
void pl_probe_note(pl_probe_report *report, pl_component component, const char *source, pl_finding_state state);
/* Notes every component without a finding as ABSENT, so that an explanation is complete. */
void pl_probe_note_absent(pl_probe_report *report);
/* Names the environment after the virtual machine that the firmware's vendor or product name gives away, if it does. */
void pl_probe_machine(pl_probe_report *report, const char *firmware_name);

#endif
