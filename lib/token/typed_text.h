/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed documents as people bring them: typed, scanned, wrapped by a mail program, run together. White space means nothing, lines that begin
 * with '#' are remarks, and since every signature has the same length, documents end where theirs does.
 */
#ifndef PL_TOKEN_TYPED_TEXT_H
#define PL_TOKEN_TYPED_TEXT_H

#include "token/jws.h"

enum { PL_TYPED_MAX = 96 * 1024, PL_TYPED_DOCUMENTS_MAX = 4, PL_JWS_SIGNATURE_TEXT = 86 /* base64url of 64 bytes */ };

typedef struct {
    pl_doc doc;   /* as its header says; not verified */
    pl_span text; /* without white space; lives in the arena */
} pl_typed_document;

typedef struct {
    pl_typed_document items[PL_TYPED_DOCUMENTS_MAX];
    size_t count; /* 1 or more */
} pl_typed;

/*
 * PL_ERR_MALFORMED: it is something else; PL_ERR_DAMAGED: documents, and one of them with a typing or scanning error; PL_ERR_TYPE: one of a
 * type that this version does not know. PL_ERR_TOO_LARGE, PL_ERR_MEMORY.
 */
pl_err pl_typed_read(pl_arena *arena, pl_span text, pl_typed *typed);
/* The first of that type; NULL: there is none. */
const pl_typed_document *pl_typed_find(const pl_typed *typed, pl_doc doc);

#endif
