/* SPDX-License-Identifier: Apache-2.0
 *
 * When the offline trial began on this machine, as bytes for its two places: a record in the vault, and the small file "trial" beside the
 * documents, which a start reads without opening the database and which stays when all else is forgotten. Each hardware component vouches
 * for it with a MAC of its own, so that any that still fits opens it. The MACs stop an editor, not somebody who reads this source.
 */
#ifndef PL_STATE_TRIAL_NOTE_H
#define PL_STATE_TRIAL_NOTE_H

#include "device/device.h"
#include "state/documents.h"

typedef struct {
    int64_t begun_at; /* effective time, Unix seconds */
    pl_fingerprint made_on;
} pl_trial_note;

/* The machine's keys; with none no note is believed. */
typedef struct {
    const pl_device_wrap_key *keys;
    size_t count;
} pl_trial_note_keys;

void pl_trial_note_encode(const pl_trial_note *note, pl_trial_note_keys keys, pl_buf *bytes);
/* PL_ERR_MALFORMED; PL_ERR_SIGNATURE for one that was altered or made on another machine. */
pl_err pl_trial_note_decode(pl_span bytes, pl_trial_note_keys keys, pl_trial_note *note);
/* The newest good generation of the file. PL_ERR_NOT_FOUND where there is none, else why the newest is not good. */
pl_err pl_trial_note_load(const pl_documents *documents, pl_trial_note_keys keys, pl_trial_note *note);
pl_err pl_trial_note_store(const pl_documents *documents, pl_trial_note_keys keys, const pl_trial_note *note);

#endif
