/* SPDX-License-Identifier: Apache-2.0
 *
 * The one spelling of what a product without fingerprint says of its place, so that a site is one seat however its address is typed.
 * Pure. Host names are in instance_host.h.
 *
 *   url         http or https (https where no scheme is told), scheme and host lower case, no default port, no slash at the end, the
 *               rest of path and query as they are; user info and fragment are refused
 *   hostname    a host name or an address, lower case, no dot at the end, its international labels in ASCII (RFC 5891, UTS 46)
 *   machine_id  as it is, but for spaces before and behind
 */
#ifndef LICENSING_INSTANCE_IDENTIFIER_H
#define LICENSING_INSTANCE_IDENTIFIER_H

#include "store/activations.h"

enum { INSTANCE_IDENTIFIER_MAX = 500 /* bytes, as given and in the one spelling */ };

typedef struct {
    seat_kind kind;
    char text[INSTANCE_IDENTIFIER_MAX + 1];
} instance_identifier_t;

/* PL_ERR_INVALID with a sentence for whoever typed it. */
pl_err instance_identifier_read(seat_kind kind, const char *text, instance_identifier_t *identifier);
/* For clients that tell no kind: a URL where it begins like one and is in order, else a machine id. The same text gives the same kind. */
pl_err instance_identifier_guess(const char *text, instance_identifier_t *identifier);
/* "url", "hostname", "machine_id": SEAT_DEVICE for anything else. */
seat_kind instance_kind_parse(const char *text);

#endif
