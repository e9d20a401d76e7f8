/* SPDX-License-Identifier: Apache-2.0
 *
 * Where we are, as Windows tells it: the data directory, host name and environment.
 */
#include "platform/file.h"

#include <string.h>
#include <windows.h>

#include "base/mem.h"
#include "platform/wide_windows.h"

enum { HOST_NAME_MAX_SIZE = 256 };

/* Services run as one of these and have no profile that an operator would look into. */
static bool is_service_account(void)
{
    static const WELL_KNOWN_SID_TYPE kinds[] = {WinLocalSystemSid, WinLocalServiceSid, WinNetworkServiceSid};
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } info;
    bool is_service = false;
    DWORD size;
    HANDLE token;
    size_t i;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    if (GetTokenInformation(token, TokenUser, &info, sizeof info, &size))
        for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            is_service = is_service || IsWellKnownSid(info.user.User.Sid, kinds[i]);
    CloseHandle(token);
    return is_service;
}

pl_err pl_environment(const char *name, pl_buf *value)
{
    wchar_t *wide_name = NULL;
    wchar_t *wide_value = NULL;
    DWORD size;
    pl_err err;

    if ((err = pl_wide_new(name, &wide_name)))
        return err;
    size = GetEnvironmentVariableW(wide_name, NULL, 0);
    if (size == 0)
        err = pl_fail(PL_ERR_NOT_FOUND, "the environment variable %s is not set", name);
    else if (!(wide_value = pl_alloc(size * sizeof *wide_value)))
        err = PL_ERR_MEMORY;
    else if (GetEnvironmentVariableW(wide_name, wide_value, size) >= size) /* another thread made it longer meanwhile */
        err = pl_fail(PL_ERR_NOT_FOUND, "the environment variable %s changed while it was read", name);
    else
        err = pl_wide_add(wide_value, value);
    pl_free(wide_name);
    pl_free(wide_value);
    return err;
}

pl_err pl_data_home(pl_buf *path)
{
    return pl_environment(is_service_account() ? "ProgramData" : "LOCALAPPDATA", path);
}

pl_err pl_disk_measure(const char *directory, pl_disk_room *room)
{
    ULARGE_INTEGER available, all;
    wchar_t *wide = NULL;
    pl_err err;

    if ((err = pl_wide_new(directory, &wide)))
        return err;
    if (!GetDiskFreeSpaceExW(wide, &available, &all, NULL))
        err = pl_fail(PL_ERR_IO, "the disk of %s cannot be asked", directory);
    else
        *room = (pl_disk_room){(int64_t)available.QuadPart, (int64_t)all.QuadPart};
    pl_free(wide);
    return err;
}

pl_err pl_free_space(const char *directory, int64_t *bytes)
{
    pl_disk_room room;
    pl_err err = pl_disk_measure(directory, &room);

    if (!err)
        *bytes = room.free_bytes;
    return err;
}

void pl_host_name(char *name, size_t size)
{
    wchar_t wide[HOST_NAME_MAX_SIZE];
    DWORD count = HOST_NAME_MAX_SIZE;
    size_t end;
    pl_buf text;

    if (size == 0)
        return;
    name[0] = '\0';
    pl_buf_init(&text);
    if (GetComputerNameExW(ComputerNameDnsHostname, wide, &count) && !pl_wide_add(wide, &text)) {
        end = text.size < size - 1 ? text.size : size - 1;
        while (end > 0 && end < text.size && ((unsigned char)text.data[end] & 0xC0) == 0x80) /* not within a character */
            end--;
        memcpy(name, text.data, end);
        name[end] = '\0';
    }
    pl_buf_reset(&text);
}

const char *pl_platform_name(void)
{
    return "windows";
}
