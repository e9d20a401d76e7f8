/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses and their ranges (IANA's special-purpose registries for IPv4 and IPv6).
 */
#include "notify/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 64, MAPPED_BITS = 96 };

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const uint8_t translated[12] = {0x00, 0x64, 0xff, 0x9b}; /* 64:ff9b::/96, NAT64: the IPv4 address at its end decides */

static const char *const not_public[] = {
    "0.0.0.0/8",       /* this network */
    "10.0.0.0/8",      /* private */
    "100.64.0.0/10",   /* shared by a provider's customers (CGNAT) */
    "127.0.0.0/8",     /* loopback */
    "169.254.0.0/16",  /* link-local; the metadata services of clouds */
    "172.16.0.0/12",   /* private */
    "192.0.0.0/24",    /* protocol assignments */
    "192.0.2.0/24",    /* documentation */
    "192.88.99.0/24",  /* 6to4 relays */
    "192.168.0.0/16",  /* private */
    "198.18.0.0/15",   /* benchmarks */
    "198.51.100.0/24", /* documentation */
    "203.0.113.0/24",  /* documentation */
    "224.0.0.0/4",     /* multicast */
    "240.0.0.0/4",     /* reserved, broadcast */
    "2001::/23",       /* protocol assignments, Teredo among them */
    "2001:db8::/32",   /* documentation */
    "2002::/16",       /* 6to4: an IPv4 address in disguise */
    "3fff::/20",       /* documentation */
};

static const char global_unicast[] = "2000::/3";

/* ---- text ---- */

bool address_parse(const char *text, size_t size, uint8_t address[ADDRESS_SIZE])
{
    char copy[TEXT_MAX];

    if (size > 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (size == 0 || size >= sizeof(copy))
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    memcpy(address, mapped, sizeof(mapped));
    if (inet_pton(AF_INET, copy, address + sizeof(mapped)) == 1)
        return true;
    return inet_pton(AF_INET6, copy, address) == 1;
}

static bool parse_range(const char *text, size_t size, address_range_t *range)
{
    const char *slash = memchr(text, '/', size);
    size_t address_size = slash ? (size_t)(slash - text) : size;
    bool is_ipv4 = memchr(text, ':', address_size) == NULL;
    long bits = is_ipv4 ? 32 : 128;
    char *end;

    if (!address_parse(text, address_size, range->bytes))
        return false;
    if (slash) {
        if (!isdigit((unsigned char)slash[1]))
            return false;
        bits = strtol(slash + 1, &end, 10);
        if (end != text + size || bits > (is_ipv4 ? 32 : 128))
            return false;
    }
    range->bits = (int)bits + (is_ipv4 ? MAPPED_BITS : 0);
    return true;
}

pl_err address_list_parse(const char *text, address_list_t *list)
{
    static const char between[] = " \t,";

    list->count = 0;
    for (const char *at = text + strspn(text, between); *at; at += strspn(at, between)) {
        size_t size = strcspn(at, between);

        if (list->count == ADDRESS_ALLOWED_MAX)
            return pl_fail(PL_ERR_INVALID, "more than %d networks are too many", (int)ADDRESS_ALLOWED_MAX);
        if (!parse_range(at, size, &list->ranges[list->count++]))
            return pl_fail(PL_ERR_INVALID, "\"%.*s\" is no network; one like 10.0.0.0/8 or fd00::/8 is needed", (int)size, at);
        at += size;
    }
    return PL_OK;
}

/* ---- ranges ---- */

static bool is_in(const address_range_t *range, const uint8_t address[ADDRESS_SIZE])
{
    int bytes = range->bits / 8;
    int rest = range->bits % 8;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));

    if (memcmp(range->bytes, address, (size_t)bytes) != 0)
        return false;
    return rest == 0 || ((range->bytes[bytes] ^ address[bytes]) & mask) == 0;
}

static bool is_in_text(const char *text, const uint8_t address[ADDRESS_SIZE])
{
    address_range_t range;

    return parse_range(text, strlen(text), &range) && is_in(&range, address);
}

bool address_is_listed(const address_list_t *list, const uint8_t address[ADDRESS_SIZE])
{
    for (size_t i = 0; i < list->count; i++)
        if (is_in(&list->ranges[i], address))
            return true;
    return false;
}

bool address_is_public(const uint8_t address[ADDRESS_SIZE])
{
    uint8_t plain[ADDRESS_SIZE];
    bool is_ipv4 = memcmp(address, mapped, sizeof(mapped)) == 0;

    if (memcmp(address, translated, sizeof(translated)) == 0) {
        memcpy(plain, mapped, sizeof(mapped));
        memcpy(plain + sizeof(mapped), address + sizeof(mapped), 4);
        return address_is_public(plain);
    }
    if (!is_ipv4 && !is_in_text(global_unicast, address))
        return false;
    for (size_t i = 0; i < sizeof(not_public) / sizeof(not_public[0]); i++)
        if (is_in_text(not_public[i], address))
            return false;
    return true;
}

/* ---- URLs ---- */

static bool find_host(const char *authority, size_t size, const char **host, size_t *host_size)
{
    const char *end = authority + size;
    const char *bracket = authority[0] == '[' ? memchr(authority, ']', size) : NULL;
    const char *colon = memchr(bracket ? bracket : authority, ':', (size_t)(end - (bracket ? bracket : authority)));

    *host = authority;
    *host_size = colon ? (size_t)(colon - authority) : size;
    if (authority[0] == '[' && (!bracket || bracket + 1 != *host + *host_size))
        return false;
    for (const char *at = colon ? colon + 1 : end; at < end; at++)
        if (!isdigit((unsigned char)*at))
            return false;
    return *host_size > 0;
}

static const char *fault_of_host(const address_list_t *allowed, const char *rest)
{
    size_t size = strcspn(rest, "/?");
    uint8_t address[ADDRESS_SIZE];
    const char *host;
    size_t host_size;

    if (memchr(rest, '@', size))
        return "a name or a password does not belong into the URL";
    if (size == 0 || !find_host(rest, size, &host, &host_size))
        return "a host is needed, as in https://shop.example/hooks";
    if (address_parse(host, host_size, address) && !address_is_public(address) && !address_is_listed(allowed, address))
        return "that address is not public; the operator of this server would have to allow it";
    return NULL;
}

static const char *fault_of(const address_list_t *allowed, const char *url)
{
    bool is_http = strncasecmp(url, "http://", 7) == 0;

    for (const char *at = url; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || *at == '\\' || *at == '#')
            return "blanks, backslashes, fragments and what is not ASCII do not belong into it";
    if (is_http && allowed->count == 0)
        return "https:// is needed";
    if (!is_http && strncasecmp(url, "https://", 8) != 0)
        return "https:// is needed";
    return fault_of_host(allowed, url + (is_http ? 7 : 8));
}

bool address_url_is_fine(const address_list_t *allowed, const char *url, const char **fault)
{
    *fault = fault_of(allowed, url);
    return *fault == NULL;
}
