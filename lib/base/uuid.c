/* SPDX-License-Identifier: Apache-2.0
 *
 * UUIDs: putting versions 7 and 4 together, and the text form of 8-4-4-4-12 hexadecimal digits.
 */
#include "base/uuid.h"

#include <string.h>

enum { TEXT_LENGTH = PL_UUID_TEXT_SIZE - 1 };

static bool is_hyphen_place(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static void stamp(pl_uuid *id, unsigned version)
{
    id->bytes[6] = (uint8_t)((id->bytes[6] & 0x0Fu) | version << 4);
    id->bytes[8] = (uint8_t)((id->bytes[8] & 0x3Fu) | 0x80u);
}

pl_uuid pl_uuid_v7(int64_t now_ms, const uint8_t random[10])
{
    pl_uuid id;

    for (unsigned i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    memcpy(id.bytes + 6, random, 10);
    stamp(&id, 7);
    return id;
}

int64_t pl_uuid_v7_time_ms(pl_uuid id)
{
    int64_t time_ms = 0;

    for (size_t i = 0; i < 6; i++)
        time_ms = time_ms << 8 | id.bytes[i];
    return time_ms;
}

pl_uuid pl_uuid_v4(const uint8_t random[16])
{
    pl_uuid id;

    memcpy(id.bytes, random, sizeof(id.bytes));
    stamp(&id, 4);
    return id;
}

void pl_uuid_format(pl_uuid id, char text[PL_UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    size_t nibble = 0;

    for (size_t at = 0; at < TEXT_LENGTH; at++) {
        if (is_hyphen_place(at)) {
            text[at] = '-';
            continue;
        }
        text[at] = digits[nibble % 2 ? id.bytes[nibble / 2] & 0x0F : id.bytes[nibble / 2] >> 4];
        nibble++;
    }
    text[TEXT_LENGTH] = '\0';
}

pl_err pl_uuid_parse(pl_span text, pl_uuid *id)
{
    pl_uuid parsed = {{0}};
    size_t nibble = 0;

    if (text.size != TEXT_LENGTH)
        return pl_fail(PL_ERR_MALFORMED, "a UUID has %d characters", (int)TEXT_LENGTH);
    for (size_t at = 0; at < TEXT_LENGTH; at++) {
        int value = digit_value(text.data[at]);

        if (is_hyphen_place(at) ? text.data[at] != '-' : value < 0)
            return pl_fail(PL_ERR_MALFORMED, "not a UUID: character %zu is wrong", at + 1);
        if (is_hyphen_place(at))
            continue;
        parsed.bytes[nibble / 2] = (uint8_t)(parsed.bytes[nibble / 2] << 4 | value);
        nibble++;
    }
    *id = parsed;
    return PL_OK;
}

bool pl_uuid_equal(pl_uuid a, pl_uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

bool pl_uuid_is_nil(pl_uuid id)
{
    static const pl_uuid nil;

    return pl_uuid_equal(id, nil);
}
