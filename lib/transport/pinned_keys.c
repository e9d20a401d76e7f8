/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a list of pins strictly; see pinned_keys.h.
 */
#include "transport/pinned_keys.h"

#include <string.h>

static const char prefix[] = "sha256//";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { DIGEST_DIGITS = 43 }; /* of 32 bytes, before the one "=" */

/* The last digit carries four bits, so the two below them are 0: one key has one spelling. */
static bool is_digest(const char *text)
{
    return strspn(text, alphabet) == DIGEST_DIGITS && text[DIGEST_DIGITS] == '=' &&
           (strchr(alphabet, text[DIGEST_DIGITS - 1]) - alphabet) % 4 == 0;
}

bool pl_pinned_keys_are_valid(const char *pins)
{
    size_t count = 1;

    for (;; count++, pins++) {
        if (count > PL_PINNED_KEYS_MAX || strncmp(pins, prefix, sizeof prefix - 1) != 0 || !is_digest(pins + sizeof prefix - 1))
            return false;
        pins += PL_PIN_SIZE;
        if (*pins != ';')
            return *pins == '\0';
    }
}
