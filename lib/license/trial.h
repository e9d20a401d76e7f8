/* SPDX-License-Identifier: Apache-2.0
 *
 * A trial as it stands in an answer: the license key that was made for the device, sealed to it. How it is encoded is in
 * token/trial_json.h.
 */
#ifndef PL_LICENSE_TRIAL_H
#define PL_LICENSE_TRIAL_H

#include <stddef.h>
#include <stdint.h>

enum { PL_TRIAL_SEALED_MAX = 148 /* a license key of 100 bytes in a sealed box */ };

typedef struct {
    uint8_t sealed_key[PL_TRIAL_SEALED_MAX];
    size_t sealed_size;
} pl_trial_claims;

#endif
