/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking the audit, seal by seal; the memory for one is given back before the next.
 */
#include "licensing/audit_check.h"

#include <inttypes.h>
#include <string.h>

enum { LATE_MS = 3600 * 1000 };

typedef struct {
    const keyring_t *keyring;
    audit_findings_t *findings;
    audit_seal_t last; /* what was checked before */
    audit_seal_t kept; /* sequence 0: none */
    bool has_keys;     /* so the newest seal must be signed */
} checking_t;

static pl_err fail_row(const audit_seal_t *seal, pl_uuid id, const char *what)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    return pl_fail(PL_ERR_SIGNATURE, "row %s of seal %" PRId64 " %s", text, seal->sequence, what);
}

static pl_err fail_seal(const audit_seal_t *seal, const char *what)
{
    return pl_fail(PL_ERR_SIGNATURE, "seal %" PRId64 " %s", seal->sequence, what);
}

/* ---- rows ---- */

static pl_err check_row(checking_t *checking, const audit_seal_t *seal, const audit_t *row, const char *entry)
{
    uint8_t digest[PL_DIGEST_SIZE];
    int order = entry ? memcmp(row->id.bytes, entry, sizeof(row->id.bytes)) : -1;
    pl_uuid missing;
    pl_err err;

    if (order < 0)
        return fail_row(seal, row->id, "was inserted: it was not there when the seal was made");
    if (order > 0) {
        memcpy(missing.bytes, entry, sizeof(missing.bytes));
        return fail_row(seal, missing, "was removed");
    }
    if ((err = audit_chain_row(row, digest)))
        return err;
    if (memcmp(digest, entry + sizeof(row->id.bytes), sizeof(digest)) != 0)
        return fail_row(seal, row->id, "was altered");
    if (row->address && row->address_mark && !audit_commitment_fits(row, row->address, row->address_mark))
        return fail_row(seal, row->id, "has another address than it had");
    if (row->note && !audit_note_fits(row))
        return fail_row(seal, row->id, "has another note than it had");
    if (seal->sealed_at_ms - pl_uuid_v7_time_ms(row->id) > LATE_MS && checking->findings->late++ == 0)
        checking->findings->first_late = row->id;
    return PL_OK;
}

static pl_err check_rows(tx_t *tx, checking_t *checking, const audit_seal_t *seal)
{
    audit_t *rows;
    size_t count, expected = seal->rows.size / AUDIT_SEAL_ENTRY_SIZE;
    pl_uuid missing;
    pl_err err = audit_seal_rows(tx, seal, &rows, &count);

    for (size_t i = 0; !err && i < count; i++)
        err = check_row(checking, seal, &rows[i], i < expected ? seal->rows.data + i * AUDIT_SEAL_ENTRY_SIZE : NULL);
    if (err || count == expected)
        return err;
    memcpy(missing.bytes, seal->rows.data + count * AUDIT_SEAL_ENTRY_SIZE, sizeof(missing.bytes));
    return fail_row(seal, missing, "was removed");
}

/* ---- seals ---- */

static pl_err check_chain(const checking_t *checking, const audit_seal_t *seal)
{
    uint8_t hash[PL_DIGEST_SIZE];
    pl_err err;

    if (seal->sequence != checking->last.sequence + 1)
        return pl_fail(PL_ERR_SIGNATURE, "seal %" PRId64 " was removed", checking->last.sequence + 1);
    if ((err = audit_chain_seal(seal, checking->last.hash, hash)))
        return err;
    if (memcmp(hash, seal->hash, sizeof(hash)) != 0 || seal->rows.size != (size_t)seal->row_count * AUDIT_SEAL_ENTRY_SIZE)
        return fail_seal(seal, "was altered, or the one before it");
    if (seal->sequence == checking->kept.sequence && memcmp(hash, checking->kept.hash, sizeof(hash)) != 0)
        return fail_seal(seal, "is not the one of the checkpoint that was kept: it, or what is before it, was made anew");
    return PL_OK;
}

static pl_err check_checkpoint(tx_t *tx, checking_t *checking, const audit_seal_t *seal)
{
    pl_err err = audit_chain_verify(tx->arena, checking->keyring, seal);

    if (err == PL_ERR_NOT_FOUND || err == PL_ERR_KEY_UNKNOWN || err == PL_ERR_KEY_REVOKED)
        return PL_OK; /* a later one must stand for it */
    if (err == PL_ERR_MEMORY)
        return err;
    if (err)
        return fail_seal(seal, "has a checkpoint that was not signed for it");
    checking->findings->last_signed = seal->sequence;
    return PL_OK;
}

static pl_err check_seal(tx_t *tx, checking_t *checking, audit_seal_t *seal)
{
    pl_err err = audit_seal_after(tx, checking->last.brand_id, checking->last.sequence, seal);

    if (err || (err = check_chain(checking, seal)) || (err = check_checkpoint(tx, checking, seal)) ||
        (err = check_rows(tx, checking, seal)))
        return err;
    checking->findings->seals++;
    checking->findings->rows += seal->row_count;
    return PL_OK;
}

static pl_err check_seals(const tx_t *tx, checking_t *checking)
{
    pl_arena arena;
    pl_err err = PL_OK;

    pl_arena_init(&arena);
    while (!err) {
        tx_t inner = *tx;
        audit_seal_t seal;

        inner.arena = &arena;
        if (!(err = check_seal(&inner, checking, &seal)))
            checking->last = seal;
        checking->last.rows = pl_span_of(NULL, 0); /* and the checkpoint: they end with the arena */
        checking->last.checkpoint = NULL;
        pl_arena_reset(&arena);
    }
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err check_end(tx_t *tx, const checking_t *checking)
{
    audit_t stray;
    pl_err err = audit_stray_row(tx, checking->last.brand_id, &stray);

    if (!err) {
        const audit_seal_t seal = {.sequence = stray.seal};

        return fail_row(&seal, stray.id, "was inserted: no such seal holds it");
    }
    if (err != PL_ERR_NOT_FOUND)
        return err;
    if (checking->kept.sequence > checking->last.sequence)
        return pl_fail(PL_ERR_OLDER, "the audit ends at seal %" PRId64 " and the checkpoint that was kept is of seal %" PRId64,
                       checking->last.sequence, checking->kept.sequence);
    if (checking->has_keys && checking->findings->last_signed < checking->last.sequence)
        return pl_fail(PL_ERR_SIGNATURE, "what follows seal %" PRId64 " is signed by nobody whose key is good",
                       checking->findings->last_signed);
    return PL_OK;
}

pl_err audit_check(tx_t *tx, const keyring_t *keyring, const audit_check_t *check, audit_findings_t *findings)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, check->brand_id);
    checking_t checking = {.keyring = keyring, .findings = findings, .last = {.brand_id = check->brand_id}};
    audit_t *unsealed;
    size_t count;
    pl_err err;

    *findings = (audit_findings_t){.seals = 0};
    checking.has_keys =
        pl_uuid_is_nil(check->brand_id) || (brand && brand->has_keyset && brand->answer.pair.public_key.alg != PL_ALG_NONE);
    if (check->kept.size && !(brand && brand->has_keyset))
        return pl_fail(PL_ERR_STATE, "a checkpoint is signed for a brand that has a keyset");
    if (check->kept.size && (err = audit_chain_read(tx->arena, brand, check->kept, &checking.kept)))
        return err;
    if ((err = check_seals(tx, &checking)) || (err = check_end(tx, &checking)) ||
        (err = audit_unsealed_rows(tx, check->brand_id, &unsealed, &count)))
        return err;
    findings->unsealed = (int64_t)count;
    return PL_OK;
}
