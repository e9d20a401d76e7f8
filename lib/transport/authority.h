/* SPDX-License-Identifier: Apache-2.0
 *
 * Host and port of a URL: for the details of failures, and whether they are well-formed.
 */
#ifndef PL_TRANSPORT_AUTHORITY_H
#define PL_TRANSPORT_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>

enum { PL_AUTHORITY_SIZE = 128 };

/* Without name and password, cut to fit. The port is there also where the URL leaves it out. */
void pl_url_authority(const char *url, char text[PL_AUTHORITY_SIZE]);
/* host[:port], where the host may be an IPv6 address in brackets. What the name itself is made of is the resolver's business. */
/* Whether what begins with a host (localhost, 127.x, [::1]) is this machine. */
bool pl_authority_is_loopback(const char *text);
bool pl_authority_is_valid(const char *text, size_t size);

#endif
