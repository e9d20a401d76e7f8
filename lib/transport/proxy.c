/* SPDX-License-Identifier: Apache-2.0
 *
 * Naming the proxy; see proxy.h. The order of the environment's variables is libcurl's.
 */
#include "transport/proxy.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "platform/file.h"
#include "transport/authority.h"

/* Whatever stands before the last @ of the whole text is taken for credentials, be it written as wrongly as it may. */
static const char *skip_credentials(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *at = strrchr(url, '@');

    return at ? at + 1 : scheme ? scheme + 3 : url;
}

static void describe(const char *url, pl_proxy *proxy)
{
    const char *start = skip_credentials(url);
    size_t size = strcspn(start, "/?#");
    size_t host_size;

    proxy->is_set = true;
    proxy->has_credentials = strchr(url, '@') != NULL;
    if (size > PL_AUTHORITY_SIZE - 1)
        size = PL_AUTHORITY_SIZE - 1;
    memcpy(proxy->authority, start, size);
    proxy->authority[size] = '\0';
    if (!pl_text_is_clean(proxy->authority))
        proxy->authority[0] = '\0';
    host_size = proxy->authority[0] == '[' ? strcspn(proxy->authority + 1, "]") : strcspn(proxy->authority, ":");
    memcpy(proxy->host, proxy->authority + (proxy->authority[0] == '['), host_size);
    proxy->host[host_size] = '\0';
}

static bool describe_variable(const char *name, pl_proxy *proxy)
{
    bool is_set;
    pl_buf value;

    pl_buf_init(&value);
    is_set = !pl_environment(name, &value) && value.size > 0;
    if (is_set) {
        describe(value.data, proxy);
        (void)snprintf(proxy->variable, sizeof proxy->variable, "%s", name);
    }
    pl_buf_reset(&value);
    return is_set;
}

bool pl_proxy_is_bypassed(const pl_exchange *exchange)
{
    return !exchange->proxy && strncmp(exchange->url, "http://", 7) == 0 && pl_authority_is_loopback(exchange->url + 7);
}

void pl_proxy_find(const pl_exchange *exchange, pl_proxy *proxy)
{
    static const char *const plain[] = {"http_proxy", "all_proxy", "ALL_PROXY"}; /* HTTP_PROXY is a request header in CGI */
    static const char *const secure[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    bool is_secure = strncmp(exchange->url, "https:", 6) == 0;
    const char *const *names = is_secure ? secure : plain;
    size_t count = is_secure ? sizeof secure / sizeof *secure : sizeof plain / sizeof *plain;
    size_t i;

    memset(proxy, 0, sizeof *proxy);
    if (exchange->proxy) {
        proxy->is_program = true;
        if (exchange->proxy[0])
            describe(exchange->proxy, proxy);
        return;
    }
    if (pl_proxy_is_bypassed(exchange))
        return;
    for (i = 0; i < count && !describe_variable(names[i], proxy); i++)
        continue;
}

const char *pl_proxy_wants(const pl_proxy *proxy)
{
    return proxy->has_credentials ? "does not accept the name and password in its URL (HTTP 407): correct them"
                                  : "wants a name and password (HTTP 407): put them into its URL";
}

static bool has_known_scheme(const char *text, size_t size)
{
    static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    size_t i;

    for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strlen(schemes[i]) == size && strncmp(schemes[i], text, size) == 0)
            return true;
    return false;
}

bool pl_proxy_is_url(const char *text)
{
    const char *scheme_end = strstr(text, "://");
    const char *start = scheme_end ? scheme_end + 3 : text;
    const char *credentials_end = strrchr(start, '@');
    size_t size;

    if (!text[0])
        return true;
    if (!pl_text_is_clean(text) || strpbrk(text, " \\?#") || (scheme_end && !has_known_scheme(text, (size_t)(scheme_end - text))))
        return false;
    if (credentials_end && (size_t)(credentials_end - start) > strcspn(start, "/@"))
        return false; /* these two are to be percent-encoded in a name or password */
    start = credentials_end ? credentials_end + 1 : start;
    size = strcspn(start, "/");
    return pl_authority_is_valid(start, size) && (start[size] == '\0' || start[size + 1] == '\0');
}
