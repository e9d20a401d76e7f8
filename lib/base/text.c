/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that are text, and text that is clean.
 */
#include "base/text.h"

#include <stdint.h>

size_t pl_utf8_sequence(const char *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t point = bytes[0] & (0xFFu >> (size + 1));

    if (bytes[0] < 0xC2 || bytes[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3Fu);
    }
    return point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000) ? 0 : size;
}

bool pl_text_is_clean(const char *text)
{
    while (*text) {
        const unsigned char *bytes = (const unsigned char *)text;
        size_t size = bytes[0] < 0x80 ? 1 : pl_utf8_sequence(text);

        if (size == 0 || bytes[0] < 0x20 || bytes[0] == 0x7F || (bytes[0] == 0xC2 && bytes[1] < 0xA0))
            return false;
        text += size;
    }
    return true;
}
