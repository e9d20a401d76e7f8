/* SPDX-License-Identifier: Apache-2.0
 *
 * Cryptography by purpose. Which algorithm serves a purpose is decided here and nowhere else; crypto_sodium.c and crypto_mbedtls.c
 * are the only files that know the libraries, mbedtls_linked.c and mbedtls_loaded.c where the latter's functions come from. Signing of issued documents is in issue.h, which only issuers link.
 */
#ifndef PL_CRYPTO_CRYPTO_H
#define PL_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum {
    PL_DIGEST_SIZE = 32,    /* SHA-256 */
    PL_MAC_SIZE = 32,       /* HMAC-SHA-256 */
    PL_SEAL_KEY_SIZE = 32,  /* AES-256-GCM */
    PL_SEAL_OVERHEAD = 28,  /* nonce 12, tag 16 */
    PL_SIGNATURE_SIZE = 64, /* Ed25519, and ES256 as r || s */
    PL_NONCE_SIZE = 32,
    PL_DEVICE_PUBLIC_SIZE = 32,
    PL_DEVICE_SECRET_SIZE = 64,
    PL_DEVICE_SEAL_OVERHEAD = 48
};

/* Must succeed once before anything else here; cheap, safe to repeat from any thread. PL_ERR_INTERNAL. */
pl_err pl_crypto_ready(void);

void pl_random(void *bytes, size_t size);
void pl_wipe(void *bytes, size_t size);
bool pl_equal(const void *a, const void *b, size_t size); /* in constant time */

void pl_digest(pl_span data, uint8_t digest[PL_DIGEST_SIZE]);
void pl_mac(const uint8_t key[32], pl_span data, uint8_t mac[PL_MAC_SIZE]);
/* A key used again and again, prepared once: half of a short message's MAC. As secret as the key. */
typedef struct {
    uint64_t state[26];
} pl_mac_key;
void pl_mac_prepare(const uint8_t key[32], pl_mac_key *prepared);
void pl_mac_prepared(const pl_mac_key *prepared, pl_span data, uint8_t mac[PL_MAC_SIZE]);
/* HKDF-SHA-256 (RFC 5869) with an empty salt: one 32-byte key for one purpose named by info. */
pl_err pl_derive(pl_span secret, const char *info, uint8_t key[32]);

/*
 * Base64url without padding (RFC 4648, RFC 7515); decoding refuses padding, white space, other alphabets and non-zero spare
 * bits. Table-driven, for what is public or goes to its owner: not in constant time.
 */
size_t pl_base64url_size(size_t bytes);              /* characters, without NUL */
void pl_base64url_encode(pl_span bytes, char *text); /* with NUL */
/* *size: in, the room; out, the bytes. PL_ERR_MALFORMED, PL_ERR_TOO_LARGE. */
pl_err pl_base64url_decode(pl_span text, void *bytes, size_t *size);

/*
 * Whether there is sealing at all: PL_ERR_UNSUPPORTED where the library for it is to be loaded and is not there. Who must tell that from
 * a seal that does not open asks first; afterwards neither call below fails so.
 */
pl_err pl_seal_ready(void);
/* Sealing: nonce || ciphertext || tag, bound to a label and to context bytes that are not in the output. */
pl_err pl_seal(const uint8_t key[PL_SEAL_KEY_SIZE], pl_span bound, pl_span plain,
               uint8_t *sealed /* plain.size + PL_SEAL_OVERHEAD */);
/* plain: sealed.size - PL_SEAL_OVERHEAD bytes. PL_ERR_SIGNATURE when the key or the bytes are wrong, PL_ERR_MALFORMED when too short. */
pl_err pl_unseal(const uint8_t key[PL_SEAL_KEY_SIZE], pl_span bound, pl_span sealed, uint8_t *plain);

/* The versions of the libraries behind it, for diagnosis: "1.0.18"; "" of one that is not there. */
enum { PL_VERSION_TEXT_SIZE = 32 };
void pl_sodium_version(char text[PL_VERSION_TEXT_SIZE]);
void pl_mbedtls_version(char text[PL_VERSION_TEXT_SIZE]);

/* The algorithm belongs to the key (RFC 8725, 3.1). */
typedef enum { PL_ALG_NONE = 0, PL_ALG_EDDSA, PL_ALG_ES256 } pl_alg;

typedef struct {
    pl_alg alg;
    uint8_t point[64]; /* Ed25519: 32 bytes; P-256: x || y */
} pl_public_key;

/*
 * PL_ERR_SIGNATURE when it does not fit; PL_ERR_MALFORMED for a key that is no point of its curve; PL_ERR_UNSUPPORTED for ES256 where the
 * library for it is not there.
 */
pl_err pl_verify(const pl_public_key *key, pl_span message, const uint8_t signature[PL_SIGNATURE_SIZE]);

/* The device's own Ed25519 pair: proofs of possession, never issued documents. */
void pl_device_key_new(uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], uint8_t secret[PL_DEVICE_SECRET_SIZE]);
void pl_device_public(const uint8_t secret[PL_DEVICE_SECRET_SIZE], uint8_t public_key[PL_DEVICE_PUBLIC_SIZE]);
/*
 * A small secret for one device alone: an anonymous sealed box (libsodium's crypto_box_seal) to the X25519 form of its Ed25519 key.
 * sealed: plain.size + PL_DEVICE_SEAL_OVERHEAD bytes. PL_ERR_MALFORMED for a key that is no point of its curve.
 */
pl_err pl_device_seal(const uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], pl_span plain, uint8_t *sealed);
/* plain: sealed.size - PL_DEVICE_SEAL_OVERHEAD bytes. PL_ERR_SIGNATURE when it was sealed to another device or changed. */
pl_err pl_device_unseal(const uint8_t secret[PL_DEVICE_SECRET_SIZE], pl_span sealed, uint8_t *plain);
void pl_device_sign(const uint8_t secret[PL_DEVICE_SECRET_SIZE], pl_span message, uint8_t signature[PL_SIGNATURE_SIZE]);

#endif
