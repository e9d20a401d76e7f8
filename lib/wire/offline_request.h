/* SPDX-License-Identifier: Apache-2.0
 *
 * The activation request of a device without network, as a text that a person carries: read aloud, typed, mailed, or scanned from a QR
 * code. "ppr1." and base64url of a compact binary; the answer to it is a signed document like any other.
 */
#ifndef PL_WIRE_OFFLINE_REQUEST_H
#define PL_WIRE_OFFLINE_REQUEST_H

#include "crypto/crypto.h"
#include "license/fingerprint.h"
#include "license/license_key.h"

#define PL_OFFLINE_REQUEST_PREFIX "ppr1."

enum {
    PL_OFFLINE_NONCE_SIZE = 16,
    PL_OFFLINE_NAME_SIZE = 8,           /* by which a root key and a product are named */
    PL_OFFLINE_REQUEST_SHORT = 299,     /* characters at most with a license key that we made: QR version 13-M holds 331 */
    PL_OFFLINE_REQUEST_MAX = 369,       /* with an imported one: version 15-M holds 412 */
    PL_OFFLINE_REQUEST_TYPED_MAX = 8192 /* of what is around it and in it besides */
};

typedef struct {
    uint8_t root[PL_OFFLINE_NAME_SIZE];    /* the beginning of the thumbprint of the root key in use: names the brand */
    uint8_t product[PL_OFFLINE_NAME_SIZE]; /* the beginning of SHA-256 of the slug */
    uint8_t nonce[PL_OFFLINE_NONCE_SIZE];
    uint8_t device_key[PL_DEVICE_PUBLIC_SIZE];
    pl_fingerprint fingerprint;
    char key[PL_LICENSE_KEY_MAX + 1]; /* normalised */
} pl_offline_request;

/* The names of a root key, by its kid (PL_ERR_MALFORMED), and of a product, by its slug. */
pl_err pl_offline_root_name(const char *kid, uint8_t name[PL_OFFLINE_NAME_SIZE]);
void pl_offline_product_name(const char *slug, uint8_t name[PL_OFFLINE_NAME_SIZE]);
/* The nonce that stands in the answer: as long as every other. */
void pl_offline_nonce(const uint8_t nonce[PL_OFFLINE_NONCE_SIZE], uint8_t full[PL_NONCE_SIZE]);

/*
 * The text, which is also the canonical one. Of a component with several values all but the first are left out where they would make the
 * text longer than PL_OFFLINE_REQUEST_SHORT, network cards first; never a whole component. The key is normalised. PL_ERR_MALFORMED,
 * PL_ERR_TOO_LARGE for the key.
 */
pl_err pl_offline_request_write(const pl_offline_request *request, char text[PL_OFFLINE_REQUEST_MAX + 1]);
/*
 * Finds the request in what was typed or scanned: white space anywhere, and lines before and after, do not matter. canonical is what the
 * answer's digest is of. PL_ERR_MALFORMED: there is none; PL_ERR_DAMAGED: there is one, and a typing or scanning error in it.
 */
pl_err pl_offline_request_read(pl_span typed, pl_offline_request *request, char canonical[PL_OFFLINE_REQUEST_MAX + 1]);

#endif
