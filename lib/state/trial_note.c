/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding of the trial's note; see trial_note.h:
 * magic, begin, number of MACs, MACs, the fingerprint's text. What the note is worth is decided in client/trial_begin.c.
 */
#include "state/trial_note.h"

#include <string.h>

#include "base/timestamp.h"
#include "crypto/crypto.h"

static const char note_name[] = "trial";
static const char magic[4] = {'P', 'L', 'T', '1'};
static const char purpose[] = "pospal offline trial";

enum { COUNT_AT = 12, MACS_AT = 13, SIGNED_MAX = COUNT_AT + PL_FINGERPRINT_TEXT_SIZE };

static void put_u64(uint8_t *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_u64(const uint8_t *from)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

/* key: of one component. What is signed is all but the MACs and their number. */
static void make_mac(const pl_device_wrap_key *key, pl_span head, pl_span fingerprint, uint8_t mac[PL_MAC_SIZE])
{
    uint8_t body[SIGNED_MAX];
    uint8_t mac_key[PL_MAC_SIZE];

    memcpy(body, head.data, COUNT_AT);
    memcpy(body + COUNT_AT, fingerprint.data, fingerprint.size);
    pl_mac(key->key, pl_span_text(purpose), mac_key);
    pl_mac(mac_key, pl_span_of(body, COUNT_AT + fingerprint.size), mac);
    pl_wipe(mac_key, sizeof mac_key);
}

void pl_trial_note_encode(const pl_trial_note *note, pl_trial_note_keys keys, pl_buf *bytes)
{
    char fingerprint[PL_FINGERPRINT_TEXT_SIZE];
    uint8_t head[MACS_AT];

    pl_fingerprint_format(&note->made_on, fingerprint);
    memcpy(head, magic, sizeof magic);
    put_u64(head + sizeof magic, (uint64_t)note->begun_at);
    head[COUNT_AT] = (uint8_t)keys.count;
    pl_buf_add(bytes, head, sizeof head);
    for (size_t i = 0; i < keys.count; i++) {
        uint8_t mac[PL_MAC_SIZE];

        make_mac(&keys.keys[i], pl_span_of(head, sizeof head), pl_span_text(fingerprint), mac);
        pl_buf_add(bytes, mac, sizeof mac);
    }
    pl_buf_add_text(bytes, fingerprint);
}

static bool is_vouched_for(pl_span head, pl_span macs, pl_span fingerprint, pl_trial_note_keys keys)
{
    for (size_t i = 0; i < keys.count; i++) {
        uint8_t mac[PL_MAC_SIZE];

        make_mac(&keys.keys[i], head, fingerprint, mac);
        for (size_t at = 0; at < macs.size; at += PL_MAC_SIZE)
            if (pl_equal(mac, macs.data + at, PL_MAC_SIZE))
                return true;
    }
    return false;
}

pl_err pl_trial_note_decode(pl_span bytes, pl_trial_note_keys keys, pl_trial_note *note)
{
    const uint8_t *from = (const uint8_t *)bytes.data;
    pl_span macs, fingerprint;
    pl_err err;

    if (bytes.size < MACS_AT || memcmp(from, magic, sizeof magic) != 0 || from[COUNT_AT] > PL_DEVICE_WRAP_KEYS_MAX ||
        bytes.size < MACS_AT + (size_t)from[COUNT_AT] * PL_MAC_SIZE)
        return pl_fail(PL_ERR_MALFORMED, "the note of the trial has %zu bytes or another version", bytes.size);
    macs = pl_span_of(bytes.data + MACS_AT, (size_t)from[COUNT_AT] * PL_MAC_SIZE);
    fingerprint = pl_span_of(macs.data + macs.size, bytes.size - MACS_AT - macs.size);
    if (fingerprint.size >= PL_FINGERPRINT_TEXT_SIZE)
        return pl_fail(PL_ERR_MALFORMED, "the note of the trial has %zu bytes", bytes.size);
    if (!is_vouched_for(bytes, macs, fingerprint, keys))
        return pl_fail(PL_ERR_SIGNATURE, "the note of the trial was altered or made on another machine");
    if ((err = pl_fingerprint_parse(fingerprint, &note->made_on)))
        return err;
    note->begun_at = (int64_t)get_u64(from + sizeof magic);
    return note->begun_at > 0 && note->begun_at <= PL_TIME_MAX ? PL_OK
                                                               : pl_fail(PL_ERR_MALFORMED, "a trial that began at no time");
}

pl_err pl_trial_note_load(const pl_documents *documents, pl_trial_note_keys keys, pl_trial_note *note)
{
    pl_err first = PL_ERR_NOT_FOUND;

    for (int generation = 0; generation < PL_DOCUMENT_GENERATIONS; generation++) {
        pl_buf bytes;
        pl_err err;

        pl_buf_init(&bytes);
        err = pl_documents_read(documents, note_name, generation, &bytes);
        if (!err)
            err = pl_trial_note_decode(pl_buf_span(&bytes), keys, note);
        pl_buf_reset(&bytes);
        if (!err)
            return PL_OK;
        if (first == PL_ERR_NOT_FOUND)
            first = err;
    }
    return first;
}

pl_err pl_trial_note_store(const pl_documents *documents, pl_trial_note_keys keys, const pl_trial_note *note)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    pl_trial_note_encode(note, keys, &bytes);
    err = bytes.err ? bytes.err : pl_documents_write(documents, note_name, pl_buf_span(&bytes));
    pl_buf_reset(&bytes);
    return err;
}
