/* SPDX-License-Identifier: Apache-2.0
 *
 * The content of a revocation list: licenses, devices (their activations) and keys that are no longer good, whatever channel it came by.
 * Plain values; texts are borrowed from the arena they were decoded into. What it does to a document is policy.h's.
 */
#ifndef PL_LICENSE_REVOCATIONS_H
#define PL_LICENSE_REVOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PL_REVOCATIONS_NAMES_MAX = 1000 /* licenses and devices together */, PL_REVOCATIONS_KEYS_MAX = 32 };

typedef struct {
    const char *const *names;
    size_t count;
} pl_revoked_names;

typedef struct {
    const char *issuer; /* iss: brand id */
    int64_t issued_at;  /* iat */
    int64_t expires_at; /* exp: when the vendor should have sent a newer one; 0: never. It counts all the same */
    int64_t epoch;
    int64_t sequence;
    pl_revoked_names licenses; /* ids */
    pl_revoked_names devices;  /* ids of activations */
    pl_revoked_names keys;     /* kids */
} pl_revocations;

/* Order by (epoch, sequence, issue time): <0, 0, >0. */
int pl_revocations_compare(const pl_revocations *a, const pl_revocations *b);
bool pl_revoked_names_have(const pl_revoked_names *names, const char *name); /* name may be NULL */

#endif
