/* SPDX-License-Identifier: Apache-2.0
 *
 * The one spelling of a host: a name, an IPv4 or an IPv6 address. Pure.
 */
#ifndef LICENSING_INSTANCE_HOST_H
#define LICENSING_INSTANCE_HOST_H

#include "base/err.h"
#include "base/span.h"

enum { INSTANCE_HOST_MAX = 253 };

/* IPv6 with or without brackets; written without. PL_ERR_INVALID. */
pl_err instance_host_read(pl_span text, char host[INSTANCE_HOST_MAX + 1]);

#endif
