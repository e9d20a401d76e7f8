/* SPDX-License-Identifier: Apache-2.0
 *
 * A device fingerprint as a value: its text form, and when two of them are the same device. Reading hardware is in device/.
 *
 * Text:  fp1:m=<22>,f=<22>,b=<22>,d=<22>,n=<22>+<22>,c=<22>
 * in this order, absent components left out, base64url of 128 bits each; a component may have up to 4 values joined by '+'.
 */
#ifndef PL_LICENSE_FINGERPRINT_H
#define PL_LICENSE_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

typedef enum {
    PL_COMPONENT_MACHINE_ID = 0, /* m: OS installation; a disk image carries it */
    PL_COMPONENT_FIRMWARE = 1,   /* f: firmware (SMBIOS) UUID */
    PL_COMPONENT_BOARD = 2,      /* b: board serial */
    PL_COMPONENT_DISK = 3,       /* d: system disk serial */
    PL_COMPONENT_NIC = 4,        /* n: built-in network cards' permanent addresses */
    PL_COMPONENT_CPU = 5         /* c: CPU serial, where it is a real one */
} pl_component;

enum {
    PL_COMPONENT_COUNT = 6,
    PL_COMPONENT_VALUES_MAX = 4,
    PL_FINGERPRINT_VALUE_SIZE = 16,
    PL_FINGERPRINT_TEXT_SIZE = 600 /* with the NUL */
};

typedef struct {
    uint8_t count[PL_COMPONENT_COUNT]; /* values per component, 0: unreadable */
    uint8_t value[PL_COMPONENT_COUNT][PL_COMPONENT_VALUES_MAX][PL_FINGERPRINT_VALUE_SIZE];
} pl_fingerprint;

/* How alike two fingerprints must be. TWO is the default: two match, one of them not carried by a disk image. */
typedef enum {
    PL_MATCH_TWO = 0,
    PL_MATCH_ANY,
    PL_MATCH_MOST,
    PL_MATCH_ALL,
    PL_MATCH_COUNT_1 = 16 /* + n - 1: at least n */
} pl_match_rule;

typedef struct {
    bool is_same;
    uint8_t compared; /* bit per component present on both sides */
    uint8_t matched;  /* bit per component that fits */
} pl_match;

char pl_component_letter(pl_component component);
const char *pl_component_name(pl_component component); /* "machine_id", "firmware", ... */
bool pl_component_is_hardware(pl_component component); /* not carried by a disk image */

void pl_fingerprint_format(const pl_fingerprint *fingerprint, char text[PL_FINGERPRINT_TEXT_SIZE]);
/* PL_ERR_MALFORMED; unknown schemes and components PL_ERR_UNSUPPORTED. */
pl_err pl_fingerprint_parse(pl_span text, pl_fingerprint *fingerprint);
/* Several values of one component are several disks or network cards; of anything else they would be several machines. */
bool pl_fingerprint_is_of_one_machine(const pl_fingerprint *fingerprint);
/* Enough to satisfy the default rule against itself: two components, one of them hardware. Less would not tell machines apart. */
bool pl_fingerprint_is_enough(const pl_fingerprint *fingerprint);
/* Some hardware can be compared, and none of it is what it was. */
bool pl_fingerprint_is_other_hardware(const pl_fingerprint *known, const pl_fingerprint *seen);
pl_match pl_fingerprint_match(const pl_fingerprint *known, const pl_fingerprint *seen, pl_match_rule rule);
const char *pl_match_rule_text(pl_match_rule rule, char buffer[8]); /* "two", "any", "most", "all", "3" */
pl_err pl_match_rule_parse(pl_span text, pl_match_rule *rule);

#endif
