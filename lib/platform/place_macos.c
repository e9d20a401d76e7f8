/* SPDX-License-Identifier: Apache-2.0
 *
 * Never yet compiled; written against Apple's File System Programming Guide. The place of data on macOS.
 */
#include "platform/file.h"

#include <stdlib.h>
#include <unistd.h>

pl_err pl_data_home(pl_buf *path)
{
    const char *home = issetugid() ? NULL : getenv("HOME");

    if (geteuid() == 0) {
        pl_buf_add_text(path, "/Library/Application Support");
        return path->err;
    }
    if (!home || home[0] != '/')
        return pl_fail(PL_ERR_NOT_FOUND, "the environment variable HOME is not set: set it, or choose a data directory");
    pl_buf_add_format(path, "%s/Library/Application Support", home);
    return path->err;
}

const char *pl_platform_name(void)
{
    return "macos";
}
