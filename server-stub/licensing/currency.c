/* SPDX-License-Identifier: Apache-2.0
 *
 * Digits behind the point.
 */
#include "licensing/currency.h"

#include <string.h>

enum { CODE_SIZE = 4 };

/* ISO 4217, but for two that Stripe counts in hundredths still (ISK, UGX): https://docs.stripe.com/currencies. */
static int digits_of(const char *currency)
{
    static const char none[][CODE_SIZE] = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
                                           "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"};
    static const char three[][CODE_SIZE] = {"bhd", "jod", "kwd", "omr", "tnd"};

    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (strcmp(currency, none[i]) == 0)
            return 0;
    for (size_t i = 0; i < sizeof(three) / sizeof(three[0]); i++)
        if (strcmp(currency, three[i]) == 0)
            return 3;
    return 2;
}

char *currency_amount(pl_arena *arena, int64_t minor, const char *currency, char point)
{
    int digits = digits_of(currency);
    long long unit = digits == 0 ? 1 : digits == 2 ? 100 : 1000;

    if (digits == 0)
        return pl_arena_format(arena, "%lld", (long long)minor);
    return pl_arena_format(arena, "%lld%c%0*lld", minor / unit, point, digits, minor % unit);
}
