/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials of the fake validator: a license of its own for each device. Its mutex is held.
 */
#ifndef POSPAL_CHAOS_FAKE_TRIALS_H
#define POSPAL_CHAOS_FAKE_TRIALS_H

#include "chaos/fake_document.h"

/*
 * The license of the device's trial, begun where it had none, with its key sealed in the draft; *license NULL and the reason there where
 * there are no trials. PL_ERR_RATE_LIMITED where more were begun than are kept.
 */
pl_err fake_trial_find(fake_validator *v, const pl_device_request *request, fake_draft *draft, fake_license **license);

#endif
