/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts. Labels beyond ASCII are turned into ASCII as browsers do it (UTS 46, non-transitional), which is libidn2's; no other file
 * knows that library.
 */
#include "licensing/instance_host.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdbool.h>
#include <string.h>

enum { LABEL_MAX = 63 };

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static void fold(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

/* Underscores are no part of host names and stand in those of many a local network. */
static bool is_label(pl_span label)
{
    if (label.size == 0 || label.size > LABEL_MAX || label.data[0] == '-' || label.data[label.size - 1] == '-')
        return false;
    for (size_t i = 0; i < label.size; i++) {
        char c = label.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return true;
}

static bool is_name(const char *host)
{
    for (;;) {
        size_t size = strcspn(host, ".");

        if (!is_label(pl_span_of(host, size)))
            return false;
        if (!host[size])
            return true;
        host += size + 1;
    }
}

/* Also labels that are in ASCII already are looked at: "xn--" may stand for nothing. */
static pl_err to_ascii(char host[INSTANCE_HOST_MAX + 1])
{
    char *ascii = NULL;
    int result = idn2_lookup_u8((const uint8_t *)host, (uint8_t **)&ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    pl_err err = PL_OK;

    if (result == IDN2_MALLOC)
        return PL_ERR_MEMORY;
    if (result != IDN2_OK || strlen(ascii) > INSTANCE_HOST_MAX)
        err = pl_fail(PL_ERR_INVALID, "the host name is none that the domain name system could hold: %s",
                      result == IDN2_OK ? "it is too long" : idn2_strerror(result));
    else
        memcpy(host, ascii, strlen(ascii) + 1);
    idn2_free(ascii);
    return err;
}

static bool read_ipv6(pl_span text, char host[INSTANCE_HOST_MAX + 1])
{
    char inside[INET6_ADDRSTRLEN + 1];
    struct in6_addr address;

    if (text.size > 2 && text.data[0] == '[' && text.data[text.size - 1] == ']')
        text = pl_span_of(text.data + 1, text.size - 2);
    if (text.size >= sizeof(inside))
        return false;
    memcpy(inside, text.data, text.size);
    inside[text.size] = '\0';
    return inet_pton(AF_INET6, inside, &address) == 1 && inet_ntop(AF_INET6, &address, host, INSTANCE_HOST_MAX + 1);
}

pl_err instance_host_read(pl_span text, char host[INSTANCE_HOST_MAX + 1])
{
    pl_err err;

    if (text.size == 0)
        return pl_fail(PL_ERR_INVALID, "the host name is missing");
    if (memchr(text.data, ':', text.size))
        return read_ipv6(text, host) ? PL_OK : pl_fail(PL_ERR_INVALID, "what has colons must be an IPv6 address");
    if (text.data[text.size - 1] == '.')
        text.size--;
    if (text.size == 0 || text.size > INSTANCE_HOST_MAX)
        return pl_fail(PL_ERR_INVALID, "a host name has 1 to %d bytes", (int)INSTANCE_HOST_MAX);
    memcpy(host, text.data, text.size);
    host[text.size] = '\0';
    fold(host);
    if ((!is_ascii(host) || strstr(host, "xn--")) && (err = to_ascii(host)))
        return err;
    if (!is_name(host))
        return pl_fail(PL_ERR_INVALID, "a host name is made of labels of 1 to %d letters, digits and -, with dots between",
                       (int)LABEL_MAX);
    return PL_OK;
}
