/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing webhooks.
 */
#include "notify/signature.h"

#include "crypto/base64.h"

#include <inttypes.h>

pl_err webhook_sign(const signed_message_t *message, const uint8_t (*keys)[WEBHOOK_KEY_SIZE], size_t count, pl_buf *signature)
{
    uint8_t mac[PL_MAC_SIZE];
    char text[64];
    pl_buf content;

    pl_buf_init(&content);
    pl_buf_add_format(&content, "%s.%" PRId64 ".", message->id, message->timestamp_s);
    pl_buf_add(&content, message->body.data, message->body.size);
    for (size_t i = 0; !content.err && i < count; i++) {
        pl_mac(keys[i], pl_buf_span(&content), mac);
        pl_base64_encode(pl_span_of(mac, sizeof(mac)), text);
        pl_buf_add_format(signature, "%sv1,%s", i ? " " : "", text);
    }
    if (content.err)
        signature->err = content.err;
    pl_buf_reset(&content);
    return signature->err;
}
