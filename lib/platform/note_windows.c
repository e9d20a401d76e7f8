/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes on Windows; see note.h.
 */
#include "platform/note.h"

#include <windows.h>

#include "base/mem.h"
#include "platform/wide_windows.h"

static pl_err open_note(const char *path, DWORD access, DWORD creation, HANDLE *file)
{
    wchar_t *wide;
    pl_err err;

    if ((err = pl_wide_new(path, &wide)))
        return err;
    *file = CreateFileW(wide, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, creation,
                        FILE_ATTRIBUTE_NORMAL, NULL);
    pl_free(wide);
    return *file != INVALID_HANDLE_VALUE ? PL_OK : pl_windows_fail("open", path);
}

pl_err pl_note_write(const char *path, pl_span bytes)
{
    DWORD done = 0;
    HANDLE file;
    pl_err err = open_note(path, GENERIC_WRITE, OPEN_ALWAYS, &file);

    if (err)
        return err;
    if (!WriteFile(file, bytes.data, (DWORD)bytes.size, &done, NULL) || done != bytes.size)
        err = pl_windows_fail("write", path);
    CloseHandle(file);
    return err;
}

pl_err pl_note_read(const char *path, void *bytes, size_t size)
{
    DWORD done = 0;
    HANDLE file;
    pl_err err = open_note(path, GENERIC_READ, OPEN_EXISTING, &file);

    if (err)
        return err;
    if (!ReadFile(file, bytes, (DWORD)size, &done, NULL))
        err = pl_windows_fail("read", path);
    else if (done < size)
        err = PL_ERR_NOT_FOUND;
    CloseHandle(file);
    return err;
}
