/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawing QR codes with characters.
 */
#include "qr_draw.h"

static void draw_ascii(const qr_code_t *code, pl_buf *out)
{
    for (int y = -QR_QUIET_ZONE; y < code->size + QR_QUIET_ZONE; y++) {
        for (int x = -QR_QUIET_ZONE; x < code->size + QR_QUIET_ZONE; x++)
            pl_buf_add_text(out, qr_code_is_dark(code, x, y) ? "##" : "  ");
        pl_buf_add_text(out, "\n");
    }
}

/* Of the upper and the lower module, which are drawn. */
static const char *block(bool upper, bool lower)
{
    if (upper)
        return lower ? "\xE2\x96\x88" : "\xE2\x96\x80";
    return lower ? "\xE2\x96\x84" : " ";
}

static void draw_blocks(const qr_code_t *code, bool draws_dark, pl_buf *out)
{
    const int end = code->size + QR_QUIET_ZONE;

    for (int y = -QR_QUIET_ZONE; y < end; y += 2) {
        for (int x = -QR_QUIET_ZONE; x < end; x++)
            pl_buf_add_text(out, block(qr_code_is_dark(code, x, y) == draws_dark,
                                       y + 1 < end && qr_code_is_dark(code, x, y + 1) == draws_dark));
        pl_buf_add_text(out, "\n");
    }
}

void qr_draw_text(const qr_code_t *code, qr_style style, pl_buf *out)
{
    if (style == QR_ASCII)
        draw_ascii(code, out);
    else
        draw_blocks(code, style == QR_BLOCKS_INVERSE, out);
}

void qr_draw_svg(const qr_code_t *code, pl_buf *out)
{
    const int side = code->size + 2 * QR_QUIET_ZONE;

    pl_buf_add_format(out,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                      "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"",
                      side, side, side, side);
    for (int y = 0; y < code->size; y++)
        for (int x = 0, run; x < code->size; x += run + 1) {
            for (run = 0; qr_code_is_dark(code, x + run, y); run++) {}
            if (run > 0)
                pl_buf_add_format(out, "M%d %dh%dv1h-%dz", x + QR_QUIET_ZONE, y + QR_QUIET_ZONE, run, run);
        }
    pl_buf_add_text(out, "\"/></svg>\n");
}
