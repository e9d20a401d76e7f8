/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows speaks UTF-16, we speak UTF-8: the two conversions, and GetLastError() as an error.
 */
#ifndef PL_PLATFORM_WIDE_WINDOWS_H
#define PL_PLATFORM_WIDE_WINDOWS_H

#include <wchar.h>

#include "base/buf.h"
#include "base/err.h"

/* A copy to be freed with pl_free; PL_ERR_MEMORY, PL_ERR_INVALID for text that is not UTF-8. */
pl_err pl_wide_new(const char *text, wchar_t **wide);
/* Appends the text; unpaired surrogates become U+FFFD. */
pl_err pl_wide_add(const wchar_t *wide, pl_buf *text);
/* Fails with GetLastError()'s error and "cannot <action> <path>: <why>" as the detail. */
pl_err pl_windows_fail(const char *action, const char *path);

#endif
