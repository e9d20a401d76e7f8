/* SPDX-License-Identifier: Apache-2.0
 *
 * What libsodium does for us: random bytes, wiping, comparing, SHA-256, HMAC and Ed25519 verification, and the device's own key.
 */
#include "crypto/crypto.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "crypto/algorithm.h"

pl_err pl_crypto_ready(void)
{
    return sodium_init() < 0 ? pl_fail(PL_ERR_INTERNAL, "libsodium found no source of random bytes") : PL_OK;
}

void pl_sodium_version(char text[PL_VERSION_TEXT_SIZE])
{
    (void)snprintf(text, PL_VERSION_TEXT_SIZE, "%s", sodium_version_string());
}

void pl_random(void *bytes, size_t size)
{
    randombytes_buf(bytes, size);
}

void pl_wipe(void *bytes, size_t size)
{
    sodium_memzero(bytes, size);
}

bool pl_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

static const unsigned char *bytes_of(pl_span span)
{
    return (const unsigned char *)span.data;
}

void pl_digest(pl_span data, uint8_t digest[PL_DIGEST_SIZE])
{
    crypto_hash_sha256(digest, bytes_of(data), data.size);
}

void pl_mac(const uint8_t key[32], pl_span data, uint8_t mac[PL_MAC_SIZE])
{
    crypto_auth_hmacsha256(mac, bytes_of(data), data.size, key);
}

_Static_assert(sizeof(crypto_auth_hmacsha256_state) <= sizeof(((pl_mac_key *)NULL)->state), "a prepared key has no room");

void pl_mac_prepare(const uint8_t key[32], pl_mac_key *prepared)
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, key, 32);
    memcpy(prepared->state, &state, sizeof state);
    sodium_memzero(&state, sizeof state);
}

void pl_mac_prepared(const pl_mac_key *prepared, pl_span data, uint8_t mac[PL_MAC_SIZE])
{
    crypto_auth_hmacsha256_state state;

    memcpy(&state, prepared->state, sizeof state);
    crypto_auth_hmacsha256_update(&state, bytes_of(data), data.size);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof state);
}

pl_err pl_ed25519_verify(const uint8_t point[32], pl_span message, const uint8_t signature[PL_SIGNATURE_SIZE])
{
    if (crypto_sign_verify_detached(signature, bytes_of(message), message.size, point) == 0)
        return PL_OK;
    if (!crypto_core_ed25519_is_valid_point(point))
        return pl_fail(PL_ERR_MALFORMED, "the key is no point of Ed25519");
    return pl_fail(PL_ERR_SIGNATURE, "the Ed25519 signature does not fit");
}

/* Here and not in Mbed TLS, since a start that only checks a stored lease needs it and should not have to touch that library. */
pl_err pl_derive(pl_span secret, const char *info, uint8_t key[32])
{
    static const uint8_t no_salt[crypto_auth_hmacsha256_KEYBYTES] = {0};
    static const uint8_t first_block = 1; /* of one: 32 bytes are what the hash gives */
    uint8_t extracted[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state mac;

    crypto_auth_hmacsha256(extracted, bytes_of(secret), secret.size, no_salt);
    crypto_auth_hmacsha256_init(&mac, extracted, sizeof extracted);
    crypto_auth_hmacsha256_update(&mac, (const unsigned char *)info, strlen(info));
    crypto_auth_hmacsha256_update(&mac, &first_block, 1);
    crypto_auth_hmacsha256_final(&mac, key);
    sodium_memzero(extracted, sizeof extracted);
    sodium_memzero(&mac, sizeof mac);
    return PL_OK;
}

void pl_device_key_new(uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], uint8_t secret[PL_DEVICE_SECRET_SIZE])
{
    crypto_sign_keypair(public_key, secret);
}

void pl_device_public(const uint8_t secret[PL_DEVICE_SECRET_SIZE], uint8_t public_key[PL_DEVICE_PUBLIC_SIZE])
{
    crypto_sign_ed25519_sk_to_pk(public_key, secret);
}

void pl_device_sign(const uint8_t secret[PL_DEVICE_SECRET_SIZE], pl_span message, uint8_t signature[PL_SIGNATURE_SIZE])
{
    crypto_sign_detached(signature, NULL, bytes_of(message), message.size, secret);
}

pl_err pl_device_seal(const uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], pl_span plain, uint8_t *sealed)
{
    uint8_t box_key[crypto_box_PUBLICKEYBYTES];

    if (crypto_sign_ed25519_pk_to_curve25519(box_key, public_key) ||
        crypto_box_seal(sealed, bytes_of(plain), plain.size, box_key))
        return pl_fail(PL_ERR_MALFORMED, "the device key is no point of Ed25519");
    return PL_OK;
}

pl_err pl_device_unseal(const uint8_t secret[PL_DEVICE_SECRET_SIZE], pl_span sealed, uint8_t *plain)
{
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], box_key[crypto_box_PUBLICKEYBYTES], box_secret[crypto_box_SECRETKEYBYTES];
    pl_err err = PL_OK;

    crypto_sign_ed25519_sk_to_pk(public_key, secret);
    if (crypto_sign_ed25519_pk_to_curve25519(box_key, public_key) || crypto_sign_ed25519_sk_to_curve25519(box_secret, secret) ||
        crypto_box_seal_open(plain, bytes_of(sealed), sealed.size, box_key, box_secret))
        err = pl_fail(PL_ERR_SIGNATURE, "it was sealed to another device or changed");
    sodium_memzero(box_secret, sizeof box_secret);
    return err;
}
