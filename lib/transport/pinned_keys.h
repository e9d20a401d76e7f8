/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of public keys that a program pins for its server, in libcurl's form: "sha256//base64;sha256//base64". Comparing is libcurl's.
 */
#ifndef PL_TRANSPORT_PINNED_KEYS_H
#define PL_TRANSPORT_PINNED_KEYS_H

#include <stdbool.h>

enum { PL_PINNED_KEYS_MAX = 8, PL_PIN_SIZE = 8 + 44 }; /* "sha256//" and 32 bytes in base64 */

/* One to PL_PINNED_KEYS_MAX pins, each whole: libcurl itself passes silently over what it does not understand. */
bool pl_pinned_keys_are_valid(const char *pins);

#endif
