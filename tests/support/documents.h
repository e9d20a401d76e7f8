/* SPDX-License-Identifier: Apache-2.0
 *
 * A brand for tests: roots, a keyset and documents from fixed seeds, so that every run sees the same bytes.
 */
#ifndef TESTS_SUPPORT_DOCUMENTS_H
#define TESTS_SUPPORT_DOCUMENTS_H

#include "token/issue.h"

#define BRAND_ID      "018f4c1e-0000-7000-8000-00000000b001"
#define LICENSE_ID    "018f4c1e-0000-7000-8000-00000000c001"
#define PRODUCT_ID    "018f4c1e-0000-7000-8000-00000000d001"
#define TOKEN_ID      "018f4c1e-0000-7000-8000-00000000e001"
#define ACTIVATION_ID "018f4c1e-0000-7000-8000-00000000f001"

enum { ISSUED_AT = 1760000000 };

/* Places in the keyset. */
enum { LICENSE_KEY, ANSWER_KEY, RETIRED_KEY, REVOKED_KEY, P256_KEY, KEY_COUNT };

typedef struct {
    pl_key_pair root;     /* roots.keys[0] */
    pl_key_pair reserve;  /* roots.keys[1] */
    pl_key_pair stranger; /* of nobody */
    pl_key_pair keys[KEY_COUNT];
    pl_roots roots;
    pl_keyset keyset; /* as pl_keyset_verify returns it */
} documents;

/* A pair whose 32 secret bytes are all seed. */
pl_key_pair documents_pair(pl_alg alg, uint8_t seed);
void documents_init(documents *d);
/* A license that has every member. The entitlements and texts are static. */
pl_claims documents_license(void);
/* An answer that has every member. */
pl_claims documents_answer(void);
/* Signs whatever the payload says. Free with pl_buf_reset. */
void documents_sign(const pl_key_pair *pair, pl_doc doc, const char *payload, pl_buf *token);

#endif
