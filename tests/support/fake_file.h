/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents of the fake validator that answer no request: license files, and leases as a thief of a key would sign them.
 */
#ifndef TESTS_SUPPORT_FAKE_FILE_H
#define TESTS_SUPPORT_FAKE_FILE_H

#include "chaos/fake_validator.h"

/* A license file. Zeroes mean: now, no end, any device, of this product, signed by the license key, with its keyset. */
typedef struct {
    size_t license;
    int64_t sequence;
    int64_t issued_at, not_before, expires_at, check_by, emergency_s, trial_s;
    const char *fingerprint;
    const char *product;
    const pl_key_pair *signer;
    bool is_without_keyset;
} fake_file;

void fake_validator_file(fake_validator *v, const fake_file *file, pl_buf *text);
/* Signs an answer as a thief of a key would: ACTIVE for ten years, for any request. */
void fake_validator_forge_lease(fake_validator *v, const pl_key_pair *pair, const char *fingerprint, pl_buf *text);

#endif
