/* SPDX-License-Identifier: Apache-2.0
 *
 * Any claims, shown by `pospal-license inspect`: whatever stands in them, people see lines without control characters, and programs get
 * JSON that is well-formed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "license/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_lines(const char *text)
{
    for (; *text; text++)
        require((unsigned char)*text >= 0x20 || *text == '\n');
}

static void check_json(const char *text)
{
    const pl_json *object;
    pl_arena arena;

    pl_arena_init(&arena);
    require(pl_json_parse(&arena, pl_span_text(text), 1 << 24, &object) == PL_OK);
    pl_arena_reset(&arena);
}

static void show(pl_span token, bool is_json)
{
    static const trust_t nobody = {.now = 1795370400};
    bool is_refused = false;
    sheet_t sheet;

    sheet_init(&sheet, is_json);
    sheet_open_table(&sheet, "documents");
    if (document_show(&sheet, token, &nobody, &is_refused))
        require(is_refused);
    sheet_close_table(&sheet);
    if (sheet_finish(&sheet))
        (is_json ? check_json : check_lines)(sheet_finish(&sheet));
    sheet_reset(&sheet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char header[] =
        "{\"alg\":\"EdDSA\",\"kid\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"typ\":\"pospal-license+jwt\"}";
    char *text;
    pl_buf token;

    require(pl_crypto_ready() == PL_OK);
    pl_buf_init(&token);
    if ((text = pl_buf_grow(&token, pl_base64url_size(sizeof header - 1) + 1)))
        pl_base64url_encode(pl_span_text(header), text);
    token.size--; /* the NUL */
    pl_buf_add_text(&token, ".");
    if ((text = pl_buf_grow(&token, pl_base64url_size(size) + 1)))
        pl_base64url_encode(pl_span_of(data, size), text);
    token.size--;
    pl_buf_add_text(&token, ".AA");
    show(pl_buf_span(&token), false);
    show(pl_buf_span(&token), true);
    (void)document_is_keyset(pl_buf_span(&token));
    pl_buf_reset(&token);
    return 0;
}
