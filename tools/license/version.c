/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license version: its own, and those of the libraries that it works with here, for whoever reports an error.
 */
#include "chaos_server.h"
#include "command.h"
#include "command_line/versions.h"
#include "crypto/crypto.h"
#include "qr_code.h"
#include "qr_png.h"
#include "transport/transport.h"

#include <string.h>

enum { VERSION_SIZE = 128 };

static void put(tool_t *tool, const char *library, const char *version)
{
    char line[VERSION_SIZE + 32];

    if (!version || !version[0])
        version = "not here";
    (void)snprintf(line, sizeof line, "%s %s", library, version);
    if (tool->sheet.is_json)
        pl_json_put_text(sheet_json(&tool->sheet), library, version);
    else
        sheet_line(&tool->sheet, line);
}

/* Of "libcurl/7.88.1 OpenSSL/3.0.11 zlib/1.2.13 ..." its own and that of its TLS library. */
static void put_curl(tool_t *tool)
{
    const char *all = pl_transport_curl_version();
    const char *own = all ? strchr(all, '/') : NULL;
    char version[VERSION_SIZE] = "";
    size_t size;

    if (own) {
        size = strcspn(own + 1, " ");
        size += own[1 + size] ? 1 + strcspn(own + 1 + size + 1, " ") : 0;
        (void)snprintf(version, sizeof version, "%.*s", (int)size, own + 1);
    }
    put(tool, "libcurl", version);
}

static void put_libraries(tool_t *tool)
{
    char version[VERSION_SIZE] = "";

    pl_sodium_version(version);
    put(tool, "libsodium", version);
    pl_mbedtls_version(version);
    put(tool, "mbedtls", version);
    put_curl(tool);
    versions_sqlite(version);
    put(tool, "sqlite", version);
    put(tool, "libmicrohttpd", chaos_server_version());
    put(tool, "libqrencode", qr_code_version());
    put(tool, "libpng", qr_png_version());
}

static tool_exit run(tool_t *tool, const void *values)
{
    (void)values;
    if (tool->sheet.is_json) {
        sheet_text(&tool->sheet, "version", pospal_version());
        pl_json_open(sheet_json(&tool->sheet), "libraries", '{');
        put_libraries(tool);
        pl_json_close(sheet_json(&tool->sheet));
    } else {
        put(tool, "pospal-license", pospal_version());
        put_libraries(tool);
    }
    return TOOL_OK;
}

const command_t command_version = {
    .name = "version",
    .summary = "print the version, and those of the libraries that are in use",
    .example = "version",
    .run = run,
};
