/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether this machine's clock may be signed with. A signed time moves the tills' clocks, so one bad hour of a virtual machine must
 * not get out. The database keeps the newest time it has seen.
 *
 * At start: behind that time by more than 5 minutes is refused (a clock that is right is never behind its own past; the rest is a
 * step by NTP), ahead of it by more than 30 days too (a dead battery shows 2099; a validator that really stood still for so long is
 * started with the operator's word, `serve --accept-clock`), until the clock is set: then the server goes on by itself. While running: wall time that departs by more than an hour from what the
 * machine's uptime says is refused until the two agree again or the program is started anew.
 */
#ifndef LICENSING_TRUSTED_TIME_H
#define LICENSING_TRUSTED_TIME_H

#include "base/clock.h"
#include "store/store.h"

enum { TRUSTED_TIME_BEHIND_MS = 5 * 60 * 1000, TRUSTED_TIME_JUMP_MS = 60 * 60 * 1000 };
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
/* Whether the time in the database is a minute old or more: a flush a second would wear the disk for nothing. */
bool trusted_time_is_due(trusted_time_t *time);
/* Records the present as the newest time seen, unless it is not trusted. The server calls it when it is due, and when it stops. */
pl_err trusted_time_flush(trusted_time_t *time, tx_t *tx);

/*
 * For what is signed by hand on the command line, where nobody may have signed for months: the same with 400 days ahead, and records
 * the present. PL_ERR_CLOCK. The operator's word, to be given once: trusted_time_accept.
 */
pl_err trusted_time_confirm(tx_t *tx);
pl_err trusted_time_accept(tx_t *tx);

#endif
