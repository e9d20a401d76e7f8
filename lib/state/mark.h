/* SPDX-License-Identifier: Apache-2.0
 *
 * The time mark as bytes, with a MAC, for its two places: the small file "mark", read at every start without opening the database, and
 * the vault. The MAC stops an editor, not somebody who reads this source: what can't be stopped is in docs/SECURITY-MODEL.md.
 */
#ifndef PL_STATE_MARK_H
#define PL_STATE_MARK_H

#include "license/timeline.h"
#include "state/documents.h"

enum { PL_MARK_SIZE = 4 + 9 * 8 + 32 };

/* The emergency extension taken last: noted beside the mark, so that it is not granted again where the vault is lost. */
typedef struct {
    uint64_t lease; /* of the id of the lease, its digest's beginning; 0: none was taken */
    int64_t until;  /* Unix seconds */
} pl_extension_note;

void pl_mark_encode(const pl_time_mark *mark, const pl_extension_note *extension, const uint8_t key[32],
                    uint8_t bytes[PL_MARK_SIZE]);
/* PL_ERR_MALFORMED, PL_ERR_SIGNATURE. */
pl_err pl_mark_decode(pl_span bytes, const uint8_t key[32], pl_time_mark *mark, pl_extension_note *extension);
/* The newest good generation of the file. PL_ERR_NOT_FOUND where there is no file, else why the newest is not good. */
pl_err pl_mark_load(const pl_documents *documents, const uint8_t key[32], pl_time_mark *mark, pl_extension_note *extension);
pl_err pl_mark_store(const pl_documents *documents, const uint8_t key[32], const pl_time_mark *mark,
                     const pl_extension_note *extension);

#endif
