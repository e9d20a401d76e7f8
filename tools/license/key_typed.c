/* SPDX-License-Identifier: Apache-2.0
 *
 * A key of ours by its groups and its mark; how one is made is in lib/license/license_key.c.
 */
#include "key_typed.h"

#include <stdbool.h>
#include <string.h>

#include "license/license_key.h"

enum { GROUP_MIN = 3, SYMBOLS_MIN = 8, SYMBOLS_MAX = PL_LICENSE_KEY_SYMBOLS + PL_LICENSE_KEY_GROUP };

static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyzOoIiLl";
static const char separators[] = "- ";

/* Groups of one length, of which the last may be shorter; the first symbol is the mark of our keys. *count: all symbols. */
static bool is_grouped(const char *text, size_t *count)
{
    size_t group = strcspn(text, separators);

    *count = 0;
    if ((*text != 'K' && *text != 'k') || group < GROUP_MIN || !text[group])
        return false;
    while (*text) {
        size_t size = strcspn(text, separators);

        if (size == 0 || size > group || strspn(text, symbols) < size || (size < group && text[size]))
            return false;
        *count += size;
        text += size;
        text += *text ? 1 : 0;
    }
    return true;
}

size_t key_typed_count(const char *text)
{
    size_t prefix = strcspn(text, separators), count;
    bool is_ours = is_grouped(text, &count);

    if (pl_license_key_shape(pl_span_text(text)) != PL_KEY_FOREIGN)
        return 0; /* whole, right or wrong: a prefix may begin with the mark too */
    if (!is_ours && prefix > 0 && prefix <= PL_LICENSE_KEY_PREFIX_MAX && text[prefix])
        is_ours = is_grouped(text + prefix + 1, &count);
    return is_ours && count >= SYMBOLS_MIN && count <= SYMBOLS_MAX && count != PL_LICENSE_KEY_SYMBOLS ? count : 0;
}
