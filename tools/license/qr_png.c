/* SPDX-License-Identifier: Apache-2.0
 *
 * PNG by libpng's simple interface, which reports errors without longjmp. Nobody else knows it.
 */
#include "qr_png.h"

#include <png.h>
#include <string.h>

#include "base/mem.h"

enum { LIGHT = 255, DARK = 0 };

static void paint(const qr_code_t *code, unsigned side, png_byte *pixels)
{
    for (unsigned y = 0; y < side; y++)
        for (unsigned x = 0; x < side; x++)
            pixels[(size_t)y * side + x] =
                qr_code_is_dark(code, (int)(x / QR_PNG_SCALE) - QR_QUIET_ZONE, (int)(y / QR_PNG_SCALE) - QR_QUIET_ZONE) ? DARK
                                                                                                                        : LIGHT;
}

static pl_err write(png_image *image, const png_byte *pixels, pl_buf *out)
{
    png_alloc_size_t size = 0;
    char *room;

    if (!png_image_write_to_memory(image, NULL, &size, 0, pixels, 0, NULL))
        return pl_fail(PL_ERR_INTERNAL, "the image could not be made: %s", image->message);
    if (!(room = pl_buf_grow(out, size)))
        return out->err;
    if (!png_image_write_to_memory(image, room, &size, 0, pixels, 0, NULL))
        return pl_fail(PL_ERR_INTERNAL, "the image could not be made: %s", image->message);
    return PL_OK;
}

pl_err qr_png_draw(const qr_code_t *code, pl_buf *out)
{
    const unsigned side = (unsigned)(code->size + 2 * QR_QUIET_ZONE) * QR_PNG_SCALE;
    png_byte *pixels = pl_alloc((size_t)side * side);
    png_image image;
    pl_err err;

    if (!pixels)
        return pl_fail(PL_ERR_MEMORY, "no memory for the image");
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = image.height = side;
    image.format = PNG_FORMAT_GRAY;
    paint(code, side, pixels);
    err = write(&image, pixels, out);
    png_image_free(&image);
    pl_free(pixels);
    return err;
}

const char *qr_png_version(void)
{
    return png_get_libpng_ver(NULL);
}
