/* SPDX-License-Identifier: Apache-2.0
 *
 * The signature of an event: the header Stripe-Signature, "t=<seconds>,v1=<hex>[,v1=...]", HMAC-SHA-256 over "<seconds>.<body>" with the
 * endpoint's secret, text as it stands, "whsec_" and all. While a secret is rotated there are several signatures, or several secrets here.
 */
#ifndef BILLING_STRIPE_SIGNATURE_H
#define BILLING_STRIPE_SIGNATURE_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

enum {
    STRIPE_TOLERANCE_S = 300, /* an event that was signed longer ago, or so far in the future, is a replay */
    STRIPE_SECRETS_MAX = 3,
    STRIPE_SIGNATURES_MAX = 8, /* of one header; more are passed over */
    STRIPE_HEADER_MAX = 2000
};

/*
 * secrets: up to three with spaces between. PL_ERR_SIGNATURE; the detail says what is wrong and nothing of what would be right: malformed,
 * too old, or signed with none of the secrets.
 */
pl_err stripe_signature_check(const char *secrets, const char *header, pl_span body, int64_t now_s);

#endif
