/* SPDX-License-Identifier: Apache-2.0
 *
 * A database's address as a text.
 */
#include "store/db_postgres_url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const schemes[] = {"postgres://", "postgresql://"};

static size_t scheme_size(const char *url)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    return 0;
}

bool postgres_url_is(const char *url)
{
    return scheme_size(url) > 0;
}

static void star(char *text, size_t size)
{
    memset(text, '*', size);
}

void postgres_url_hide(char *url)
{
    char *authority = url + scheme_size(url);
    size_t size = strcspn(authority, "/?");
    char *at = NULL;
    char *colon = memchr(authority, ':', size);

    for (size_t i = 0; i < size; i++)
        if (authority[i] == '@')
            at = authority + i;
    if (colon && at && colon < at)
        star(colon + 1, (size_t)(at - colon) - 1);
    for (char *parameter = authority + strcspn(authority, "?"); *parameter; parameter += strcspn(parameter, "&")) {
        parameter++; /* the ? or & */
        if (strncasecmp(parameter, "password=", 9) == 0 || strncasecmp(parameter, "sslpassword=", 12) == 0) {
            char *value = strchr(parameter, '=') + 1;

            star(value, strcspn(value, "&"));
        }
    }
}
