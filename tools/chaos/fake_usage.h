/* SPDX-License-Identifier: Apache-2.0
 *
 * What devices of the fake validator used. Its mutex is held.
 */
#ifndef POSPAL_CHAOS_FAKE_USAGE_H
#define POSPAL_CHAOS_FAKE_USAGE_H

#include "chaos/fake_document.h"

/*
 * Takes the reports and says so in the draft; a seat given back may tell what it used before. call->seat NULL: nothing is taken.
 * PL_ERR_UNAUTHORIZED; PL_ERR_OVERLOADED where there is no room: the device keeps what it has.
 */
pl_err fake_usage_take(fake_validator *v, const fake_call *call, fake_draft *draft);
/* The seat that the request's activation has, or had. */
fake_seat *fake_usage_seat(fake_validator *v, const fake_call *call);

#endif
