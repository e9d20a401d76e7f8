/* SPDX-License-Identifier: Apache-2.0
 *
 * The statements of the usage log, and its rows. A report is sealed under its number and a meter under its name, so that none can be put
 * in another's place.
 */
#include "state/usage_rows.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"

enum {
    FIXED = 16 + PL_USAGE_ID_SIZE, /* amount, at, id; then the meter's name */
    REPORT_MAX = FIXED + PL_METER_MAX,
    METER_SIZE = 32,
    NAME_SIZE = 16
};

static const char *const sql[PL_USAGE_STATEMENTS] = {
    [PL_USAGE_FIND_LOG] = "SELECT next, log FROM usage_log WHERE id = 1",
    [PL_USAGE_MAKE_LOG] = "INSERT INTO usage_log (id, log, next) VALUES (1, $1, 1)",
    [PL_USAGE_SET_NEXT] = "UPDATE usage_log SET next = $1 WHERE id = 1",
    [PL_USAGE_FIND_ONCE] = "SELECT seq FROM usage_report WHERE once = $1",
    [PL_USAGE_INSERT] = "INSERT INTO usage_report (seq, at, once, place, is_acked, sealed) VALUES ($1, $2, $3, $4, 0, $5)",
    [PL_USAGE_FIND_METER] = "SELECT sealed FROM usage_meter WHERE name = $1",
    [PL_USAGE_PUT_METER] = "INSERT OR REPLACE INTO usage_meter (name, sealed) VALUES ($1, $2)",
    [PL_USAGE_NEXT_METER] = "SELECT name, sealed FROM usage_meter WHERE name > $1 ORDER BY name LIMIT 1",
    [PL_USAGE_DROP_METER] = "DELETE FROM usage_meter WHERE name = $1",
    [PL_USAGE_FIND_PENDING] = ("SELECT r.place FROM usage_report r JOIN usage_place p ON p.id = r.place"
                               " WHERE r.is_acked = 0 AND r.aside = 0 AND r.seq > $1 AND p.activation <> ''"
                               " ORDER BY r.seq LIMIT 1"),
    [PL_USAGE_LIST_PENDING] = "SELECT seq, sealed FROM usage_report WHERE is_acked = 0 ORDER BY seq",
    [PL_USAGE_LIST_ALL] = "SELECT seq, sealed FROM usage_report ORDER BY seq DESC",
    [PL_USAGE_FIND_LAST_PLACE] = "SELECT id, license, activation FROM usage_place ORDER BY id DESC LIMIT 1",
    [PL_USAGE_FIND_PLACE] = "SELECT id, license, activation FROM usage_place WHERE id = $1",
    [PL_USAGE_MAKE_PLACE] = "INSERT INTO usage_place (id, license, activation) VALUES ($1, $2, $3)",
    [PL_USAGE_FIND_UNBOUND] = "SELECT seq FROM usage_report WHERE place = 0 LIMIT 1",
    [PL_USAGE_BIND] = "UPDATE usage_report SET place = $1 WHERE place = 0",
    [PL_USAGE_MOVE_PLACE] = "UPDATE usage_place SET activation = $1 WHERE activation = '' AND license = $2",
    [PL_USAGE_EMPTY_PLACE] = "UPDATE usage_place SET activation = '' WHERE id = $1",
    [PL_USAGE_LIST_OF_PLACE] = ("SELECT seq, sealed FROM usage_report"
                                " WHERE place = $1 AND is_acked = 0 AND aside = 0 AND seq > $2 ORDER BY seq LIMIT $3"),
    [PL_USAGE_FIND_FROM] = "SELECT seq FROM usage_report WHERE place = $1 AND aside = 0 ORDER BY seq LIMIT 1",
    [PL_USAGE_FIND_KEPT] = "SELECT seq FROM usage_report WHERE place = $1 AND seq = $2 AND aside = 0",
    [PL_USAGE_SET_ASIDE] = "UPDATE usage_report SET aside = $2 WHERE seq = $1 AND is_acked = 0",
    [PL_USAGE_TAKE_UP] = "UPDATE usage_report SET aside = 0 WHERE aside > 0 AND aside = 2",
    [PL_USAGE_COUNT] = ("SELECT coalesce(sum(aside = 0), 0), coalesce(sum(aside = 1), 0), coalesce(sum(aside = 2), 0)"
                        "  FROM usage_report WHERE is_acked = 0"),
    [PL_USAGE_ACK] = "UPDATE usage_report SET is_acked = 1 WHERE seq = $1 AND place = $2 AND is_acked = 0",
    [PL_USAGE_UNACK] = "UPDATE usage_report SET is_acked = 0 WHERE place = $1 AND seq >= $2 AND is_acked = 1",
    [PL_USAGE_DROP_BEFORE] = "DELETE FROM usage_report WHERE place = $1 AND seq < $2 AND is_acked = 1",
    [PL_USAGE_UNBIND] = "UPDATE usage_report SET is_acked = 0 WHERE place = $1",
    [PL_USAGE_UNBIND_PENDING] = "UPDATE usage_report SET place = $2 WHERE place = $1 AND is_acked = 0",
    [PL_USAGE_PRUNE] = "DELETE FROM usage_report WHERE is_acked = 1 AND (seq < $1 OR (seq < $2 AND at < $3))",
};

pl_err pl_usage_rows_prepare(pl_usage_log *log)
{
    pl_err err = PL_OK;

    for (int i = 0; !err && i < PL_USAGE_STATEMENTS; i++)
        err = pl_db_prepare(log->db, sql[i], &log->statements[i]);
    return err;
}

static void put_number(uint8_t *bytes, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
}

static uint64_t get_number(const uint8_t *bytes)
{
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    return number;
}

uint64_t pl_usage_license_mark(const char *license_id)
{
    uint8_t digest[PL_DIGEST_SIZE];

    if (!license_id)
        return 0;
    pl_digest(pl_span_text(license_id), digest);
    return get_number(digest);
}

/* What is looked for by a name that must not stand in the clear. */
static void hide(const pl_usage_log *log, char kind, const char *name, uint8_t hidden[NAME_SIZE])
{
    char labelled[PL_USAGE_IDEMPOTENCY_MAX + PL_METER_MAX];
    uint8_t mac[PL_MAC_SIZE];

    (void)snprintf(labelled, sizeof labelled, "%c:%s", kind, name);
    pl_mac(log->key, pl_span_text(labelled), mac);
    memcpy(hidden, mac, NAME_SIZE);
}

pl_err pl_usage_number(pl_db_statement *select, int64_t *number)
{
    pl_db_result result = pl_db_step(select);

    if (result == DB_ROW)
        *number = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);
}

/* ---- meters ---- */

static pl_err open_meter(const pl_usage_log *log, const uint8_t hidden[NAME_SIZE], pl_span sealed, pl_usage_meter *meter)
{
    uint8_t plain[METER_SIZE];

    if (sealed.size != METER_SIZE + PL_SEAL_OVERHEAD || pl_unseal(log->key, pl_span_of(hidden, NAME_SIZE), sealed, plain))
        return pl_fail(PL_ERR_SIGNATURE, "the sums of a meter were altered");
    meter->sum.used = (int64_t)get_number(plain);
    meter->sum.allowed = (int64_t)get_number(plain + 8);
    meter->sum.pending = (int64_t)get_number(plain + 16);
    meter->license = get_number(plain + 24);
    return PL_OK;
}

static pl_err seal_meter(const pl_usage_log *log, const uint8_t hidden[NAME_SIZE], const pl_usage_meter *meter)
{
    pl_db_statement *upsert = log->statements[PL_USAGE_PUT_METER];
    uint8_t sealed[METER_SIZE + PL_SEAL_OVERHEAD], plain[METER_SIZE];
    pl_err err;

    put_number(plain, (uint64_t)meter->sum.used);
    put_number(plain + 8, (uint64_t)meter->sum.allowed);
    put_number(plain + 16, (uint64_t)meter->sum.pending);
    put_number(plain + 24, meter->license);
    if ((err = pl_seal(log->key, pl_span_of(hidden, NAME_SIZE), pl_span_of(plain, sizeof plain), sealed)))
        return err;
    pl_db_bind_blob(upsert, 1, hidden, NAME_SIZE);
    pl_db_bind_blob(upsert, 2, sealed, sizeof sealed);
    return pl_db_err(pl_db_run(upsert));
}

pl_err pl_usage_meter_read(pl_usage_log *log, const char *name, pl_usage_meter *meter)
{
    pl_db_statement *select = log->statements[PL_USAGE_FIND_METER];
    uint8_t hidden[NAME_SIZE], sealed[METER_SIZE + PL_SEAL_OVERHEAD];
    pl_db_result result;
    size_t size;

    *meter = (pl_usage_meter){{0, PL_USAGE_UNLIMITED, 0}, 0};
    hide(log, 'm', name, hidden);
    pl_db_bind_blob(select, 1, hidden, sizeof hidden);
    result = pl_db_step(select);
    size = result == DB_ROW ? pl_db_column_bytes(select, 0, sealed, sizeof sealed) : 0;
    pl_db_reset(select);
    if (result != DB_ROW)
        return result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);
    return open_meter(log, hidden, pl_span_of(sealed, size), meter);
}

pl_err pl_usage_meter_write(pl_usage_log *log, const char *name, const pl_usage_meter *meter)
{
    uint8_t hidden[NAME_SIZE];

    hide(log, 'm', name, hidden);
    return seal_meter(log, hidden, meter);
}

/* In the order of the names, which nobody can read: the name is the next one's. PL_ERR_NOT_FOUND after the last. */
static pl_err next_meter(const pl_usage_log *log, uint8_t hidden[NAME_SIZE], pl_usage_meter *meter)
{
    pl_db_statement *select = log->statements[PL_USAGE_NEXT_METER];
    uint8_t before[NAME_SIZE], sealed[METER_SIZE + PL_SEAL_OVERHEAD];
    pl_db_result result;
    size_t size = 0;

    memcpy(before, hidden, sizeof before);
    pl_db_bind_blob(select, 1, before, sizeof before);
    result = pl_db_step(select);
    if (result == DB_ROW && pl_db_column_bytes(select, 0, hidden, NAME_SIZE) == NAME_SIZE)
        size = pl_db_column_bytes(select, 1, sealed, sizeof sealed);
    pl_db_reset(select);
    if (result != DB_ROW)
        return result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);
    return open_meter(log, hidden, pl_span_of(sealed, size), meter);
}

/* What was altered goes. */
static pl_err forget_pending(const pl_usage_log *log)
{
    uint8_t hidden[NAME_SIZE] = {0};
    pl_usage_meter meter = {{0, PL_USAGE_UNLIMITED, 0}, 0};
    pl_err err;

    while ((err = next_meter(log, hidden, &meter)) == PL_OK || err == PL_ERR_SIGNATURE) {
        meter.sum.pending = 0;
        if (err) {
            pl_db_bind_blob(log->statements[PL_USAGE_DROP_METER], 1, hidden, sizeof hidden);
            err = pl_db_err(pl_db_run(log->statements[PL_USAGE_DROP_METER]));
        } else {
            err = seal_meter(log, hidden, &meter);
        }
        if (err)
            return err;
    }
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err pl_usage_pending_add(pl_usage_log *log, const char *name, int64_t amount)
{
    pl_usage_meter meter;
    pl_err err = pl_usage_meter_read(log, name, &meter);

    if (err && err != PL_ERR_NOT_FOUND && err != PL_ERR_SIGNATURE)
        return err;
    meter.sum.pending = meter.sum.pending > INT64_MAX - PL_USAGE_AMOUNT_MAX ? meter.sum.pending : meter.sum.pending + amount;
    if (meter.sum.pending < 0)
        meter.sum.pending = 0;
    return pl_usage_meter_write(log, name, &meter);
}

/* ---- reports ---- */

static void label_of(int64_t sequence, uint8_t label[8])
{
    put_number(label, (uint64_t)sequence);
}

pl_err pl_usage_report_read(pl_usage_log *log, pl_db_statement *row, pl_arena *arena, pl_usage_report *report)
{
    uint8_t sealed[REPORT_MAX + PL_SEAL_OVERHEAD], plain[REPORT_MAX + 1] = {0}, label[8];
    size_t size = pl_db_column_bytes(row, 1, sealed, sizeof sealed);

    report->sequence = pl_db_column_int(row, 0);
    label_of(report->sequence, label);
    if (size <= FIXED + PL_SEAL_OVERHEAD || size > sizeof sealed ||
        pl_unseal(log->key, pl_span_of(label, sizeof label), pl_span_of(sealed, size), plain))
        return pl_fail(PL_ERR_SIGNATURE, "a report of usage was altered");
    report->amount = (int64_t)get_number(plain);
    report->at = (int64_t)get_number(plain + 8);
    memcpy(report->id, plain + 16, PL_USAGE_ID_SIZE);
    report->meter = pl_arena_text(arena, pl_span_of(plain + FIXED, size - PL_SEAL_OVERHEAD - FIXED));
    return report->meter ? PL_OK : pl_fail(PL_ERR_MEMORY, "reports of usage");
}

pl_err pl_usage_report_insert(pl_usage_log *log, const pl_usage_report *report, const char *idempotency, int64_t place)
{
    pl_db_statement *insert = log->statements[PL_USAGE_INSERT];
    uint8_t plain[REPORT_MAX], sealed[REPORT_MAX + PL_SEAL_OVERHEAD], label[8], once[NAME_SIZE];
    size_t size = FIXED + strlen(report->meter);
    pl_err err;

    put_number(plain, (uint64_t)report->amount);
    put_number(plain + 8, (uint64_t)report->at);
    memcpy(plain + 16, report->id, PL_USAGE_ID_SIZE);
    memcpy(plain + FIXED, report->meter, size - FIXED);
    label_of(report->sequence, label);
    if ((err = pl_seal(log->key, pl_span_of(label, sizeof label), pl_span_of(plain, size), sealed)))
        return err;
    pl_db_bind_int(insert, 1, report->sequence);
    pl_db_bind_int(insert, 2, report->at);
    if (idempotency) {
        hide(log, 'i', idempotency, once);
        pl_db_bind_blob(insert, 3, once, sizeof once);
    }
    pl_db_bind_int(insert, 4, place);
    pl_db_bind_blob(insert, 5, sealed, size + PL_SEAL_OVERHEAD);
    return pl_db_err(pl_db_run(insert));
}

pl_err pl_usage_once_find(pl_usage_log *log, const char *idempotency, bool *is_known)
{
    pl_db_statement *select = log->statements[PL_USAGE_FIND_ONCE];
    uint8_t once[NAME_SIZE];
    int64_t sequence;
    pl_err err;

    *is_known = false;
    if (!idempotency)
        return PL_OK;
    hide(log, 'i', idempotency, once);
    pl_db_bind_blob(select, 1, once, sizeof once);
    err = pl_usage_number(select, &sequence);
    *is_known = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err pl_usage_pending_count(pl_usage_log *log)
{
    pl_db_statement *select = log->statements[PL_USAGE_LIST_PENDING];
    pl_db_result result = DB_DONE;
    pl_usage_report report;
    pl_arena arena;
    pl_err err;

    if ((err = forget_pending(log)))
        return err;
    pl_arena_init(&arena);
    while (!err && (result = pl_db_step(select)) == DB_ROW) {
        err = pl_usage_report_read(log, select, &arena, &report);
        if (!err)
            err = pl_usage_pending_add(log, report.meter, report.amount);
        else if (err == PL_ERR_SIGNATURE)
            err = PL_OK;
        pl_arena_recycle(&arena, 4096);
    }
    pl_db_reset(select);
    pl_arena_reset(&arena);
    return err || result == DB_DONE ? err : pl_db_err(result);
}
