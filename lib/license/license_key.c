/* SPDX-License-Identifier: Apache-2.0
 *
 * License keys: the one spelling, the check, and making new ones.
 */
#include "license/license_key.h"

#include <string.h>

enum {
    DATA = 25, /* random symbols, 5 bits each */
    CHECKS = 2,
    TAIL_MAX = 5,
    MARK = 19,  /* 'K': tells our keys from imported ones of the same length */
    FIELD = 32, /* GF(32) by x^5 + x^2 + 1 */
    FIELD_POLYNOMIAL = 0x25
};

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A key as typed, taken apart. */
typedef struct {
    char text[PL_LICENSE_KEY_MAX + 1];
    bool after_dash[PL_LICENSE_KEY_MAX + 1]; /* a dash or space stood before this character */
    size_t size;
} folded;

/* The length of a dash or space at the start of text, 0 where there is none. Word processors put typographic ones. */
static size_t separator_size(pl_span text)
{
    static const char narrow[] = {'-', ' ', '\t', '\r', '\n'};
    static const char *const wide[] = {
        "\xC2\xA0",                     /* no-break space */
        "\xE2\x80\x87", "\xE2\x80\xAF", /* figure, narrow no-break space */
        "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95", /* hyphens and dashes */
        "\xE2\x88\x92",                                                                                 /* minus */
    };

    if (memchr(narrow, text.data[0], sizeof narrow))
        return 1;
    if ((unsigned char)text.data[0] < 0x80)
        return 0;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        size_t size = strlen(wide[i]);

        if (text.size >= size && memcmp(text.data, wide[i], size) == 0)
            return size;
    }
    return 0;
}

static char fold_character(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        return '0';
    return c == 'I' || c == 'L' ? '1' : c;
}

static pl_err fold(pl_span text, folded *key)
{
    size_t skip;

    memset(key, 0, sizeof(*key));
    if (text.size > 2 * PL_LICENSE_KEY_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a license key has at most %d characters", PL_LICENSE_KEY_MAX);
    for (size_t i = 0; i < text.size; i += skip) {
        if ((skip = separator_size(pl_span_of(text.data + i, text.size - i)))) {
            key->after_dash[key->size] = true;
            continue;
        }
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return pl_fail(PL_ERR_MALFORMED, "a license key has letters, digits and signs only");
        if (key->size == PL_LICENSE_KEY_MAX)
            return pl_fail(PL_ERR_TOO_LARGE, "a license key has at most %d characters", PL_LICENSE_KEY_MAX);
        key->text[key->size++] = fold_character(text.data[i]);
        skip = 1;
    }
    return key->size ? PL_OK : pl_fail(PL_ERR_MALFORMED, "the license key is empty");
}

pl_err pl_license_key_normalize(pl_span text, char normal[PL_LICENSE_KEY_MAX + 1])
{
    folded key;
    pl_err err = fold(text, &key);

    if (!err)
        memcpy(normal, key.text, sizeof(key.text));
    return err;
}

static int symbol_value(char c)
{
    const char *found = c ? strchr(alphabet, c) : NULL;

    return found ? (int)(found - alphabet) : -1;
}

static int field_double(int a)
{
    return a * 2 < FIELD ? a * 2 : a * 2 ^ FIELD_POLYNOMIAL;
}

/* The remainder of the symbols by (x - 1)(x - 2) = x^2 + 3x + 2; zero for a whole key that is free of error. */
static void divide(const uint8_t *symbols, size_t count, uint8_t remainder[CHECKS])
{
    int high = 0, low = 0;

    for (size_t i = 0; i < count; i++) {
        int lead = symbols[i] ^ high;

        high = low ^ field_double(lead) ^ lead;
        low = field_double(lead);
    }
    remainder[0] = (uint8_t)high;
    remainder[1] = (uint8_t)low;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Length and mark are ours, and nothing but letters and digits. */
static bool looks_like_ours(const folded *key)
{
    size_t start = key->size - PL_LICENSE_KEY_SYMBOLS;

    if (key->size < PL_LICENSE_KEY_SYMBOLS || start > PL_LICENSE_KEY_PREFIX_MAX || key->text[start] != alphabet[MARK])
        return false;
    for (size_t i = 0; i < key->size; i++)
        if (!is_letter_or_digit(key->text[i]))
            return false;
    return true;
}

static bool checks_fit(const char *symbols)
{
    uint8_t values[PL_LICENSE_KEY_SYMBOLS], remainder[CHECKS];

    for (size_t i = 0; i < PL_LICENSE_KEY_SYMBOLS; i++) {
        int value = symbol_value(symbols[i]);

        if (value < 0)
            return false;
        values[i] = (uint8_t)value;
    }
    divide(values, PL_LICENSE_KEY_SYMBOLS, remainder);
    return remainder[0] == 0 && remainder[1] == 0;
}

/* Somebody else's key of our length must never be refused for our check, so the dashes have to stand as ours do. */
static bool is_grouped_like_ours(const folded *key, size_t start)
{
    if (start >= key->size || (start > 0 && !key->after_dash[start]))
        return false;
    for (size_t i = start + 1; i < key->size; i++)
        if (key->after_dash[i])
            return true;
    return false;
}

pl_key_shape pl_license_key_shape(pl_span text)
{
    folded key;
    size_t start;

    if (fold(text, &key) || !looks_like_ours(&key))
        return PL_KEY_FOREIGN;
    start = key.size - PL_LICENSE_KEY_SYMBOLS;
    if (checks_fit(key.text + start))
        return PL_KEY_OURS;
    return is_grouped_like_ours(&key, start) ? PL_KEY_TYPO : PL_KEY_FOREIGN;
}

pl_err pl_license_key_check(pl_span text)
{
    char normal[PL_LICENSE_KEY_MAX + 1];
    pl_err err = pl_license_key_normalize(text, normal);

    if (!err && pl_license_key_shape(text) == PL_KEY_TYPO)
        err = pl_fail(PL_ERR_KEY_TYPO, "the check characters of the license key do not fit");
    return err;
}

bool pl_license_key_prefix_is_valid(const char *prefix)
{
    size_t size = strlen(prefix);

    if (size > PL_LICENSE_KEY_PREFIX_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_letter_or_digit(prefix[i]))
            return false;
    return true;
}

/* Symbol i of the 125 bits: five bits, highest first. */
static uint8_t random_symbol(const uint8_t random[16], size_t i)
{
    uint8_t value = 0;

    for (size_t bit = i * 5; bit < i * 5 + 5; bit++)
        value = (uint8_t)(value << 1 | (random[bit / 8] >> (7 - bit % 8) & 1));
    return value;
}

void pl_license_key_make(const pl_license_key_template *shape, const uint8_t random[16], char key[PL_LICENSE_KEY_MAX + 1])
{
    uint8_t symbols[PL_LICENSE_KEY_SYMBOLS] = {MARK};
    size_t group = shape->group > 0 ? (size_t)shape->group : PL_LICENSE_KEY_GROUP;
    size_t size = strlen(shape->prefix);

    for (size_t i = 0; i < DATA; i++)
        symbols[1 + i] = random_symbol(random, i);
    divide(symbols, 1 + DATA, symbols + 1 + DATA);
    memcpy(key, shape->prefix, size);
    for (size_t i = 0; i < PL_LICENSE_KEY_SYMBOLS; i++) {
        if (size > 0 && i % group == 0)
            key[size++] = '-';
        key[size++] = alphabet[symbols[i]];
    }
    key[size] = '\0';
}

const char *pl_license_key_tail(const char *key)
{
    const char *dash = strrchr(key, '-');
    size_t size = strlen(key);
    size_t shown = dash ? strlen(dash + 1) : TAIL_MAX;

    if (shown > TAIL_MAX)
        shown = TAIL_MAX;
    if (shown > size / 3) /* most of a short one stays hidden */
        shown = size / 3;
    return key + size - shown;
}
