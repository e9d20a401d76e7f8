/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking signatures of events.
 */
#include "billing/stripe_signature.h"

#include "crypto/issue.h"

#include <string.h>

enum { TIME_DIGITS_MAX = 12 };

typedef struct {
    pl_span time_text;
    int64_t time_s;
    uint8_t signatures[STRIPE_SIGNATURES_MAX][PL_MAC_SIZE];
    size_t count;
} header_t;

static bool read_time(pl_span text, header_t *header)
{
    header->time_text = text;
    header->time_s = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        header->time_s = header->time_s * 10 + (text.data[i] - '0');
    }
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* One that is none of ours counts for nothing: others may stand beside it. */
static void read_signature(pl_span text, header_t *header)
{
    uint8_t *to = header->signatures[header->count];

    if (text.size != 2 * (size_t)PL_MAC_SIZE)
        return;
    for (size_t i = 0; i < PL_MAC_SIZE; i++) {
        int high = digit(text.data[2 * i]);
        int low = digit(text.data[2 * i + 1]);

        if (high < 0 || low < 0)
            return;
        to[i] = (uint8_t)(high * 16 + low);
    }
    header->count++;
}

static bool begins(pl_span text, const char *name)
{
    size_t size = strlen(name);

    return text.size > size && memcmp(text.data, name, size) == 0;
}

/* False: the time is missing, there twice, or none. Other schemes are passed over. */
static bool read_header(const char *text, header_t *header)
{
    *header = (header_t){.time_s = -1};
    for (const char *at = text; *at;) {
        pl_span item = pl_span_of(at, strcspn(at, ","));

        at += item.size + (at[item.size] == ',');
        while (item.size && *item.data == ' ')
            item = pl_span_of(item.data + 1, item.size - 1);
        if (begins(item, "t=")) {
            pl_span time = pl_span_of(item.data + 2, item.size - 2);

            if (header->time_s >= 0 || time.size > TIME_DIGITS_MAX || !read_time(time, header))
                return false;
        } else if (begins(item, "v1=") && header->count < STRIPE_SIGNATURES_MAX) {
            read_signature(pl_span_of(item.data + 3, item.size - 3), header);
        }
    }
    return header->time_s >= 0;
}

/* Each is compared, whichever fits. */
static bool fits(pl_span secret, const header_t *header, pl_span body)
{
    const pl_span parts[] = {header->time_text, pl_span_text("."), body};
    uint8_t mac[PL_MAC_SIZE];
    bool does = false;

    pl_mac_parts(secret, parts, sizeof(parts) / sizeof(parts[0]), mac);
    for (size_t i = 0; i < header->count; i++)
        does |= pl_equal(mac, header->signatures[i], PL_MAC_SIZE);
    pl_wipe(mac, sizeof(mac));
    return does;
}

static bool fits_any(const char *secrets, const header_t *header, pl_span body)
{
    bool does = false;
    size_t count = 0;

    for (const char *at = secrets; *at && count < STRIPE_SECRETS_MAX;) {
        size_t size = strcspn(at, " ");

        if (size > 0) {
            does |= fits(pl_span_of(at, size), header, body);
            count++;
        }
        at += size + (at[size] == ' ');
    }
    return does;
}

pl_err stripe_signature_check(const char *secrets, const char *header, pl_span body, int64_t now_s)
{
    header_t read;

    if (strlen(header) > STRIPE_HEADER_MAX || !read_header(header, &read))
        return pl_fail(PL_ERR_SIGNATURE, "the header Stripe-Signature is malformed");
    if (!read.count)
        return pl_fail(PL_ERR_SIGNATURE, "the header Stripe-Signature has no signature of the scheme v1");
    if (!fits_any(secrets, &read, body))
        return pl_fail(PL_ERR_SIGNATURE, "the signature does not fit; is the endpoint's secret the one that is set?");
    if (read.time_s < now_s - STRIPE_TOLERANCE_S || read.time_s > now_s + STRIPE_TOLERANCE_S)
        return pl_fail(PL_ERR_SIGNATURE,
                       "the event was signed more than %d seconds ago, or in the future: a replay, or a clock is wrong",
                       (int)STRIPE_TOLERANCE_S);
    return PL_OK;
}
