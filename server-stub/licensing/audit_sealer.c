/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing the audit.
 *
 * The rule by which no row is left out: a row is in the seal whose number it bears, and it has none until the sealer gives it one, in the
 * transaction that makes the seal. So a row that another process commits late, with an id older than the last seal's, is simply in the
 * next seal.
 */
#include "licensing/audit_sealer.h"

#include "licensing/audit_chain.h"
#include "store/leases.h"

#include <string.h>

enum { LEASE_MS = 1500 /* a tick and a half: who ticks keeps it */ };

typedef struct {
    const audit_sealer_t *sealer;
    const keyring_t *keyring;
    pl_uuid *brands;
    size_t count;
} sealing_t;

static pl_err write_rows(tx_t *tx, const audit_t *rows, size_t count, pl_span *entries)
{
    uint8_t *at = pl_arena_take(tx->arena, count * AUDIT_SEAL_ENTRY_SIZE);
    pl_err err = at ? PL_OK : PL_ERR_MEMORY;

    *entries = pl_span_of(at, count * AUDIT_SEAL_ENTRY_SIZE);
    for (size_t i = 0; !err && i < count; i++, at += AUDIT_SEAL_ENTRY_SIZE) {
        memcpy(at, rows[i].id.bytes, sizeof(rows[i].id.bytes));
        err = audit_chain_row(&rows[i], at + sizeof(rows[i].id.bytes));
    }
    return err;
}

static pl_err seal_brand(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id)
{
    audit_seal_t last, seal = {.brand_id = brand_id, .sealed_at_ms = tx->now_ms};
    audit_t *rows;
    size_t count;
    pl_err err = audit_seal_newest(tx, brand_id, &last); /* none: number 0, and a hash of zeros */

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if ((err = audit_unsealed_rows(tx, brand_id, &rows, &count)) || count == 0 || (err = write_rows(tx, rows, count, &seal.rows)))
        return err;
    seal.sequence = last.sequence + 1;
    seal.row_count = (int64_t)count;
    seal.first_id = rows[0].id;
    seal.last_id = rows[count - 1].id;
    if ((err = audit_chain_seal(&seal, last.hash, seal.hash)) || (err = audit_chain_sign(tx, keyring, &seal, &seal.checkpoint)))
        return err;
    err = audit_seal_insert(tx, &seal);
    return err == PL_ERR_CONFLICT ? PL_ERR_BUSY : err; /* another process was quicker: its lease is newer than ours */
}

static pl_err work_look(void *context, tx_t *tx)
{
    sealing_t *sealing = context;

    return audit_unsealed_brands(tx, &sealing->brands, &sealing->count);
}

static pl_err work_seal(void *context, tx_t *tx)
{
    const sealing_t *sealing = context;
    int64_t lease_ms = sealing->sealer->is_ending ? 0 : LEASE_MS;
    bool held;
    pl_err err = leases_claim(tx, "audit", sealing->sealer->id, lease_ms, &held);

    for (size_t i = 0; !err && held && i < sealing->count; i++)
        err = seal_brand(tx, sealing->keyring, sealing->brands[i]);
    return err;
}

void audit_sealer_init(audit_sealer_t *sealer)
{
    uint8_t random[16];

    pl_random(random, sizeof(random));
    *sealer = (audit_sealer_t){pl_uuid_v4(random), false};
}

pl_err audit_sealer_run(const audit_sealer_t *sealer, store_t *store, const tx_t *about, const keyring_t *keyring)
{
    sealing_t sealing = {sealer, keyring, NULL, 0};
    pl_err err = store_read(store, about, work_look, &sealing);

    return err || sealing.count == 0 ? err : store_write(store, about, work_seal, &sealing);
}
