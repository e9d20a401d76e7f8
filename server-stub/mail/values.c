/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, kinds and samples; dates and amounts in English and Greek, in others as ISO 8601 and code.
 */
#include "mail/values.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "licensing/currency.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef enum { KIND_TEXT, KIND_DATE, KIND_AMOUNT, KIND_LINK } value_kind;

static const struct {
    const char *name;
    value_kind kind;
    const char *sample;
} table[] = {
    {"brand_name", KIND_TEXT, "Acme"},
    {"support_email", KIND_TEXT, "support@acme.example"},
    {"website", KIND_LINK, "https://acme.example/"},
    {"recipient", KIND_TEXT, "maria@taverna.example"},
    {"customer_name", KIND_TEXT, "Μαρία Παπαδοπούλου"},
    {"customer_email", KIND_TEXT, "maria@taverna.example"},
    {"product_name", KIND_TEXT, "Acme Till"},
    {"license_key", KIND_TEXT, "ACME-2K7M-9QXT-4HVB-W8RD"},
    {"amount", KIND_AMOUNT, "2900 eur"},
    {"invoice_url", KIND_LINK, "https://pay.example/invoice/in_1Q2w3E"},
    {"next_attempt_at", KIND_DATE, "1790899200000"},
    {"next_billing_at", KIND_DATE, "1793577600000"},
    {"renews_at", KIND_DATE, "1793577600000"},
    {"ends_at", KIND_DATE, "1793577600000"},
    {"happened_at", KIND_DATE, "1790899200000"},
    {"failing_since_at", KIND_DATE, "1790467200000"},
    {"device_name", KIND_TEXT, "TILL-2"},
    {"code", KIND_TEXT, "402917"},
    {"minutes", KIND_TEXT, "15"},
    {"reason", KIND_TEXT, "The restaurant closes in winter"},
    {"details", KIND_TEXT, "We open again in April and would come back then."},
    {"request_id", KIND_TEXT, "0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f"},
    {"endpoint_url", KIND_TEXT, "https://shop.example/hooks"},
    {"answer", KIND_TEXT, "503 Service Unavailable"},
    {"matter", KIND_TEXT, "A second subscription was bought for a license that has one."},
    {"subscription", KIND_TEXT, "sub_1Q2w3E4r5T6y"},
};

enum { NAMES = sizeof table / sizeof *table };

static size_t find_name(pl_span name)
{
    size_t i = 0;

    while (i < NAMES && !pl_span_is(name, table[i].name))
        i++;
    return i;
}

bool value_is_known(pl_span name)
{
    return find_name(name) < NAMES;
}

bool value_is_link(pl_span name)
{
    size_t i = find_name(name);

    return i < NAMES && table[i].kind == KIND_LINK;
}

const char *value_sample(pl_span name)
{
    size_t i = find_name(name);

    return i < NAMES ? table[i].sample : NULL;
}

const char *value_name(size_t index)
{
    return index < NAMES ? table[index].name : NULL;
}

/* ---- what may stand in a mail ---- */

/* U+200E, U+200F, U+202A..U+202E, U+2066..U+2069: they turn what follows around. */
static bool turns_text(const unsigned char *c)
{
    return c[0] == 0xe2 && ((c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xaa && c[2] <= 0xae))) ||
                            (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));
}

/* U+2028 and U+2029 end lines, C1 (U+0080..U+009F) are controls. */
static bool breaks_text(const unsigned char *c)
{
    return (c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9)) || (c[0] == 0xc2 && c[1] < 0xa0);
}

static void add_clean(pl_buf *out, const char *text)
{
    while (*text && out->size < VALUE_MAX) {
        const unsigned char *c = (const unsigned char *)text;
        size_t size = *c < 0x80 ? 1 : pl_utf8_sequence(text);

        if (size == 0)
            pl_buf_add_text(out, "?");
        else if (*c < ' ' || *c == 0x7f || (size > 1 && breaks_text(c)))
            pl_buf_add_text(out, " ");
        else if (size == 1 || !turns_text(c))
            pl_buf_add(out, text, size);
        text += size ? size : 1;
    }
}

static bool is_link(const char *raw)
{
    size_t scheme = strncasecmp(raw, "https://", 8) == 0 ? 8 : strncasecmp(raw, "http://", 7) == 0 ? 7 : 0;

    if (!scheme || !raw[scheme] || strlen(raw) > VALUE_MAX)
        return false;
    for (const unsigned char *c = (const unsigned char *)raw; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("<>\"'\\`", *c))
            return false;
    return true;
}

/* ---- as people read it ---- */

static const char *show_date(const values_t *values, const char *raw)
{
    static const char *const english[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
    static const char *const greek[] = {"Ιανουαρίου", "Φεβρουαρίου", "Μαρτίου",     "Απριλίου",  "Μαΐου",     "Ιουνίου",
                                        "Ιουλίου",    "Αυγούστου",   "Σεπτεμβρίου", "Οκτωβρίου", "Νοεμβρίου", "Δεκεμβρίου"};
    const char *const *months = strncmp(values->language, "en", 2) == 0   ? english
                                : strncmp(values->language, "el", 2) == 0 ? greek
                                                                          : NULL;
    long long ms = strtoll(raw, NULL, 10);
    char text[PL_TIMESTAMP_SIZE];
    long day, month;

    pl_timestamp_format(ms / 1000, text);
    month = strtol(text + 5, NULL, 10);
    day = strtol(text + 8, NULL, 10);
    if (!months || month < 1 || month > 12)
        return pl_arena_format(values->arena, "%.10s", text);
    return pl_arena_format(values->arena, "%ld %s %.4s", day, months[month - 1], text);
}

static const char *show_amount(const values_t *values, const char *raw)
{
    bool is_greek = strncmp(values->language, "el", 2) == 0;
    char *end;
    long long minor = strtoll(raw, &end, 10);
    char currency[4] = {(char)tolower((unsigned char)end[1]), (char)tolower((unsigned char)end[2]),
                        (char)tolower((unsigned char)end[3])};
    const char *sign = strcmp(currency, "eur") == 0   ? "€"
                       : strcmp(currency, "usd") == 0 ? "$"
                       : strcmp(currency, "gbp") == 0 ? "£"
                                                      : NULL;
    const char *number = currency_amount(values->arena, minor, currency, is_greek ? ',' : '.');

    if (!number)
        return NULL;
    for (char *c = currency; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    if (sign && !is_greek)
        return pl_arena_format(values->arena, "%s%s", sign, number);
    return pl_arena_format(values->arena, "%s\u00a0%s", number, sign ? sign : currency);
}

static bool is_amount(const char *raw)
{
    size_t digits = strspn(raw, "0123456789");

    return digits > 0 && digits < 16 && raw[digits] == ' ' && strlen(raw) == digits + 4 &&
           isalpha((unsigned char)raw[digits + 1]) && isalpha((unsigned char)raw[digits + 2]) &&
           isalpha((unsigned char)raw[digits + 3]);
}

static bool is_date(const char *raw)
{
    size_t digits = strspn(raw, "0123456789");

    return digits > 0 && digits < 16 && !raw[digits];
}

static bool is_of_kind(value_kind kind, const char *raw)
{
    return kind == KIND_DATE ? is_date(raw) : kind == KIND_AMOUNT ? is_amount(raw) : kind == KIND_LINK ? is_link(raw) : true;
}

const char *values_show(const values_t *values, pl_span name, pl_err *err)
{
    size_t at = find_name(name);
    const char *raw = NULL;
    const char *shown;

    for (size_t i = 0; i < values->count && !raw; i++)
        if (pl_span_is(name, values->list[i].name))
            raw = values->list[i].value;
    if (!raw)
        return NULL;
    shown = table[at].kind == KIND_DATE ? show_date(values, raw) : table[at].kind == KIND_AMOUNT ? show_amount(values, raw) : raw;
    if (!shown)
        *err = PL_ERR_MEMORY;
    return shown;
}

/* ---- filling ---- */

static bool has_value(const values_t *values, const char *name)
{
    for (size_t i = 0; i < values->count; i++)
        if (strcmp(values->list[i].name, name) == 0)
            return true;
    return false;
}

pl_err values_put(values_t *values, const char *name, const char *raw)
{
    size_t at = find_name(pl_span_text(name));
    pl_buf clean;
    pl_err err;

    if (at == NAMES || !raw || !*raw || !is_of_kind(table[at].kind, raw) || has_value(values, name) ||
        values->count == VALUES_MAX)
        return PL_OK;
    pl_buf_init(&clean);
    add_clean(&clean, raw);
    if (!(err = clean.err) && clean.size) {
        value_t *value = &values->list[values->count];

        *value = (value_t){table[at].name, pl_arena_text(values->arena, pl_buf_span(&clean))};
        err = value->value ? PL_OK : PL_ERR_MEMORY;
        values->count += !err;
    }
    pl_buf_reset(&clean);
    return err;
}

static pl_err put_member(void *context, const char *name, const pl_json *value)
{
    return values_put(context, name, pl_json_text(value));
}

pl_err values_put_json(values_t *values, pl_span json)
{
    const pl_json *object;
    pl_err err = pl_json_parse(values->arena, json, 64 * 1024, &object);

    return err ? err : pl_json_each(object, put_member, values);
}
