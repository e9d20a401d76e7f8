/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may sign what: the pinned root keys of a program, and the keyset one of them signed. The roots are ordered: a keyset by a later
 * root (the reserve) beats any by an earlier one; by the same root the newer (epoch, sequence) wins.
 */
#ifndef PL_TOKEN_KEYRING_H
#define PL_TOKEN_KEYRING_H

#include "token/jws.h"

enum { PL_ROOTS_MAX = 4, PL_KEYSET_MAX = 16384, PL_KEYSET_KEYS_MAX = 32 };

typedef struct {
    pl_jwk keys[PL_ROOTS_MAX];
    size_t count;
} pl_roots;

typedef enum { PL_KEY_CURRENT, PL_KEY_RETIRED, PL_KEY_REVOKED } pl_key_state;

typedef struct {
    pl_jwk jwk;
    unsigned docs; /* bit 1 << pl_doc for each type it may sign */
    pl_key_state state;
    int64_t retired_at; /* documents issued before it stay good */
} pl_keyset_key;

/* A verified keyset; a plain value. */
typedef struct {
    char issuer[40];  /* brand id */
    size_t root_rank; /* index of the root that signed it */
    int64_t epoch;
    int64_t sequence;
    int64_t issued_at;
    pl_keyset_key keys[PL_KEYSET_KEYS_MAX];
    size_t count;
} pl_keyset;

pl_err pl_roots_parse(pl_span jwks, pl_roots *roots);
/* Verifies a keyset token against the roots. PL_ERR_KEY_UNKNOWN, _SIGNATURE, _TYPE, _MALFORMED, ... */
pl_err pl_keyset_verify(const pl_roots *roots, pl_span token, pl_keyset *keyset);
/* Order by (root rank, epoch, sequence): <0, 0, >0. */
int pl_keyset_compare(const pl_keyset *a, const pl_keyset *b);
/*
 * Finds the key and verifies the token as a document of that type: PL_ERR_TYPE, _KEY_UNKNOWN, _KEY_PURPOSE, _KEY_REVOKED (also for a
 * document issued at or after the key's retirement), _SIGNATURE, _OTHER_PRODUCT when "iss" is not the keyset's. On success the claims
 * in jws may be believed.
 */
pl_err pl_keyset_verify_document(const pl_keyset *keyset, pl_arena *arena, pl_doc doc, pl_span token, pl_jws *jws);

#endif
