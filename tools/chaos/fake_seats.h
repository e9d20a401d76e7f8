/* SPDX-License-Identifier: Apache-2.0
 *
 * Which device has which seat at the fake validator. Its mutex is held.
 */
#ifndef POSPAL_CHAOS_FAKE_SEATS_H
#define POSPAL_CHAOS_FAKE_SEATS_H

#include "chaos/fake_validator.h"

/* By the activation, or by the hardware; NULL: it has none. */
fake_seat *fake_seat_find(fake_validator *v, const fake_license *license, const pl_device_request *request);
/* The one it has, or a free one; NULL: all are taken. */
fake_seat *fake_seat_take(fake_validator *v, const fake_license *license, const pl_device_request *request);

#endif
