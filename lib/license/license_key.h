/* SPDX-License-Identifier: Apache-2.0
 *
 * License keys as text, pure. Ours are [PREFIX-] and 28 symbols of Crockford's base 32 (no I L O U): a mark, 25 random symbols
 * (125 bits), 2 check symbols (Reed-Solomon over GF(32): any one or two wrong symbols, any two exchanged ones are caught). Dashes may stand anywhere. The check
 * needs no template, so that the library can tell a typing error before it asks anybody. Imported keys may have any shape.
 */
#ifndef PL_LICENSE_LICENSE_KEY_H
#define PL_LICENSE_LICENSE_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

enum {
    PL_LICENSE_KEY_MAX = 100,    /* characters as typed, and normalised */
    PL_LICENSE_KEY_SYMBOLS = 28, /* of ours, without prefix and dashes */
    PL_LICENSE_KEY_PREFIX_MAX = 12,
    PL_LICENSE_KEY_GROUP = 4 /* symbols per group unless the product says otherwise */
};

typedef enum {
    PL_KEY_OURS,   /* our shape, and the check symbols fit */
    PL_KEY_TYPO,   /* our shape, and they do not */
    PL_KEY_FOREIGN /* another shape: only the validator can tell */
} pl_key_shape;

typedef struct {
    const char *prefix; /* letters and digits; "" for none */
    int group;          /* symbols per group, 1 to 28 */
} pl_license_key_template;

/*
 * The one spelling that is hashed and compared: upper case; dashes and spaces (also typographic ones) dropped; O is 0, I and L are 1.
 * PL_ERR_MALFORMED when empty or with other characters than printable ASCII; PL_ERR_TOO_LARGE.
 */
pl_err pl_license_key_normalize(pl_span text, char normal[PL_LICENSE_KEY_MAX + 1]);
/* FOREIGN for what cannot be normalised. A key is called a TYPO only where its dashes show our shape. */
pl_key_shape pl_license_key_shape(pl_span text);
/* Both at once, for whoever takes a key from a person: PL_OK for OURS and FOREIGN, PL_ERR_KEY_TYPO, and the errors of normalize. */
pl_err pl_license_key_check(pl_span text);

/* 1 to 12 letters and digits, or none. */
bool pl_license_key_prefix_is_valid(const char *prefix);
/* Issuer: a key from 16 random bytes, of which 125 bits are used. */
void pl_license_key_make(const pl_license_key_template *shape, const uint8_t random[16], char key[PL_LICENSE_KEY_MAX + 1]);
/* What lists and logs show: the last group, at most 5 characters. Points into key. */
const char *pl_license_key_tail(const char *key);

#endif
