/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes written as hexadecimal digits, as the standards print their examples.
 */
#ifndef TESTS_SUPPORT_HEX_H
#define TESTS_SUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Decodes lower-case digits; returns the number of bytes. */
static inline size_t from_hex(const char *hex, uint8_t *bytes)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = strlen(hex) / 2;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)((strchr(digits, hex[2 * i]) - digits) << 4 | (strchr(digits, hex[2 * i + 1]) - digits));
    return size;
}

#endif
