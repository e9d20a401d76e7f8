/* SPDX-License-Identifier: Apache-2.0
 *
 * The signature of a webhook as Standard Webhooks has it (www.standardwebhooks.com): HMAC-SHA-256 over id, time and body.
 */
#ifndef NOTIFY_SIGNATURE_H
#define NOTIFY_SIGNATURE_H

#include "crypto/crypto.h"

enum { WEBHOOK_KEY_SIZE = 32 /* a shorter secret is padded with zeros, which is the same to HMAC */ };

typedef struct {
    const char *id;      /* webhook-id */
    int64_t timestamp_s; /* webhook-timestamp */
    pl_span body;
} signed_message_t;

/* Appends "v1,<base64>" for each key, with spaces between. PL_ERR_MEMORY. */
pl_err webhook_sign(const signed_message_t *message, const uint8_t (*keys)[WEBHOOK_KEY_SIZE], size_t count, pl_buf *signature);

#endif
