/* SPDX-License-Identifier: Apache-2.0
 *
 * A QR code as text, with its quiet zone: for a terminal, and as SVG.
 */
#ifndef POSPAL_TOOL_QR_DRAW_H
#define POSPAL_TOOL_QR_DRAW_H

#include "base/buf.h"
#include "qr_code.h"

typedef enum {
    QR_BLOCKS,         /* UTF-8 half blocks, two modules to a character; light modules are drawn: for light text on dark ground */
    QR_BLOCKS_INVERSE, /* dark ones are: for dark text on light ground */
    QR_ASCII           /* two characters to a module, dark ones are drawn: for printers and dark text on light ground */
} qr_style;

void qr_draw_text(const qr_code_t *code, qr_style style, pl_buf *out);
void qr_draw_svg(const qr_code_t *code, pl_buf *out);

#endif
