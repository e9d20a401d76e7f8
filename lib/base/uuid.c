/* SPDX-License-Identifier: Apache-2.0
 *
 * UUIDs: putting versions 7 and 4 together, and the text form of 8-4-4-4-12 hexadecimal digits.
 */
#include "base/uuid.h"

#include <string.h>

enum { TEXT_LENGTH = PL_UUID_TEXT_SIZE - 1 };

/* Before which of the 16 bytes a hyphen stands. */
static bool is_hyphen_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
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

    for (size_t i = 0; i < sizeof(id.bytes); i++) {
        if (is_hyphen_before(i))
            *text++ = '-';
        *text++ = digits[id.bytes[i] >> 4];
        *text++ = digits[id.bytes[i] & 0x0F];
    }
    *text = '\0';
}

static pl_err fail_at(pl_span text, const char *at)
{
    return pl_fail(PL_ERR_MALFORMED, "not a UUID: character %zu is wrong", (size_t)(at - text.data) + 1);
}

pl_err pl_uuid_parse(pl_span text, pl_uuid *id)
{
    const char *at = text.data;
    pl_uuid parsed;

    if (text.size != TEXT_LENGTH)
        return pl_fail(PL_ERR_MALFORMED, "a UUID has %d characters", (int)TEXT_LENGTH);
    for (size_t i = 0; i < sizeof(parsed.bytes); i++, at += 2) {
        int high, low;

        if (is_hyphen_before(i) && *at++ != '-')
            return fail_at(text, at - 1);
        high = digit_value(at[0]);
        low = digit_value(at[1]);
        if (high < 0 || low < 0)
            return fail_at(text, high < 0 ? at : at + 1);
        parsed.bytes[i] = (uint8_t)(high << 4 | low);
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
