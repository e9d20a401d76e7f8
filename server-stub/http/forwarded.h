/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose request it is when a proxy that we trust brings it.
 */
#ifndef POSPAL_HTTP_FORWARDED_H
#define POSPAL_HTTP_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { FORWARDED_ADDRESS_SIZE = 16 };

/* IPv4 is mapped into IPv6. False for what is no address. */
bool forwarded_parse(pl_span text, uint8_t address[FORWARDED_ADDRESS_SIZE]);
/*
 * Replaces the address by the last hop of an X-Forwarded-For header, which is the one that our proxy wrote itself; those before it may
 * be anybody's inventions. Left as it is where that is no address.
 */
void forwarded_apply(const char *header, uint8_t address[FORWARDED_ADDRESS_SIZE]);

#endif
