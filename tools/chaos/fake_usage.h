/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fake validator has of a device's usage and trial. Its mutex is held.
 */
#ifndef POSPAL_CHAOS_FAKE_USAGE_H
#define POSPAL_CHAOS_FAKE_USAGE_H

#include "chaos/fake_validator.h"

/* The verdict, and the claim where the reports were taken. */
pl_verdict fake_usage_take(fake_validator *v, const pl_device_request *request, pl_claims *claims);
/* The license of a trial, with its sealed key; NULL and the reason where there are none. */
fake_license *fake_trial_find(fake_validator *v, const pl_device_request *request, pl_claims *claims);

#endif
