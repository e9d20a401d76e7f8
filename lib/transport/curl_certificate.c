/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be told of a server's certificate, for diagnosis: of one that was not accepted who issued it and when it holds, and until when
 * an accepted one holds. It is the other side's own word, so it is shown, cut and cleaned, and never believed: whether a certificate
 * holds is decided by the TLS library alone.
 */
#include "transport/curl_request.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"

enum { VALUE_SIZE = 96 };

/* Names of certificates may hold anything; what is not clean text is shown as question marks. */
static void copy_clean(const char *value, char text[VALUE_SIZE])
{
    size_t i;

    (void)snprintf(text, VALUE_SIZE, "%s", value);
    if (pl_text_is_clean(text))
        return;
    for (i = 0; text[i]; i++)
        if (text[i] < ' ' || text[i] > '~')
            text[i] = '?';
}

/* Of the first certificate, the server's own; "" where it is not told. */
static void find(const struct curl_certinfo *info, const char *name, char text[VALUE_SIZE])
{
    size_t size = strlen(name);
    const struct curl_slist *at;

    text[0] = '\0';
    for (at = info->num_of_certs > 0 ? info->certinfo[0] : NULL; at; at = at->next)
        if (strncmp(at->data, name, size) == 0 && at->data[size] == ':')
            copy_clean(at->data + size + 1, text);
}

void pl_curl_certificate_text(const pl_curl *curl, CURL *easy, char text[PL_CERTIFICATE_TEXT_SIZE])
{
    const struct curl_certinfo *info = NULL;
    char issuer[VALUE_SIZE], from[VALUE_SIZE], until[VALUE_SIZE];

    text[0] = '\0';
    if (curl->easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info)
        return;
    find(info, "Issuer", issuer);
    find(info, "Start date", from);
    find(info, "Expire date", until);
    if (issuer[0])
        (void)snprintf(text, PL_CERTIFICATE_TEXT_SIZE, "issued by \"%s\"%s%.32s%s%.32s", issuer, from[0] ? ", valid from " : "",
                       from, until[0] ? " until " : "", until);
}

/* OpenSSL's "Nov  5 08:49:37 2026 GMT"; GnuTLS writes "2026-11-05 08:49:37 GMT". Both by way of RFC 3339. */
static int64_t read_date(const char *date)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[] = "0000-00-00T00:00:00Z";
    int64_t seconds = 0;
    size_t month;

    if (strlen(date) >= 19 && date[4] == '-') {
        memcpy(text, date, 10);
        memcpy(text + 11, date + 11, 8);
    } else if (strlen(date) >= 20) {
        for (month = 0; month < 12; month++)
            if (memcmp(date, months + 3 * month, 3) == 0)
                break;
        memcpy(text, date + 16, 4);
        text[5] = (char)('0' + (month + 1) / 10);
        text[6] = (char)('0' + (month + 1) % 10);
        memcpy(text + 8, date + 4, 2);
        if (text[8] == ' ')
            text[8] = '0';
        memcpy(text + 11, date + 7, 8);
    }
    return pl_timestamp_parse(pl_span_text(text), &seconds) ? 0 : seconds;
}

int64_t pl_curl_certificate_end(const pl_curl *curl, CURL *easy)
{
    const struct curl_certinfo *info = NULL;
    char until[VALUE_SIZE] = "";

    if (curl->easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info)
        return 0;
    find(info, "Expire date", until);
    return read_date(until);
}
