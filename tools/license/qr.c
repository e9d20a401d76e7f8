/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license qr: any text that is to be carried, as a QR code.
 */
#include <string.h>

#include "qr_code.h"
#include "qr_show.h"

typedef struct {
    common_t common;
    const char *text;
    qr_options_t qr;
} qr_t;

static const option_t options[] = {
    {"TEXT", OPTION_OPERAND, offsetof(qr_t, text), true, "TEXT", "what the code says; - reads standard input", 0, 0},
    QR_FILE_OPTIONS(qr_t),
};

static pl_err read_text(const tool_t *tool, const char *word, pl_buf *text)
{
    pl_err err;

    if (strcmp(word, "-") != 0) {
        pl_buf_add_text(text, word);
        return text->err;
    }
    if ((err = session_read_file(tool, word, (size_t)4 * QR_BYTES_MAX, text)))
        return err;
    while (text->size > 0 && strchr(" \t\r\n", text->data[text->size - 1]))
        text->data[--text->size] = '\0';
    return PL_OK;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const qr_t *qr = values;
    qr_options_t show = qr->qr;
    tool_exit code = TOOL_OK;
    pl_buf text;
    pl_err err;

    show.qr = !show.png && !show.svg;
    pl_buf_init(&text);
    if (!(err = read_text(tool, qr->text, &text)))
        err = qr_show(tool, &show, pl_buf_span(&text));
    if (err)
        code = tool_fail_plainly(tool, err);
    pl_buf_reset(&text);
    return code;
}

const command_t command_qr = {
    .name = "qr",
    .summary = "show a text as a QR code, or write it as an image",
    .notes = "Without --png and --svg the code is drawn in the terminal. A text of two lines (an answer and its keyset) that is\n"
             "too long for one code is to be shown as two, the second line first.\n",
    .example = "qr - --png answer.png < answer.txt",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
