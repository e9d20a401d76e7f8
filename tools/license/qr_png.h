/* SPDX-License-Identifier: Apache-2.0
 *
 * A QR code as a PNG image, with its quiet zone. Built without libpng, drawing one says so (qr_png_none.c).
 */
#ifndef POSPAL_TOOL_QR_PNG_H
#define POSPAL_TOOL_QR_PNG_H

#include "base/buf.h"
#include "qr_code.h"

enum { QR_PNG_SCALE = 8 /* pixels on a module's side */ };

/* Of libpng; NULL where it is not built in. */
const char *qr_png_version(void);
/* Appends the image. PL_ERR_MEMORY, _INTERNAL, _UNSUPPORTED. */
pl_err qr_png_draw(const qr_code_t *code, pl_buf *out);

#endif
