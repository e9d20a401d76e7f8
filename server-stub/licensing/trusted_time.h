/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether this machine's clock may be signed with. A signed time moves the tills' clocks, so one bad hour of a virtual machine must
 * not get out. The database keeps the newest time it has seen.
 *
 * At start: behind that time by more than 5 minutes is refused (a clock that is right is never behind its own past; the rest is a
 * step by NTP), ahead of it by more than 30 days too (a dead battery shows 2099; a validator that really stood still for so long is
 * started with the operator's word, `serve --accept-clock`), until the clock is set: then the server goes on by itself.
 *
 * While running: wall time that departs by more than an hour from what the machine's uptime says is refused until the two agree again,
 * or until it has gone with the uptime for 5 minutes and passes the test of a start. So a virtual machine that was paused, and a clock
 * that NTP sets late, cost minutes.
 *
 * A time more than 5 minutes ahead of the database is recorded only when the clock has made no step for an hour: recorded, it would bar
 * the right one.
 */
#ifndef LICENSING_TRUSTED_TIME_H
#define LICENSING_TRUSTED_TIME_H

#include "base/clock.h"
#include "store/store.h"

enum {
    TRUSTED_TIME_BEHIND_MS = 5 * 60 * 1000,
    TRUSTED_TIME_JUMP_MS = 60 * 60 * 1000,
    TRUSTED_TIME_SETTLE_MS = 5 * 60 * 1000,
    TRUSTED_TIME_PROOF_MS = 60 * 60 * 1000
};
#define TRUSTED_TIME_AHEAD_MS         (INT64_C(30) * 24 * 3600 * 1000)
#define TRUSTED_TIME_AHEAD_BY_HAND_MS (INT64_C(400) * 24 * 3600 * 1000)

typedef struct trusted_time trusted_time_t;

/*
 * Reads the newest time from the database; accept: takes the clock's for it instead (writes). A clock that departs from it is no failure
 * here: trusted_time_now refuses until it has been set.
 */
pl_err trusted_time_open(tx_t *tx, pl_clock clock, bool accept, trusted_time_t **time);
void trusted_time_close(trusted_time_t *time); /* accepts NULL */
/* Any thread, no blocking. Unix ms, also with PL_ERR_CLOCK (for logs), whose detail has both times. */
pl_err trusted_time_now(trusted_time_t *time, int64_t *now_ms);
/*
 * These two belong to the writer's thread, and one of them is called every second, because they also watch for steps of the clock.
 * Whether the time in the database is a minute old or more and may be recorded: a flush a second would wear the disk for nothing.
 */
bool trusted_time_is_due(trusted_time_t *time);
/* Records the present as the newest time seen, if it may be. The server calls it when it is due, and when it stops. */
pl_err trusted_time_flush(trusted_time_t *time, tx_t *tx);

/*
 * For what is signed by hand on the command line, where nobody may have signed for months: the same with 400 days ahead. It records
 * the present, but at most 5 minutes more than is there: a wrong clock of one command must not stop the server. PL_ERR_CLOCK. The operator's word, to be given once: trusted_time_accept.
 */
pl_err trusted_time_confirm(tx_t *tx);
pl_err trusted_time_accept(tx_t *tx);

#endif
