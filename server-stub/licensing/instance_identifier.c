/* SPDX-License-Identifier: Apache-2.0
 *
 * Identifiers of instances, each kind by its rules.
 */
#include "licensing/instance_identifier.h"

#include "base/text.h"
#include "licensing/instance_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

typedef struct {
    const char *name;
    unsigned long port; /* that need not be told */
} scheme_t;

static const scheme_t schemes[] = {{"https", 443}, {"http", 80}};

/* A URL taken apart; the spans lie in the text. */
typedef struct {
    const scheme_t *scheme;
    pl_span host;
    pl_span port; /* empty: none */
    pl_span rest; /* path and query */
} address_t;

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static pl_span trim(const char *text)
{
    pl_span span = pl_span_text(text);

    for (; span.size && is_blank(span.data[0]); span.size--)
        span.data++;
    while (span.size && is_blank(span.data[span.size - 1]))
        span.size--;
    return span;
}

static pl_err put(instance_identifier_t *identifier, pl_span text)
{
    if (text.size == 0 || text.size > INSTANCE_IDENTIFIER_MAX)
        return pl_fail(PL_ERR_INVALID, "an identifier has 1 to %d bytes", (int)INSTANCE_IDENTIFIER_MAX);
    memcpy(identifier->text, text.data, text.size);
    identifier->text[text.size] = '\0';
    if (!pl_text_is_clean(identifier->text))
        return pl_fail(PL_ERR_INVALID, "an identifier is UTF-8 without control characters");
    return PL_OK;
}

/* ---- URLs ---- */

static pl_err take_scheme(pl_span *text, const scheme_t **scheme)
{
    const char *colon = strstr(text->data, "://");
    pl_span name = pl_span_of(text->data, colon ? (size_t)(colon - text->data) : 0);

    *scheme = &schemes[0];
    if (!colon || strcspn(text->data, "/?#") < name.size) /* it stands in path or query */
        return PL_OK;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strlen(schemes[i].name) == name.size && strncasecmp(schemes[i].name, name.data, name.size) == 0) {
            *scheme = &schemes[i];
            *text = pl_span_of(colon + 3, text->size - name.size - 3);
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "a URL begins with https:// or http://");
}

/* The colon before the port; those of an IPv6 address stand in brackets. */
static const char *find_port(pl_span authority)
{
    for (size_t i = authority.size; i > 0 && authority.data[i - 1] != ']'; i--)
        if (authority.data[i - 1] == ':')
            return authority.data + i - 1;
    return NULL;
}

static pl_err take_apart(pl_span text, address_t *address)
{
    pl_span authority;
    const char *colon;
    pl_err err = take_scheme(&text, &address->scheme);

    if (err)
        return err;
    authority = pl_span_of(text.data, strcspn(text.data, "/?#\\"));
    address->rest = pl_span_of(text.data + authority.size, text.size - authority.size);
    if (memchr(authority.data, '@', authority.size))
        return pl_fail(PL_ERR_INVALID, "a URL that names an instance has no user or password in it");
    if (memchr(address->rest.data, '#', address->rest.size))
        return pl_fail(PL_ERR_INVALID, "a URL that names an instance has no fragment (#) in it");
    if (strpbrk(text.data, " \\"))
        return pl_fail(PL_ERR_INVALID, "a URL has neither spaces nor \\ in it");
    address->host = authority;
    address->port = pl_span_of(NULL, 0);
    if ((colon = find_port(authority))) {
        address->host.size = (size_t)(colon - authority.data);
        address->port = pl_span_of(colon + 1, authority.size - address->host.size - 1);
    }
    return PL_OK;
}

/* *port: 0 where it need not be told. */
static pl_err read_port(const address_t *address, unsigned long *port)
{
    *port = 0;
    if (address->port.size == 0)
        return PL_OK;
    if (address->port.size <= PORT_DIGITS_MAX && strspn(address->port.data, "0123456789") >= address->port.size)
        *port = strtoul(address->port.data, NULL, 10);
    if (*port == 0 || *port > PORT_MAX)
        return pl_fail(PL_ERR_INVALID, "a port is a number from 1 to %d", (int)PORT_MAX);
    if (*port == address->scheme->port)
        *port = 0;
    return PL_OK;
}

/* Slashes at the end of a path; a query is left alone. */
static pl_span without_last_slashes(pl_span rest)
{
    if (rest.size && memchr(rest.data, '?', rest.size))
        return rest;
    while (rest.size && rest.data[rest.size - 1] == '/')
        rest.size--;
    return rest;
}

static pl_err read_url(instance_identifier_t *identifier)
{
    char given[sizeof(identifier->text)];
    char host[INSTANCE_HOST_MAX + 1];
    char port_text[8] = "";
    address_t address;
    unsigned long port;
    pl_span rest;
    bool is_ipv6;
    int size;
    pl_err err;

    memcpy(given, identifier->text, sizeof(given));
    if ((err = take_apart(pl_span_text(given), &address)) || (err = instance_host_read(address.host, host)) ||
        (err = read_port(&address, &port)))
        return err;
    is_ipv6 = strchr(host, ':') != NULL;
    if (is_ipv6 && address.host.data[0] != '[')
        return pl_fail(PL_ERR_INVALID, "in a URL an IPv6 address stands in brackets");
    if (port)
        (void)snprintf(port_text, sizeof(port_text), ":%lu", port);
    rest = without_last_slashes(address.rest);
    size = snprintf(identifier->text, sizeof(identifier->text), "%s://%s%s%s%s%.*s", address.scheme->name, is_ipv6 ? "[" : "",
                    host, is_ipv6 ? "]" : "", port_text, (int)rest.size, rest.data);
    if (size > INSTANCE_IDENTIFIER_MAX)
        return pl_fail(PL_ERR_INVALID, "an identifier has 1 to %d bytes", (int)INSTANCE_IDENTIFIER_MAX);
    return PL_OK;
}

/* ---- all kinds ---- */

static pl_err read_hostname(instance_identifier_t *identifier)
{
    char host[INSTANCE_HOST_MAX + 1];
    pl_err err = instance_host_read(pl_span_text(identifier->text), host);

    if (!err)
        (void)snprintf(identifier->text, sizeof(identifier->text), "%s", host);
    return err;
}

pl_err instance_identifier_read(seat_kind kind, const char *text, instance_identifier_t *identifier)
{
    pl_err err = put(identifier, trim(text));

    identifier->kind = kind;
    if (err)
        return err;
    switch (kind) {
    case SEAT_URL:
        return read_url(identifier);
    case SEAT_HOSTNAME:
        return read_hostname(identifier);
    case SEAT_MACHINE_ID:
        return PL_OK;
    case SEAT_DEVICE:
        break;
    }
    return pl_fail(PL_ERR_INVALID, "a fingerprint is read by the device API");
}

pl_err instance_identifier_guess(const char *text, instance_identifier_t *identifier)
{
    if (strstr(text, "://") && instance_identifier_read(SEAT_URL, text, identifier) == PL_OK)
        return PL_OK;
    return instance_identifier_read(SEAT_MACHINE_ID, text, identifier);
}

seat_kind instance_kind_parse(const char *text)
{
    static const seat_kind kinds[] = {SEAT_URL, SEAT_HOSTNAME, SEAT_MACHINE_ID};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(seat_kind_text(kinds[i]), text) == 0)
            return kinds[i];
    return SEAT_DEVICE;
}
