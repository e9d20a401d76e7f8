/* SPDX-License-Identifier: Apache-2.0
 *
 * QR codes by libqrencode. Nobody else knows it.
 */
#include "qr_code.h"

#include <errno.h>
#include <qrencode.h>

static QRcode *encode(pl_span text, QRecLevel level)
{
    return QRcode_encodeData((int)text.size, (const unsigned char *)text.data, 0, level);
}

pl_err qr_code_make(pl_span text, qr_code_t *code)
{
    QRcode *made;

    *code = (qr_code_t){.level = 'M'};
    if (text.size == 0)
        return pl_fail(PL_ERR_INVALID, "there is no text to make a code of");
    if (text.size > QR_BYTES_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "the text has %zu bytes and a QR code holds %d: make one code of each line", text.size,
                       QR_BYTES_MAX);
    if (!(made = encode(text, QR_ECLEVEL_M)) && errno == ERANGE) {
        code->level = 'L';
        made = encode(text, QR_ECLEVEL_L);
    }
    if (!made)
        return pl_fail(errno == ERANGE ? PL_ERR_TOO_LARGE : PL_ERR_MEMORY, "no QR code could be made of %zu bytes", text.size);
    code->version = made->version;
    code->size = made->width;
    code->code = made;
    return PL_OK;
}

void qr_code_reset(qr_code_t *code)
{
    QRcode_free(code->code);
    code->code = NULL;
}

bool qr_code_is_dark(const qr_code_t *code, int x, int y)
{
    const QRcode *made = code->code;

    if (x < 0 || y < 0 || x >= code->size || y >= code->size)
        return false;
    return (made->data[y * code->size + x] & 1) != 0;
}

const char *qr_code_version(void)
{
    return QRcode_APIVersionString();
}
