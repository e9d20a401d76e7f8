/* SPDX-License-Identifier: Apache-2.0
 *
 * The table behind errors.def, and the per-thread detail.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    const char *code;
    const char *sentence;
    int http;
} row;

static const row rows[] = {
#define PL_ERROR(name, code, http, result, sentence) {#name, code, sentence, http},
#include "base/errors.def"
#undef PL_ERROR
};

static const row ok = {"OK", "ok", "All is well.", 200};
static const row unknown = {"INTERNAL", "internal_error", "An error without a name occurred; report it with the detail.", 500};

static _Thread_local char detail[PL_ERR_DETAIL_MAX];

static const row *find(pl_err err)
{
    if (err == PL_OK)
        return &ok;
    return (int)err < 0 && (int)err >= -PL_ERR_COUNT ? &rows[-(int)err - 1] : &unknown;
}

/* A cut in the middle of a UTF-8 sequence would make the detail unprintable for JSON. */
static void cut_at_character(char *text, size_t size)
{
    size_t start = size - 1;
    unsigned char first;

    while (start > 0 && ((unsigned char)text[start] & 0xC0) == 0x80)
        start--;
    first = (unsigned char)text[start];
    if (first >= 0xC0 && size - start < (first >= 0xF0 ? 4u : first >= 0xE0 ? 3u : 2u))
        text[start] = '\0';
}

pl_err(pl_fail)(pl_err err, const char *format, ...)
{
    char text[PL_ERR_DETAIL_MAX]; /* the arguments may point into the detail */
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (size < 0)
        text[0] = '\0';
    else if (size >= (int)sizeof(text))
        cut_at_character(text, sizeof(text) - 1);
    memcpy(detail, text, sizeof(detail));
    return err;
}

const char *pl_err_detail(void)
{
    return detail;
}

void pl_err_clear(void)
{
    detail[0] = '\0';
}

const char *pl_err_name(pl_err err)
{
    return find(err)->name;
}

const char *pl_err_code(pl_err err)
{
    return find(err)->code;
}

const char *pl_err_sentence(pl_err err)
{
    return find(err)->sentence;
}

int pl_err_http(pl_err err)
{
    return find(err)->http;
}

pl_err pl_err_from_code(const char *code)
{
    for (int i = 0; i < PL_ERR_COUNT; i++)
        if (strcmp(rows[i].code, code) == 0)
            return (pl_err)(-1 - i);
    return PL_ERR_INTERNAL; /* also for "ok": a problem is never a success */
}
