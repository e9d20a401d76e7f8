/* SPDX-License-Identifier: Apache-2.0
 *
 * A QR code as a square of dark and light modules. How it is drawn is in qr_draw.h and qr_png.h. Built without libqrencode, making one
 * says so (qr_code_none.c).
 */
#ifndef POSPAL_TOOL_QR_CODE_H
#define POSPAL_TOOL_QR_CODE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

enum { QR_BYTES_MAX = 2953 /* version 40 at level L */, QR_QUIET_ZONE = 4 /* light modules around it, as the standard asks */ };

typedef struct {
    int version; /* 1 to 40 */
    int size;    /* modules on a side, without the quiet zone */
    char level;  /* 'M', or 'L' where the text is too long for M */
    void *code;  /* the library's */
} qr_code_t;

/* Of libqrencode; NULL where it is not built in. */
const char *qr_code_version(void);
/* The text byte for byte. PL_ERR_TOO_LARGE, _INVALID (empty), _MEMORY, _UNSUPPORTED. */
pl_err qr_code_make(pl_span text, qr_code_t *code);
void qr_code_reset(qr_code_t *code);
/* Also of the quiet zone, where x or y is below 0 or not below size: light. */
bool qr_code_is_dark(const qr_code_t *code, int x, int y);

#endif
