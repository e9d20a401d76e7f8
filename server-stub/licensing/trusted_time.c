/* SPDX-License-Identifier: Apache-2.0
 *
 * Trusted time: the wall clock, as long as it agrees with the database and with the machine's uptime.
 */
#include "licensing/trusted_time.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "base/timestamp.h"
#include "store/audit.h"
#include "store/meta.h"

enum { RECORD_EVERY_MS = 60 * 1000, STEP_MS = 60 * 1000 /* more is no slewing */ };

#define NOT_YET INT64_MIN

struct trusted_time {
    pl_clock clock;
    atomic_llong offset_ms;   /* of the wall clock to the uptime, when it was first believed; NOT_YET */
    atomic_llong recorded_ms; /* the newest time in the database */
    int64_t steady_offset_ms; /* the writer's: what the offset has been, within STEP_MS, since */
    int64_t steady_since_ms;  /* this uptime */
};

static pl_err refuse(int64_t now_ms, int64_t last_ms, const char *word)
{
    char now[PL_TIMESTAMP_SIZE], last[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(now_ms / 1000, now);
    pl_timestamp_format(last_ms / 1000, last);
    return pl_fail(PL_ERR_CLOCK, "this machine's clock says %s, which is %s the newest time in the database, %s", now, word,
                   last);
}

static pl_err compare(int64_t now_ms, int64_t last_ms, int64_t ahead_max_ms)
{
    if (now_ms < last_ms - TRUSTED_TIME_BEHIND_MS)
        return refuse(now_ms, last_ms, "behind");
    return now_ms > last_ms + ahead_max_ms ? refuse(now_ms, last_ms, "too far ahead of") : PL_OK;
}

pl_err trusted_time_confirm(tx_t *tx)
{
    int64_t most_ms;
    meta_t meta;
    pl_err err;

    if ((err = meta_read(tx, &meta)) || (err = compare(tx->now_ms, meta.last_time_ms, TRUSTED_TIME_AHEAD_BY_HAND_MS)))
        return err;
    most_ms = meta.last_time_ms + TRUSTED_TIME_BEHIND_MS;
    return meta_advance_time(tx, tx->now_ms < most_ms ? tx->now_ms : most_ms);
}

pl_err trusted_time_accept(tx_t *tx)
{
    const audit_t entry = {.action = AUDIT_CLOCK_ACCEPTED};
    pl_err err = meta_accept_time(tx, tx->now_ms);

    return err ? err : audit_append(tx, &entry);
}

/* Several threads may do this at once; they see the same clocks. */
static pl_err believe(trusted_time_t *time, int64_t now_ms, int64_t offset_ms)
{
    pl_err err = compare(now_ms, atomic_load(&time->recorded_ms), TRUSTED_TIME_AHEAD_MS);

    if (!err)
        atomic_store(&time->offset_ms, offset_ms);
    return err;
}

static bool is_within(int64_t value, int64_t around, int64_t distance)
{
    return value <= around + distance && value >= around - distance;
}

pl_err trusted_time_now(trusted_time_t *time, int64_t *now_ms)
{
    pl_time now = pl_clock_read(&time->clock);
    int64_t offset_ms = now.wall_ms - now.boot_ms;
    int64_t believed_ms = atomic_load(&time->offset_ms);

    *now_ms = now.wall_ms;
    if (believed_ms == NOT_YET)
        return believe(time, now.wall_ms, offset_ms);
    if (is_within(offset_ms, believed_ms, TRUSTED_TIME_JUMP_MS))
        return PL_OK;
    return pl_fail(PL_ERR_CLOCK, "this machine's clock moved by %lld s against its uptime",
                   (long long)((offset_ms - believed_ms) / 1000));
}

static void begin_steady(trusted_time_t *time, pl_time now)
{
    time->steady_offset_ms = now.wall_ms - now.boot_ms;
    time->steady_since_ms = now.boot_ms;
}

/* Believes a clock that departed once and has gone with the uptime since. */
static pl_time watch(trusted_time_t *time)
{
    pl_time now = pl_clock_read(&time->clock);
    int64_t offset_ms = now.wall_ms - now.boot_ms;
    int64_t believed_ms = atomic_load(&time->offset_ms);

    if (!is_within(offset_ms, time->steady_offset_ms, STEP_MS))
        begin_steady(time, now);
    else if (believed_ms != NOT_YET && !is_within(offset_ms, believed_ms, TRUSTED_TIME_JUMP_MS) &&
             now.boot_ms - time->steady_since_ms >= TRUSTED_TIME_SETTLE_MS)
        (void)believe(time, now.wall_ms, offset_ms);
    return now;
}

/* A time that leaps ahead of the database is written into it, where it stays, only when the clock has proved steady. */
static bool is_recordable(trusted_time_t *time)
{
    pl_time now = watch(time);
    int64_t now_ms;

    if (trusted_time_now(time, &now_ms))
        return false;
    return now_ms <= (int64_t)atomic_load(&time->recorded_ms) + TRUSTED_TIME_BEHIND_MS ||
           now.boot_ms - time->steady_since_ms >= TRUSTED_TIME_PROOF_MS;
}

pl_err trusted_time_open(tx_t *tx, pl_clock clock, bool accept, trusted_time_t **out)
{
    trusted_time_t *time;
    int64_t now_ms;
    meta_t meta;
    pl_err err;

    tx->now_ms = pl_clock_read(&clock).wall_ms;
    if ((accept && (err = trusted_time_accept(tx))) || (err = meta_read(tx, &meta)))
        return err;
    if (!(time = pl_alloc(sizeof(*time))))
        return PL_ERR_MEMORY;
    time->clock = clock;
    atomic_init(&time->offset_ms, NOT_YET);
    atomic_init(&time->recorded_ms, meta.last_time_ms);
    begin_steady(time, pl_clock_read(&clock));
    (void)trusted_time_now(time, &now_ms);
    *out = time;
    return PL_OK;
}

void trusted_time_close(trusted_time_t *time)
{
    pl_free(time);
}

bool trusted_time_is_due(trusted_time_t *time)
{
    int64_t now_ms;

    return is_recordable(time) && !trusted_time_now(time, &now_ms) &&
           now_ms - (int64_t)atomic_load(&time->recorded_ms) >= RECORD_EVERY_MS;
}

pl_err trusted_time_flush(trusted_time_t *time, tx_t *tx)
{
    int64_t now_ms;
    pl_err err;

    if (!is_recordable(time) || trusted_time_now(time, &now_ms))
        return PL_OK;
    if (!(err = meta_advance_time(tx, now_ms)))
        atomic_store(&time->recorded_ms, now_ms);
    return err;
}
