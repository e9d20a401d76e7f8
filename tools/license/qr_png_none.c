/* SPDX-License-Identifier: Apache-2.0
 *
 * In place of qr_png.c where this was built without libpng.
 */
#include "qr_png.h"

pl_err qr_png_draw(const qr_code_t *code, pl_buf *out)
{
    (void)code;
    (void)out;
    return pl_fail(PL_ERR_UNSUPPORTED, "this program was built without libpng and writes no PNG; use --svg");
}

const char *qr_png_version(void)
{
    return NULL;
}
