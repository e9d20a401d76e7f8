/* SPDX-License-Identifier: Apache-2.0
 *
 * The file calls of Windows. Rights come from the directory's access list by inheritance, so there are no mode bits to set.
 */
#include "platform/file.h"

#include <string.h>
#include <windows.h>

#include "base/mem.h"
#include "platform/wide_windows.h"

enum { READ_STEP = 4096, WRITE_STEP_MAX = 1 << 20 };

static pl_err fail_reading(const char *path)
{
    pl_err err = pl_windows_fail("read", path);

    return err == PL_ERR_READ_ONLY ? PL_ERR_IO : err;
}

/* Handles are not inherited by children: no SECURITY_ATTRIBUTES are given. */
static pl_err open_file(const char *path, DWORD access, DWORD disposition, HANDLE *file)
{
    wchar_t *wide;
    pl_err err;

    if ((err = pl_wide_new(path, &wide)))
        return err;
    *file = CreateFileW(wide, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, disposition,
                        FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    pl_free(wide);
    if (*file != INVALID_HANDLE_VALUE)
        return PL_OK;
    return access & GENERIC_WRITE ? pl_windows_fail("write", path) : fail_reading(path);
}

static pl_err read_all(HANDLE file, const char *path, size_t limit, pl_buf *out)
{
    char step[READ_STEP];
    size_t total = 0;
    DWORD got;

    for (;;) {
        if (!ReadFile(file, step, sizeof step, &got, NULL))
            return fail_reading(path);
        if (got == 0)
            return out->err;
        if (got > limit - total)
            return pl_fail(PL_ERR_TOO_LARGE, "%s is larger than %llu bytes", path, (unsigned long long)limit);
        total += got;
        pl_buf_add(out, step, got);
    }
}

static pl_err read_file(void *context, const char *path, size_t limit, pl_buf *out)
{
    HANDLE file;
    pl_err err;

    (void)context;
    if ((err = open_file(path, GENERIC_READ, OPEN_EXISTING, &file)))
        return err;
    if (GetFileType(file) == FILE_TYPE_DISK)
        err = read_all(file, path, limit, out);
    else
        err = pl_fail(PL_ERR_IO, "cannot read %s: it is not a regular file", path);
    CloseHandle(file);
    return err;
}

static pl_err write_all(HANDLE file, const char *path, pl_span bytes)
{
    while (bytes.size > 0) {
        DWORD step = (DWORD)(bytes.size < WRITE_STEP_MAX ? bytes.size : WRITE_STEP_MAX);
        DWORD put = 0;

        if (!WriteFile(file, bytes.data, step, &put, NULL) || put == 0)
            return pl_windows_fail("write", path);
        bytes = pl_span_of(bytes.data + put, bytes.size - put);
    }
    return PL_OK;
}

static pl_err write_file(void *context, const char *path, pl_span bytes)
{
    HANDLE file;
    pl_err err;

    (void)context;
    if ((err = open_file(path, GENERIC_WRITE, CREATE_ALWAYS, &file)))
        return err;
    err = write_all(file, path, bytes);
    if (!err && !FlushFileBuffers(file))
        err = pl_windows_fail("flush", path);
    if (!CloseHandle(file) && !err)
        err = pl_windows_fail("write", path);
    return err;
}

static pl_err rename_file(void *context, const char *from, const char *to)
{
    wchar_t *wide_from = NULL;
    wchar_t *wide_to = NULL;
    pl_err err;

    (void)context;
    if ((err = pl_wide_new(from, &wide_from)) || (err = pl_wide_new(to, &wide_to)))
        goto done;
    if (!MoveFileExW(wide_from, wide_to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        err = pl_windows_fail("rename to", to);
done:
    pl_free(wide_from);
    pl_free(wide_to);
    return err;
}

static pl_err remove_file(void *context, const char *path)
{
    wchar_t *wide;
    pl_err err;

    (void)context;
    if ((err = pl_wide_new(path, &wide)))
        return err;
    if (!DeleteFileW(wide))
        err = pl_windows_fail("remove", path);
    pl_free(wide);
    return err;
}

/* NTFS journals its directories, and renaming is told to write through. */
static pl_err sync_directory(void *context, const char *path)
{
    (void)context;
    (void)path;
    return PL_OK;
}

static bool is_directory(const wchar_t *wide)
{
    DWORD attributes = GetFileAttributesW(wide);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* What cannot be made on the way ("C:", "\\\\server", a parent that may only be passed) shows in the last directory's own failure. */
static void make_parents(wchar_t *wide)
{
    wchar_t *at;

    for (at = wcspbrk(wide + 1, L"\\/"); at; at = wcspbrk(at + 1, L"\\/")) {
        wchar_t separator = *at;

        *at = L'\0';
        if (!is_directory(wide))
            (void)CreateDirectoryW(wide, NULL);
        *at = separator;
    }
}

static pl_err make_directory(void *context, const char *path)
{
    wchar_t *wide;
    pl_err err;

    (void)context;
    if ((err = pl_wide_new(path, &wide)))
        return err;
    make_parents(wide);
    if (!is_directory(wide) && !CreateDirectoryW(wide, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
        err = pl_windows_fail("make the directory", path);
    pl_free(wide);
    return err;
}

static pl_err visit_entry(const WIN32_FIND_DATAW *entry, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    pl_buf name;
    pl_err err;

    pl_buf_init(&name);
    err = pl_wide_add(entry->cFileName, &name);
    if (!err && strcmp(name.data, ".") != 0 && strcmp(name.data, "..") != 0)
        err = visit(visitor, name.data);
    pl_buf_reset(&name);
    return err;
}

static pl_err list_directory(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    WIN32_FIND_DATAW entry;
    wchar_t *wide = NULL;
    HANDLE find;
    pl_buf pattern;
    pl_err err;

    (void)context;
    pl_buf_init(&pattern);
    pl_buf_add_format(&pattern, "%s\\*", path);
    if ((err = pattern.err) || (err = pl_wide_new(pattern.data, &wide)))
        goto done;
    find = FindFirstFileW(wide, &entry);
    if (find == INVALID_HANDLE_VALUE) {
        err = fail_reading(path);
        goto done;
    }
    do
        err = visit_entry(&entry, visit, visitor);
    while (!err && FindNextFileW(find, &entry));
    FindClose(find);
done:
    pl_free(wide);
    pl_buf_reset(&pattern);
    return err;
}

static pl_fs_kind kind(void *context, const char *directory)
{
    wchar_t root[MAX_PATH + 1];
    UINT type = DRIVE_UNKNOWN;
    wchar_t *wide;

    (void)context;
    if (pl_wide_new(directory, &wide))
        return PL_FS_UNKNOWN;
    if (GetVolumePathNameW(wide, root, MAX_PATH))
        type = GetDriveTypeW(root);
    pl_free(wide);
    if (type == DRIVE_REMOTE)
        return PL_FS_NETWORK;
    return type == DRIVE_FIXED || type == DRIVE_REMOVABLE || type == DRIVE_RAMDISK ? PL_FS_LOCAL : PL_FS_UNKNOWN;
}

static pl_err look(void *context, const char *path)
{
    DWORD attributes;
    wchar_t *wide;
    pl_err err;

    (void)context;
    if ((err = pl_wide_new(path, &wide)))
        return err;
    attributes = GetFileAttributesW(wide);
    err = attributes == INVALID_FILE_ATTRIBUTES ? fail_reading(path) : PL_OK;
    pl_free(wide);
    return err;
}

const pl_fs *pl_fs_system(void)
{
    static const pl_fs system_fs = {
        .context = NULL,
        .read = read_file,
        .write = write_file,
        .rename = rename_file,
        .remove = remove_file,
        .sync_directory = sync_directory,
        .make_directory = make_directory,
        .list = list_directory,
        .kind = kind,
        .look = look,
    };

    return &system_fs;
}
