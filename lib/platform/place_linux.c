/* SPDX-License-Identifier: Apache-2.0
 *
 * The place of data on Linux: /var/lib for root, the XDG base directory for everybody else.
 */
#include "platform/file.h"

#include <stdlib.h>
#include <unistd.h>

pl_err pl_data_home(pl_buf *path)
{
    const char *home;

    if (geteuid() == 0) {
        pl_buf_add_text(path, "/var/lib");
        return path->err;
    }
    home = secure_getenv("XDG_DATA_HOME");
    if (home && home[0] == '/') { /* a relative path is invalid by the specification */
        pl_buf_add_text(path, home);
        return path->err;
    }
    home = secure_getenv("HOME");
    if (!home || home[0] != '/')
        return pl_fail(PL_ERR_NOT_FOUND, "the environment variable HOME is not set: set it, or choose a data directory");
    pl_buf_add_format(path, "%s/.local/share", home);
    return path->err;
}

const char *pl_platform_name(void)
{
    return "linux";
}
