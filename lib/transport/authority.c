/* SPDX-License-Identifier: Apache-2.0
 *
 * Host and port; see authority.h. URLs as a whole are libcurl's business.
 */
#include "transport/authority.h"

#include <stdlib.h>
#include <string.h>

enum { PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

/* With the port that goes without saying: who looks into a firewall needs it. */
static void add_port(const char *url, char text[PL_AUTHORITY_SIZE])
{
    const char *host_end = text[0] == '[' ? strchr(text, ']') : text;
    size_t size = strlen(text);
    const char *port = strncmp(url, "https:", 6) == 0 ? ":443" : strncmp(url, "http:", 5) == 0 ? ":80" : "";

    if (size > 0 && host_end && !strchr(host_end, ':') && size + strlen(port) < PL_AUTHORITY_SIZE)
        memcpy(text + size, port, strlen(port) + 1);
}

void pl_url_authority(const char *url, char text[PL_AUTHORITY_SIZE])
{
    const char *start = strstr(url, "://");
    const char *at;
    size_t size;

    start = start ? start + 3 : url;
    size = strcspn(start, "/?#");
    while ((at = memchr(start, '@', size))) { /* a name and password are nobody's business in a log */
        size -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    if (size > PL_AUTHORITY_SIZE - 1)
        size = PL_AUTHORITY_SIZE - 1;
    memcpy(text, start, size);
    text[size] = '\0';
    add_port(url, text);
}

static bool is_port(const char *text, size_t size)
{
    long port;

    if (size < 1 || size > PORT_DIGITS_MAX || strspn(text, "0123456789") < size)
        return false;
    port = strtol(text, NULL, 10);
    return port >= 1 && port <= PORT_MAX;
}

/* The length of an address in brackets, perhaps with a zone ("%25eth0"); 0 if it is none. */
static size_t measure_address(const char *text, size_t size)
{
    size_t end = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");

    if (end > 2 && text[end] == '%')
        end += 1 + strspn(text + end + 1, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~");
    return end > 2 && end < size && text[end] == ']' ? end + 1 : 0;
}

bool pl_authority_is_valid(const char *text, size_t size)
{
    size_t host = text[0] == '[' ? measure_address(text, size) : strcspn(text, ":/[]");

    if (host == 0 || host > size)
        return false;
    return host == size || (text[host] == ':' && is_port(text + host + 1, size - host - 1));
}

bool pl_authority_is_loopback(const char *text)
{
    static const char *const names[] = {"localhost", "127.", "[::1]"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        bool is_prefix = names[i][length - 1] == '.';

        if (strncmp(text, names[i], length) == 0 &&
            (is_prefix ? strcspn(text, "/:") == strspn(text, "0123456789.") : strchr(":/", text[length]) != NULL))
            return true;
    }
    return false;
}
