/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a webhook may go to. An endpoint is an address of a vendor's choice that our server calls, so it must not be one that only our
 * server can reach: private, loopback, link-local (a cloud's metadata), shared (CGNAT), multicast, reserved, and any of these in an IPv6
 * disguise. What the operator allows goes before that.
 */
#ifndef NOTIFY_ADDRESS_H
#define NOTIFY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { ADDRESS_ALLOWED_MAX = 32, ADDRESS_SIZE = 16 };

typedef struct {
    uint8_t bytes[ADDRESS_SIZE]; /* IPv4 mapped into IPv6 */
    int bits;
} address_range_t;

typedef struct {
    address_range_t ranges[ADDRESS_ALLOWED_MAX];
    size_t count;
} address_list_t;

/* "10.0.0.0/8 fd00::/8 192.0.2.7": networks and addresses with blanks or commas between. PL_ERR_INVALID names the one at fault. */
pl_err address_list_parse(const char *text, address_list_t *list);
/* An IPv4 or IPv6 address as text, the latter with or without brackets. */
bool address_parse(const char *text, size_t size, uint8_t address[ADDRESS_SIZE]);

bool address_is_public(const uint8_t address[ADDRESS_SIZE]);
bool address_is_listed(const address_list_t *list, const uint8_t address[ADDRESS_SIZE]);

/*
 * Whether an endpoint may have this URL, as far as the text tells: https, or http where the operator allows some addresses; a host, no
 * name and password, no fragment; an address that is written out must be public or allowed. *fault: a sentence.
 */
bool address_url_is_fine(const address_list_t *allowed, const char *url, const char **fault);

#endif
