/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes under POSIX; see note.h.
 */
#include "platform/note.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/posix.h"

pl_err pl_note_write(const char *path, pl_span bytes)
{
    int descriptor;
    pl_err err = pl_posix_open_shared(path, O_WRONLY, &descriptor);

    if (err)
        return err;
    if (pwrite(descriptor, bytes.data, bytes.size, 0) != (ssize_t)bytes.size)
        err = pl_errno_fail("write", path);
    close(descriptor);
    return err;
}

pl_err pl_note_read(const char *path, void *bytes, size_t size)
{
    int descriptor = pl_posix_open(path, O_RDONLY | O_NOFOLLOW, 0);
    pl_err err = PL_OK;
    ssize_t got;

    if (descriptor < 0)
        return pl_errno_fail("read", path);
    got = pread(descriptor, bytes, size, 0);
    if (got < 0)
        err = pl_errno_fail("read", path);
    else if ((size_t)got < size)
        err = PL_ERR_NOT_FOUND;
    close(descriptor);
    return err;
}
