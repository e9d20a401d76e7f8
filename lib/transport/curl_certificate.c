/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be told of a certificate that was not accepted: who issued it, and when it holds. It is the other side's own word, so it is
 * shown, cut and cleaned, and never believed.
 */
#include "transport/curl_request.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

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
