/* SPDX-License-Identifier: Apache-2.0
 *
 * The fake validator within the test's process, behind the transport that an application may set.
 */
#ifndef TESTS_SUPPORT_FAKE_EXCHANGE_H
#define TESTS_SUPPORT_FAKE_EXCHANGE_H

#include <pospal/license.h>

#include "chaos/fake_validator.h"

/* For pospal_options_set_transport, with the validator as context. */
pospal_result_t fake_validator_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply);

#endif
