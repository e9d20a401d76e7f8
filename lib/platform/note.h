/* SPDX-License-Identifier: Apache-2.0
 *
 * A few bytes in a file, written in place and without waiting for the medium: for other processes now, not for after a power cut. A reader
 * may see half of it: what is written must tell that it is whole.
 */
#ifndef PL_PLATFORM_NOTE_H
#define PL_PLATFORM_NOTE_H

#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

/* Makes the file where it is missing, with the rights that a lock's file has. PL_ERR_IO, _READ_ONLY, _DISK_FULL. */
pl_err pl_note_write(const char *path, pl_span bytes);
/* PL_ERR_NOT_FOUND where there is no file, or a shorter one; PL_ERR_IO. */
pl_err pl_note_read(const char *path, void *bytes, size_t size);

#endif
