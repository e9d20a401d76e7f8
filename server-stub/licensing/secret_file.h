/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that nobody else may read: the master key, root keys, backups.
 */
#ifndef LICENSING_SECRET_FILE_H
#define LICENSING_SECRET_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/*
 * A new file of mode 0600, written and flushed, its name too. Where root makes it, it belongs to the owner of its directory.
 * PL_ERR_CONFLICT when it exists; _IO, _READ_ONLY, _DISK_FULL, _NOT_FOUND (directory).
 */
pl_err secret_file_create(const char *path, pl_span bytes);
/* Appends the content. PL_ERR_NOT_FOUND, _IO, _TOO_LARGE; PL_ERR_STATE when others than its owner may read it. */
pl_err secret_file_read(const char *path, size_t limit, pl_buf *out);

#endif
