/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict base64url. Our own, because it is on the path of every check and libsodium's constant-time decoder costs ten times more.
 */
#include "crypto/crypto.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* One more than its value for a character of the alphabet, 0 for all others. */
static const uint8_t digit_plus_one[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,  ['J'] = 10,
    ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20,
    ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
    ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50,
    ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
    ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

static unsigned digit(char c)
{
    return digit_plus_one[(unsigned char)c] - 1u; /* above 63: none; stays visible in an OR */
}

size_t pl_base64url_size(size_t bytes)
{
    return bytes / 3 * 4 + (bytes % 3 ? bytes % 3 + 1 : 0);
}

void pl_base64url_encode(pl_span bytes, char *text)
{
    const uint8_t *from = (const uint8_t *)bytes.data;
    size_t left = bytes.size;

    for (; left >= 3; left -= 3, from += 3, text += 4) {
        uint32_t group = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];

        text[0] = alphabet[group >> 18];
        text[1] = alphabet[group >> 12 & 63];
        text[2] = alphabet[group >> 6 & 63];
        text[3] = alphabet[group & 63];
    }
    if (left) {
        uint8_t second = left == 2 ? from[1] : 0;

        *text++ = alphabet[from[0] >> 2];
        *text++ = alphabet[(from[0] & 3) << 4 | second >> 4];
        if (left == 2)
            *text++ = alphabet[(second & 15) << 2];
    }
    *text = '\0';
}

/* The last 2 or 3 characters; false when they are no digits or have spare bits set. */
static bool decode_tail(const char *from, size_t left, uint8_t *to)
{
    unsigned a = digit(from[0]), b = digit(from[1]), c = left == 3 ? digit(from[2]) : 0;

    if ((a | b | c) > 63 || (left == 2 ? b & 15 : c & 3))
        return false;
    to[0] = (uint8_t)(a << 2 | b >> 4);
    if (left == 3)
        to[1] = (uint8_t)(b << 4 | c >> 2);
    return true;
}

pl_err pl_base64url_decode(pl_span text, void *bytes, size_t *size)
{
    size_t left = text.size;
    size_t decoded = left / 4 * 3 + (left % 4 ? left % 4 - 1 : 0);
    const char *from = text.data;
    uint8_t *to = bytes;
    unsigned all = 0;

    if (left % 4 == 1)
        return pl_fail(PL_ERR_MALFORMED, "base64url of an impossible length");
    if (decoded > *size)
        return pl_fail(PL_ERR_TOO_LARGE, "base64url of %zu bytes, %zu are expected", decoded, *size);
    for (; left >= 4; left -= 4, from += 4, to += 3) {
        unsigned a = digit(from[0]), b = digit(from[1]), c = digit(from[2]), d = digit(from[3]);

        all |= a | b | c | d;
        to[0] = (uint8_t)(a << 2 | b >> 4);
        to[1] = (uint8_t)(b << 4 | c >> 2);
        to[2] = (uint8_t)(c << 6 | d);
    }
    if (all > 63 || (left && !decode_tail(from, left, to)))
        return pl_fail(PL_ERR_MALFORMED, "not strict base64url");
    *size = decoded;
    return PL_OK;
}
