/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license allows: named values (yes/no, number, text), each with an optional end of its own.
 */
#ifndef PL_LICENSE_ENTITLEMENTS_H
#define PL_LICENSE_ENTITLEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PL_ENTITLEMENTS_MAX = 200, PL_ENTITLEMENT_NAME_MAX = 64, PL_ENTITLEMENT_TEXT_MAX = 256 };

typedef enum { PL_ENTITLEMENT_FEATURE, PL_ENTITLEMENT_LIMIT, PL_ENTITLEMENT_TEXT } pl_entitlement_kind;

typedef struct {
    const char *name;
    pl_entitlement_kind kind;
    bool is_on;       /* FEATURE */
    int64_t number;   /* LIMIT */
    const char *text; /* TEXT */
    int64_t ends_at;  /* Unix seconds; 0: with the license */
} pl_entitlement;

typedef struct {
    const pl_entitlement *items;
    size_t count;
} pl_entitlements;

/* NULL where absent, of another kind, or ended at that time. */
const pl_entitlement *pl_entitlements_find(const pl_entitlements *set, const char *name, pl_entitlement_kind kind, int64_t at);
bool pl_entitlement_has_ended(const pl_entitlement *item, int64_t at);
/* "[A-Za-z0-9._-]", 1 to 64 characters. */
bool pl_entitlement_name_is_valid(const char *name);

#endif
