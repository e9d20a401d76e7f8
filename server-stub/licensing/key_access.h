/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license key opens, for who has the key and nothing else. The brand is found by the key's hash; an imported key that several
 * brands have is told apart by the product, or by the brand's slug where the product is not enough.
 */
#ifndef LICENSING_KEY_ACCESS_H
#define LICENSING_KEY_ACCESS_H

#include "store/license_keys.h"

typedef struct {
    uint8_t hash[KEY_HASH_SIZE]; /* of a text that is no key: zeros, which are looked for like any other */
    const char *brand;           /* slug; NULL: any */
    const char *product;         /* slug; NULL: any */
} key_question_t;

typedef struct {
    pl_uuid brand_id;
    license_t *licenses; /* of the product asked for, or all that the key opens */
    size_t count;        /* 0: the key is known and opens none of that product */
} key_access_t;

/* PL_ERR_UNKNOWN_KEY; PL_ERR_CONFLICT where more than one brand is meant. */
pl_err key_access_find(tx_t *tx, const key_question_t *question, key_access_t *access);

#endif
