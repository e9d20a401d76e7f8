/* SPDX-License-Identifier: Apache-2.0
 *
 * Making documents: the issuer's half of token/. Linked by the validator and the tests, never by the SDK.
 */
#ifndef PL_TOKEN_ISSUE_H
#define PL_TOKEN_ISSUE_H

#include "base/buf.h"
#include "crypto/issue.h"
#include "license/claims.h"
#include "token/keyring.h"

/* Appends header.payload.signature; kid is the pair's thumbprint. */
pl_err pl_jws_sign(pl_doc doc, const pl_key_pair *pair, const char *kid, pl_span payload, pl_buf *token);
pl_err pl_claims_sign(const pl_claims *claims, const pl_key_pair *pair, const char *kid, pl_buf *token);
/* issuer, epoch, sequence, issued_at and the keys of keyset; root_rank is not used. */
pl_err pl_keyset_sign(const pl_keyset *keyset, const pl_key_pair *root, pl_buf *token);

#endif
