/* SPDX-License-Identifier: Apache-2.0
 *
 * A brand that issues documents inside this process, for what is measured without a server. Everything comes from fixed seeds.
 */
#ifndef BENCH_ISSUER_H
#define BENCH_ISSUER_H

#include "base/buf.h"
#include "token/issue.h"

#define ISSUER_PRODUCT "till"

typedef struct {
    pl_key_pair root, license, answer;
    char license_kid[PL_KID_SIZE], answer_kid[PL_KID_SIZE];
    pl_keyset keyset;
    pl_buf roots_jwks;   /* what a program pins */
    pl_buf keyset_token; /* signed by the root */
} issuer_t;

pl_err issuer_init(issuer_t *issuer);
void issuer_reset(issuer_t *issuer);
/* A license as vendors sell it: four entitlements, a plan, a customer, bound to a device of four components. */
pl_claims issuer_claims(int64_t now_s);

#endif
