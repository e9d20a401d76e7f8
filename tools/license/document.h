/* SPDX-License-Identifier: Apache-2.0
 *
 * One signed document taken apart and shown, whatever it is worth: this believes nothing. What it shows of who signed it and whether that
 * was verified is decided by the trust that the caller gathered.
 */
#ifndef POSPAL_TOOL_DOCUMENT_H
#define POSPAL_TOOL_DOCUMENT_H

#include "sheet.h"
#include "token/keyring.h"

/* What a document may be verified by. */
typedef struct {
    bool has_roots; /* else nothing is verified */
    pl_roots roots;
    bool has_keyset; /* one that a root signed */
    pl_keyset keyset;
    char why_no_keyset[PL_ERR_DETAIL_MAX + 64];
    int64_t now; /* Unix seconds */
} trust_t;

/* Whether a token says of itself that it is a keyset. */
bool document_is_keyset(pl_span token);
/* Shows one on the sheet. *is_refused: it is none of ours, or there are roots and it does not verify by them. PL_ERR_MALFORMED, _TOO_LARGE when it cannot even be read; then nothing is shown. */
pl_err document_show(sheet_t *sheet, pl_span token, const trust_t *trust, bool *is_refused);

#endif
