/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 with padding.
 */
#include "crypto/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t pl_base64_size(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

void pl_base64_encode(pl_span bytes, char *text)
{
    const uint8_t *at = (const uint8_t *)bytes.data;

    for (size_t left = bytes.size; left > 0; left -= left < 3 ? left : 3) {
        uint32_t group = (uint32_t)at[0] << 16 | (left > 1 ? (uint32_t)at[1] << 8 : 0) | (left > 2 ? at[2] : 0u);

        *text++ = alphabet[group >> 18 & 63];
        *text++ = alphabet[group >> 12 & 63];
        *text++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *text++ = left > 2 ? alphabet[group & 63] : '=';
        at += left < 3 ? left : 3;
    }
    *text = '\0';
}
