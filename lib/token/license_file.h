/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a license file and of a stored lease: the document on the first line, the keyset on the second. Line ends of any system,
 * blank lines, lines starting with '#', a byte order mark and spaces around a line are tolerated: files are mailed and pasted.
 */
#ifndef PL_TOKEN_LICENSE_FILE_H
#define PL_TOKEN_LICENSE_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum { PL_LICENSE_FILE_MAX = 96 * 1024 };

/* Keyset may be absent (empty span). Borrowed from text. PL_ERR_MALFORMED, _TOO_LARGE. */
pl_err pl_license_file_split(pl_span text, pl_span *document, pl_span *keyset);
void pl_license_file_join(pl_buf *out, pl_span document, pl_span keyset);

#endif
