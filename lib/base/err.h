/* SPDX-License-Identifier: Apache-2.0
 *
 * The internal error type: one negative enum generated from errors.def, and the per-thread detail text that goes with it.
 * Nothing may branch on the detail. The public result enum is in include/pospal/license.h.
 */
#ifndef PL_BASE_ERR_H
#define PL_BASE_ERR_H

#include <stddef.h>

enum pl_err_index {
#define PL_ERROR(name, code, http, result, sentence) PL_ERR_INDEX_##name,
#include "base/errors.def"
#undef PL_ERROR
    PL_ERR_COUNT
};

typedef enum {
    PL_OK = 0,
#define PL_ERROR(name, code, http, result, sentence) PL_ERR_##name = -1 - (int)PL_ERR_INDEX_##name,
#include "base/errors.def"
#undef PL_ERROR
} pl_err;

#if defined(__GNUC__)
#define PL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define PL_PRINTF(text, first)
#endif

enum { PL_ERR_DETAIL_MAX = 512 };

/* Stores a detail for humans (this thread, truncated to PL_ERR_DETAIL_MAX) and returns err. */
pl_err pl_fail(pl_err err, const char *format, ...) PL_PRINTF(2, 3);
/* The same call; written so that compilers and analysers see that it returns its first argument, which they can't follow through "...". */
#define pl_fail(err, ...) pl_err_noted((err), (pl_fail)((err), __VA_ARGS__))
static inline pl_err pl_err_noted(pl_err err, pl_err noted)
{
    (void)noted;
    return err;
}
/* The detail of this thread's last pl_fail; "" where there is none. */
const char *pl_err_detail(void);
void pl_err_clear(void);

const char *pl_err_name(pl_err err); /* "PL_ERR_IO" without the prefix: "IO" */
const char *pl_err_code(pl_err err); /* stable wire code: "io_error"; "ok" for PL_OK */
const char *pl_err_sentence(pl_err err);
int pl_err_http(pl_err err); /* 0 where it never travels over HTTP */
/* The error with that wire code, PL_ERR_INTERNAL if there is none. */
pl_err pl_err_from_code(const char *code);

#endif
