/* SPDX-License-Identifier: Apache-2.0
 *
 * The application's own transport behind the transport seam.
 */
#ifndef PL_CLIENT_TRANSPORT_CUSTOM_H
#define PL_CLIENT_TRANSPORT_CUSTOM_H

#include <pospal/license.h>

#include "transport/transport.h"

/* NULL when memory is exhausted. context is borrowed. */
pl_transport *pl_transport_custom_new(pospal_transport_fn transport, void *context);

#endif
