/* SPDX-License-Identifier: Apache-2.0
 *
 * tools/license/qr_code.c, qr_draw.c, qr_png.c: sizes, quiet zones, and that the same modules come out of each drawing.
 */
#include "qr_code.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "qr_draw.h"
#include "qr_png.h"

static bool is_built_without(pl_err err)
{
    if (err == PL_ERR_UNSUPPORTED)
        print_message("built without the library: %s\n", pl_err_detail());
    return err == PL_ERR_UNSUPPORTED;
}

static void make(size_t bytes, qr_code_t *code)
{
    static char text[QR_BYTES_MAX + 1];

    memset(text, 'a', sizeof text); /* bytes, neither digits nor capitals */
    assert_int_equal(qr_code_make(pl_span_of(text, bytes), code), PL_OK);
}

static void the_limits_of_the_texts_are_those_of_the_codes(void **state)
{
    static const struct {
        size_t bytes;
        int version;
        char level;
    } rows[] = {{331, 13, 'M'},  {332, 14, 'M'},  {412, 15, 'M'}, {624, 19, 'M'},
                {2331, 40, 'M'}, {2332, 37, 'L'}, {2953, 40, 'L'}};
    qr_code_t code;

    (void)state;
    if (is_built_without(qr_code_make(pl_span_text("x"), &code)))
        skip();
    qr_code_reset(&code);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(rows[i].bytes, &code);
        assert_int_equal(code.level, rows[i].level);
        assert_true(code.version <= rows[i].version + (rows[i].level == 'L' ? 3 : 0));
        assert_int_equal(code.size, 17 + 4 * code.version);
        qr_code_reset(&code);
    }
}

static void what_is_no_text_or_too_long_is_refused(void **state)
{
    static char text[QR_BYTES_MAX + 1];
    qr_code_t code;

    (void)state;
    if (is_built_without(qr_code_make(pl_span_text(""), &code)))
        skip();
    assert_int_equal(qr_code_make(pl_span_text(""), &code), PL_ERR_INVALID);
    memset(text, 'a', sizeof text);
    assert_int_equal(qr_code_make(pl_span_of(text, sizeof text), &code), PL_ERR_TOO_LARGE);
    assert_non_null(strstr(pl_err_detail(), "one code of each line"));
}

static void characters_show_the_modules_within_a_quiet_zone(void **state)
{
    qr_code_t code;
    size_t columns;
    pl_buf text;

    (void)state;
    if (is_built_without(qr_code_make(pl_span_text("x"), &code)))
        skip();
    columns = (size_t)code.size + 2 * QR_QUIET_ZONE;
    pl_buf_init(&text);
    qr_draw_text(&code, QR_ASCII, &text);
    assert_int_equal(text.size, columns * (2 * columns + 1));
    for (size_t y = 0; y < columns; y++)
        for (size_t x = 0; x < columns; x++)
            assert_int_equal(text.data[y * (2 * columns + 1) + 2 * x] == '#',
                             qr_code_is_dark(&code, (int)x - QR_QUIET_ZONE, (int)y - QR_QUIET_ZONE));
    assert_true(qr_code_is_dark(&code, 0, 0) && !qr_code_is_dark(&code, 1, 1) && !qr_code_is_dark(&code, -1, 0));
    pl_buf_clear(&text);
    qr_draw_text(&code, QR_BLOCKS, &text);
    assert_memory_equal(text.data, "\xE2\x96\x88", 3); /* the quiet zone is drawn, for it must be light */
    pl_buf_clear(&text);
    qr_draw_text(&code, QR_BLOCKS_INVERSE, &text);
    assert_int_equal(text.data[0], ' ');
    pl_buf_reset(&text);
    qr_code_reset(&code);
}

static void drawings_are_whole(void **state)
{
    qr_code_t code;
    pl_buf bytes;
    pl_err err;

    (void)state;
    if (is_built_without(qr_code_make(pl_span_text("x"), &code)))
        skip();
    pl_buf_init(&bytes);
    qr_draw_svg(&code, &bytes);
    assert_non_null(strstr(bytes.data, "viewBox=\"0 0 29 29\""));
    assert_non_null(strstr(bytes.data, "M4 4h7v1h-7z")); /* the upper edge of the finder */
    assert_non_null(strstr(bytes.data, "</svg>"));
    pl_buf_clear(&bytes);
    err = qr_png_draw(&code, &bytes);
    if (!is_built_without(err)) {
        assert_int_equal(err, PL_OK);
        assert_memory_equal(bytes.data, "\x89PNG\r\n", 6);
        assert_int_equal((uint8_t)bytes.data[19], 29 * QR_PNG_SCALE);
    }
    pl_buf_reset(&bytes);
    qr_code_reset(&code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limits_of_the_texts_are_those_of_the_codes),
        cmocka_unit_test(what_is_no_text_or_too_long_is_refused),
        cmocka_unit_test(characters_show_the_modules_within_a_quiet_zone),
        cmocka_unit_test(drawings_are_whole),
    };

    return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
