/* SPDX-License-Identifier: Apache-2.0
 *
 * In place of the chaos server where it could not be built.
 */
#include "chaos_server.h"

static pl_err fail_missing(void)
{
    return pl_fail(PL_ERR_UNSUPPORTED, "chaos is not built into this pospal-license: it needs libmicrohttpd at build time");
}

pl_err chaos_listen(const char *text, bool may_be_remote, int *listener, char url[CHAOS_URL_SIZE])
{
    (void)text;
    (void)may_be_remote;
    (void)listener;
    (void)url;
    return fail_missing();
}

pl_err chaos_server_start(service *s, int listener, chaos_server **server)
{
    (void)s;
    (void)listener;
    (void)server;
    return fail_missing();
}

void chaos_server_stop(chaos_server *server)
{
    (void)server;
}

pl_err chaos_console_run(tool_t *tool, service *s)
{
    (void)tool;
    (void)s;
    return fail_missing();
}

const char *chaos_server_version(void)
{
    return NULL;
}
