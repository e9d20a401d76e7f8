/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawing and writing codes; see qr_show.h.
 */
#include "qr_show.h"

#include "platform/file.h"
#include "qr_draw.h"
#include "qr_png.h"

static pl_err write_file(const char *path, const pl_buf *bytes)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err = bytes->err ? bytes->err : fs->write(fs->context, path, pl_buf_span(bytes));

    return err == PL_ERR_MEMORY || !err ? err : pl_fail(err, "%s cannot be written", path);
}

static pl_err write_files(const qr_options_t *options, const qr_code_t *code)
{
    pl_err err = PL_OK;
    pl_buf bytes;

    pl_buf_init(&bytes);
    if (options->svg) {
        qr_draw_svg(code, &bytes);
        err = write_file(options->svg, &bytes);
    }
    if (!err && options->png) {
        pl_buf_clear(&bytes);
        err = qr_png_draw(code, &bytes);
        if (!err)
            err = write_file(options->png, &bytes);
    }
    pl_buf_reset(&bytes);
    return err;
}

static pl_err draw(tool_t *tool, const qr_options_t *options, const qr_code_t *code)
{
    qr_style style = options->ascii ? QR_ASCII : options->invert ? QR_BLOCKS_INVERSE : QR_BLOCKS;
    pl_buf picture;
    pl_err err;

    pl_buf_init(&picture);
    qr_draw_text(code, style, &picture);
    if (!(err = picture.err))
        sheet_put_whole(&tool->sheet, picture.data);
    pl_buf_reset(&picture);
    return err;
}

pl_err qr_show(tool_t *tool, const qr_options_t *options, pl_span text)
{
    bool is_drawn = (options->qr || options->ascii || options->invert) && !tool->sheet.is_json;
    qr_code_t code;
    pl_err err;

    if (!is_drawn && !options->png && !options->svg)
        return PL_OK;
    if ((err = qr_code_make(text, &code)))
        return err;
    err = write_files(options, &code);
    if (!err && is_drawn)
        err = draw(tool, options, &code);
    qr_code_reset(&code);
    return err;
}

tool_exit qr_show_text(tool_t *tool, const qr_options_t *options, const char *name, const char *text)
{
    pl_err err = qr_show(tool, options, pl_span_text(text));

    if (tool->sheet.is_json)
        sheet_text(&tool->sheet, name, text);
    else
        sheet_put_whole(&tool->sheet, text); /* alone on its line, to be copied; also where the code could not be made */
    return err ? tool_fail_plainly(tool, err) : TOOL_OK;
}
