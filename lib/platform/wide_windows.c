/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8, UTF-16 and error codes of Windows.
 */
#include "platform/wide_windows.h"

#include <windows.h>

#include "base/mem.h"

typedef struct {
    DWORD code;
    pl_err err;
    const char *why;
} code_row;

static const code_row code_rows[] = {
    {ERROR_FILE_NOT_FOUND, PL_ERR_NOT_FOUND, "there is no such file"},
    {ERROR_PATH_NOT_FOUND, PL_ERR_NOT_FOUND, "there is no such directory"},
    {ERROR_INVALID_NAME, PL_ERR_NOT_FOUND, "no file can have such a name"},
    {ERROR_BAD_NETPATH, PL_ERR_NOT_FOUND, "the network path is not there"},
    {ERROR_ACCESS_DENIED, PL_ERR_READ_ONLY, "this account has no permission"},
    {ERROR_WRITE_PROTECT, PL_ERR_READ_ONLY, "the disk is write-protected"},
    {ERROR_DISK_FULL, PL_ERR_DISK_FULL, "the disk is full"},
    {ERROR_HANDLE_DISK_FULL, PL_ERR_DISK_FULL, "the disk is full"},
    {ERROR_NOT_ENOUGH_MEMORY, PL_ERR_MEMORY, "memory is exhausted"},
    {ERROR_OUTOFMEMORY, PL_ERR_MEMORY, "memory is exhausted"},
    {ERROR_SHARING_VIOLATION, PL_ERR_IO, "another program has it open"},
    {ERROR_LOCK_VIOLATION, PL_ERR_IO, "another program has locked it"},
    {ERROR_USER_MAPPED_FILE, PL_ERR_IO, "another program has it mapped"},
};

pl_err pl_windows_fail(const char *action, const char *path)
{
    DWORD code = GetLastError();
    size_t i;

    for (i = 0; i < sizeof code_rows / sizeof code_rows[0]; i++)
        if (code_rows[i].code == code)
            return pl_fail(code_rows[i].err, "cannot %s %s: %s", action, path, code_rows[i].why);
    return pl_fail(PL_ERR_IO, "cannot %s %s: error %lu of the operating system", action, path, code);
}

pl_err pl_wide_new(const char *text, wchar_t **wide)
{
    int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);

    if (size <= 0)
        return pl_fail(PL_ERR_INVALID, "the text is not UTF-8");
    *wide = pl_alloc((size_t)size * sizeof **wide);
    if (!*wide)
        return PL_ERR_MEMORY;
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, *wide, size);
    return PL_OK;
}

pl_err pl_wide_add(const wchar_t *wide, pl_buf *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *copy;

    if (size <= 0)
        return pl_fail(PL_ERR_IO, "a text of the operating system is not UTF-16");
    copy = pl_alloc((size_t)size);
    if (!copy)
        return PL_ERR_MEMORY;
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, copy, size, NULL, NULL);
    pl_buf_add_text(text, copy);
    pl_free(copy);
    return text->err;
}
